"""Postgres's SQL on SQLite answers as a real Postgres did when it was asked, or is refused."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

import freshdb.emulation
from freshdb.errors import EmulationError
from tests.emulation.functions.cases import read
from tests.emulation.postgres.oracle import CASES, SCRIPT, answered, told
from tests.emulation.statements import scripts
from tests.emulation.test_any_text import TEXTS
from tests.project import Project


@pytest.fixture
def connection() -> Iterator[Any]:
    with closing(freshdb.emulation.connect(dialect="postgres", isolation_level=None)) as found:
        yield found


def failure(found: str, answer: str, ours: str | None) -> bool:
    """Tell whether an answer is neither the server's nor a refusal where one is expected."""
    return not found.startswith("refused") if ours is not None else found != answer


def test_expressions_answer_as_the_server_did(connection: Any) -> None:
    failures = [
        f"{case.expression}: {found}, not {case.ours or case.answer}"
        for case in read(CASES)
        if failure(found := answered(connection, case.expression), case.answer, case.ours)
    ]

    assert not failures, "\n" + "\n".join(failures)


def test_statements_answer_as_the_server_did(connection: Any) -> None:
    failures = [
        f"{step.text}: {found}, not {step.expected}"
        for step in scripts.read(SCRIPT)
        if failure(found := told(connection, step.text), step.answer, step.ours)
    ]

    assert not failures, "\n" + "\n".join(failures)


def test_bound_values_have_the_types_that_psycopg_sends(connection: Any) -> None:
    moment = dt.datetime(2024, 1, 31, 10, tzinfo=dt.UTC)
    number = uuid.uuid4()

    row = connection.execute(
        "SELECT %s + 1, %s || 'x', %s, %s, %s, %s, %s, 2 = ANY(%s)",
        (2, "a", Decimal("1.50"), moment, True, number, {"b": 1}, [1, 2]),
    ).fetchone()

    assert row == (3, "ax", Decimal("1.50"), moment, True, number, {"b": 1}, True)


@settings(max_examples=150, deadline=5000, suppress_health_check=list(HealthCheck))
@given(text=TEXTS)
@example(text="SELECT " + "(" * 300 + "1" + ")" * 300)
@example(text="SELECT a IS")
def test_any_text_runs_or_is_refused(text: str) -> None:
    with closing(freshdb.emulation.connect(dialect="postgres", isolation_level=None)) as connection:
        with suppress(sqlite3.Error, EmulationError):
            connection.execute(text).fetchall()

        assert connection.execute("SELECT 1").fetchall() == [(1,)]


APP = """
    import datetime as dt
    from decimal import Decimal
    import pytest
    from sqlalchemy import create_engine, text, select, String, Numeric
    from sqlalchemy.exc import IntegrityError
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, Session
    from freshdb.errors import EmulationError

    class Base(DeclarativeBase):
        pass

    class Sale(Base):
        __tablename__ = "sales"
        id: Mapped[int] = mapped_column(primary_key=True)
        shop: Mapped[str] = mapped_column(String(10), unique=True)
        price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
        made: Mapped[dt.datetime]

    engine = create_engine("sqlite:///app.db")

    @pytest.fixture(scope="session", autouse=True)
    def tables():
        Base.metadata.create_all(engine)

    @pytest.mark.parametrize("time", range(2))
    def test_text(time):
        with Session(engine) as session:
            made = dt.datetime(2024, 1, 31, 8)
            session.add(Sale(shop="Ada", price=Decimal("1.50"), made=made))
            session.flush()
            rows = session.execute(text(
                "SELECT shop, price, made + INTERVAL '1 month', id::text FROM sales "
                "WHERE made = :made AND shop ILIKE 'ada'"), {"made": made}).all()
            later = dt.datetime(2024, 2, 29, 8)
            assert [tuple(row) for row in rows] == [("Ada", Decimal("1.50"), later, "1")]
            session.execute(text(
                "INSERT INTO sales (shop, price, made) VALUES ('Bob', 2, :made)"),
                {"made": made})
            assert session.scalar(select(Sale.made).where(Sale.shop == "Bob")) == made
            with pytest.raises(EmulationError, match="FROM is not supported"):
                session.execute(text("SELECT 1 FROM sales, LATERAL (SELECT 1) x"))
"""


def test_the_setting_reaches_raw_sql_and_leaves_core_alone(project: Project) -> None:
    setting = '[tool.freshdb]\nemulate = "postgres"\n'
    project.files(pyproject__toml=setting, test_sales=APP)

    project.run("-q").passed(2)
