"""The setting `emulate`: what an application's raw SQL meets on an engine for SQLite."""

from __future__ import annotations

from typing import Any

import pytest

import freshdb.emulation
from tests.project import Project

SETTING = """
    [tool.freshdb]
    emulate = "mysql"
    strategy = "{strategy}"
"""
APP = """
    from sqlalchemy import create_engine, text, ForeignKey, func, select
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker
    import datetime as dt

    class Base(DeclarativeBase):
        pass

    class Sale(Base):
        __tablename__ = "sales"
        id: Mapped[int] = mapped_column(primary_key=True)
        shop: Mapped[str] = mapped_column(unique=True)
        price: Mapped[int]
        made: Mapped[dt.datetime]

    class Refund(Base):
        __tablename__ = "refunds"
        id: Mapped[int] = mapped_column(primary_key=True)
        sale_id: Mapped[int] = mapped_column(ForeignKey("sales.id"))

    engine = create_engine("sqlite:///app.db")
    SessionLocal = sessionmaker(engine)

    def sell(*shops):
        with SessionLocal.begin() as session:
            for shop in shops:
                session.add(Sale(shop=shop, price=5, made=dt.datetime(2024, 1, 31, 8)))
"""
TABLES = """
    import pytest
    from app import Base, engine

    @pytest.fixture(scope="session", autouse=True)
    def tables():
        Base.metadata.create_all(engine)
"""
TESTS = """
    import datetime as dt
    import pytest
    from decimal import Decimal
    from sqlalchemy.exc import IntegrityError, ProgrammingError
    from app import *

    @pytest.mark.parametrize("time", range(3))
    def test_text(time):
        sell("Ada", "bob")
        with SessionLocal() as session:
            rows = session.execute(text(
                "SELECT shop, DATE_ADD(made, INTERVAL :n MONTH) AS later, price / 2 AS half "
                "FROM sales WHERE `shop` = 'ADA' AND made = '2024-01-31 08:00:00' LIMIT 0, 5"
            ), {"n": 1}).all()
            assert [tuple(row) for row in rows] == [
                ("Ada", dt.datetime(2024, 2, 29, 8), Decimal("2.5000"))
            ]
            listed = text("SELECT GROUP_CONCAT(shop ORDER BY id SEPARATOR '|') FROM sales")
            assert session.scalar(listed) == "Ada|bob"

    def test_foreign_keys_are_looked_at():
        with SessionLocal() as session, pytest.raises(IntegrityError):
            session.add(Refund(sale_id=7))
            session.flush()

    @pytest.mark.parametrize("time", range(3))
    def test_rows_and_ids_of_raw_sql_are_undone(time):
        with engine.begin() as connection:
            done = connection.exec_driver_sql(
                "INSERT INTO sales (shop, price, made) VALUES (%s, %s, NOW()) "
                "ON DUPLICATE KEY UPDATE price = price + VALUES(price)", ("Ada", 3))
            assert (done.rowcount, done.lastrowid) == (1, 1)
        with engine.begin() as connection:
            done = connection.exec_driver_sql(
                "INSERT INTO sales (shop, price, made) VALUES (%s, %s, NOW()) "
                "ON DUPLICATE KEY UPDATE price = price + VALUES(price)", ("ada", 4))
            assert done.rowcount == 2
        with SessionLocal() as session:
            assert [(one.id, one.price) for one in session.scalars(select(Sale))] == [(1, 7)]

    def test_fragments_in_core():
        sell("Ada", "bob")
        with SessionLocal() as session:
            found = session.scalars(
                select(Sale.shop)
                .where(text("DATE_FORMAT(made, '%Y-%m') = '2024-01' && shop <> :name"))
                .params(name="bob")
            ).all()
            assert found == ["Ada"]

    def test_what_sqlalchemy_compiled_is_left_alone():
        sell("Ada")
        with SessionLocal() as session:
            assert session.scalar(select(func.length(Sale.shop))) == 3
            assert session.scalar(select(Sale.made)) == dt.datetime(2024, 1, 31, 8)
            with session.begin_nested():
                sell_more = Sale(shop="bob", price=1, made=dt.datetime(2024, 1, 1))
                session.add(sell_more)
            assert session.scalar(select(func.count()).select_from(Sale)) == 2

    def test_errors_are_the_drivers():
        sell("Ada")
        with engine.connect() as connection:
            with pytest.raises(IntegrityError) as caught:
                connection.execute(
                    text("INSERT INTO sales (shop, price, made) VALUES ('Ada', 1, NOW())")
                )
            assert caught.value.orig.args[0] == 1062
            with pytest.raises(ProgrammingError) as caught:
                connection.execute(text("SELECT FROM WHERE"))
            assert caught.value.orig.args[0] == 1064

    @pytest.mark.parametrize("time", range(2))
    def test_tables_of_raw_sql_are_undone(time):
        with engine.begin() as connection:
            connection.execute(text(
                "CREATE TABLE logs (id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, "
                "kind ENUM('a','b') NOT NULL, "
                "at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, "
                "KEY (kind)) ENGINE=InnoDB"))
            connection.execute(text("INSERT INTO logs (kind) VALUES ('b'), ('a')"))
            kinds = connection.execute(text("SELECT kind FROM logs ORDER BY kind"))
            assert kinds.scalars().all() == ["a", "b"]
"""


@pytest.mark.parametrize("strategy", ["reset", "clone"])
def test_raw_sql_speaks_mysql_and_is_undone(project: Project, strategy: str) -> None:
    project.files(
        app=APP, conftest=TABLES, pyproject__toml=SETTING.format(strategy=strategy), test_it=TESTS
    )

    project.run("-q").passed(12)


ASYNC_TESTS = """
    import pytest
    from app import *

    @pytest.mark.asyncio
    @pytest.mark.parametrize("time", range(3))
    async def test_raw_sql(time):
        await create_tables()
        await add("Ada", "bob")
        async with engine.begin() as connection:
            update = text("UPDATE users SET name = CONCAT(name, '!') LIMIT 1")
            assert (await connection.execute(update)).rowcount == 1
            listed = text("SELECT GROUP_CONCAT(name ORDER BY id) FROM users")
            found = await connection.scalar(listed)
            assert found == "Ada!,bob"
            found = await connection.scalar(
                select(func.count()).select_from(User).where(text("IF(name LIKE 'ADA%', 1, 0)"))
            )
            assert found == 1
"""


def test_async_engines_speak_it_too(project: Project) -> None:
    setting = SETTING.format(strategy="auto")
    project.async_app().files(pyproject__toml=setting, test_it=ASYNC_TESTS)

    project.run("-q").passed(3)


def test_without_sqlglot_the_setting_stops_with_the_cure(project: Project) -> None:
    """One message, and not a failure for each test."""
    hide = "import sys\nsys.modules['sqlglot'] = None\n"
    project.app().files(
        pyproject__toml=SETTING.format(strategy="auto"),
        sitecustomize=hide,
        test_it="import app\n\ndef test_it():\n    app.names()\n",
    )

    outcome = project.run_apart("-q")

    assert outcome.status == 4, outcome.output
    assert outcome.output.count('pip install "freshdb[emulation]"') == 1
    assert "Traceback" not in outcome.output


def test_an_engine_that_makes_its_connections_itself_is_refused(project: Project) -> None:
    project.app().files(
        pyproject__toml=SETTING.format(strategy="auto"),
        test_it="""
            import sqlite3
            import pytest
            from sqlalchemy import create_engine, text
            from freshdb.errors import EmulationError

            class Own(sqlite3.Connection):
                pass

            def test_it():
                engine = create_engine("sqlite:///own.db", connect_args={"factory": Own})
                with engine.connect() as connection, pytest.raises(EmulationError, match="factory"):
                    connection.execute(text("SELECT NOW()"))
        """,
    )

    project.run("-q").passed(1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"flavor": "mysql"}, "`flavor` is 'mysql', which there is not\n\nhint: write `mariadb`"),
        ({"dialect": "oracle"}, "`dialect` is 'oracle', which there is not\n\nhint: write `mysql`"),
    ],
)
def test_a_dialect_that_there_is_not_is_refused(words: dict[str, Any], told: str) -> None:
    with pytest.raises(freshdb.EmulationError) as refused:
        freshdb.emulation.connect(**words)
    assert str(refused.value).startswith(told)
