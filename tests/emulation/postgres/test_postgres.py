"""Postgres's SQL on SQLite answers as a real Postgres did when it was asked, or is refused."""

from __future__ import annotations

import datetime as dt
import pickle
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings

import freshdb.emulation
from freshdb.errors import EmulationError
from tests.emulation.functions.cases import read
from tests.emulation.postgres.oracle import CASES, SCRIPTS, answered, told
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


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_expressions_answer_as_the_server_did(connection: Any, path: Path) -> None:
    failures = [
        f"{case.expression}: {found}, not {case.ours or case.answer}"
        for case in read(path)
        if failure(found := answered(connection, case.expression), case.answer, case.ours)
    ]

    assert not failures, "\n" + "\n".join(failures)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_statements_answer_as_the_server_did(connection: Any, path: Path) -> None:
    failures = [
        f"{step.text}: {found}, not {step.expected}"
        for step in scripts.read(path)
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


NAMES = {
    "SELECT 1, 'a', NULL, TRUE, -1, 1 + 1": ["?column?"] * 6,
    "SELECT 1::int, '1'::text::int, now()::date, 'a'::varchar": ["int4", "int4", "now", "varchar"],
    "SELECT date '2024-01-01', interval '1 day', ARRAY[1]": ["date", "interval", "array"],
    "SELECT upper('a'), count(*), sum(count(*)) OVER ()": ["upper", "count", "sum"],
    "SELECT CASE WHEN true THEN 1 END, (SELECT 1 AS x), EXISTS (SELECT 1)": ["case", "x", "exists"],
    "SELECT trim('a'), ltrim('a'), trim(leading from 'a')": ["btrim", "ltrim", "ltrim"],
    "SELECT extract(day FROM now()), now() AT TIME ZONE 'UTC'": ["extract", "timezone"],
    "SELECT '{}'::jsonb -> 'a', (ARRAY[1])[1], coalesce(1, 2)": ["?column?", "array", "coalesce"],
    "SELECT * FROM generate_series(1, 2), unnest(ARRAY[1]) AS x": ["generate_series", "x"],
    "SELECT * FROM jsonb_each('{}'), (VALUES (1, 2)) v": ["key", "value", "column1", "column2"],
}


@pytest.mark.parametrize(("text", "names"), NAMES.items(), ids=list(NAMES))
def test_columns_have_the_names_that_the_server_gives(
    connection: Any, text: str, names: list[str]
) -> None:
    assert [one[0] for one in connection.execute(text).description] == names


def test_operators_of_jsonb_stand_beside_places(connection: Any) -> None:
    text = "SELECT '{\"a\": 1}'::jsonb ? 'a', '[\"b\"]'::jsonb ? ?, '{}'::jsonb ?| ?, ?::text"

    row = connection.execute(text, ("b", ["x"], "é")).fetchone()

    assert row == (True, True, False, "é")


def test_errors_are_the_drivers_with_state_and_constraint(connection: Any) -> None:
    connection.execute("CREATE TABLE t (a int CONSTRAINT odd CHECK (a % 2 = 1) UNIQUE)")
    connection.execute("INSERT INTO t VALUES (1)")

    with pytest.raises(psycopg.errors.UniqueViolation, match="t_a_key") as unique:
        connection.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(psycopg.errors.CheckViolation) as check:
        connection.execute("INSERT INTO t VALUES (2)")
    again = pickle.loads(pickle.dumps(unique.value))

    assert isinstance(unique.value, sqlite3.IntegrityError)
    assert unique.value.sqlstate == again.sqlstate == "23505"
    assert unique.value.diag.constraint_name == "t_a_key"
    assert check.value.diag.constraint_name == "odd"


def test_a_script_is_all_or_nothing(connection: Any) -> None:
    connection.execute("CREATE TABLE t (a int)")

    with pytest.raises(sqlite3.Error, match="42701"):
        connection.execute("ALTER TABLE t ADD COLUMN b int, ADD COLUMN a int")

    assert len(connection.execute("SELECT * FROM t").description) == 1


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
            with pytest.raises(EmulationError, match="SKIP LOCKED is not supported"):
                session.execute(text("SELECT 1 FROM sales FOR UPDATE SKIP LOCKED"))
"""


def test_the_setting_reaches_raw_sql_and_leaves_core_alone(project: Project) -> None:
    setting = '[tool.freshdb]\nemulate = "postgres"\n'
    project.files(pyproject__toml=setting, test_sales=APP)

    project.run("-q").passed(2)
