"""The strategy `rollback`: one transaction per test, and an error where that cannot be right."""

from __future__ import annotations

import pytest

from tests import mariadb
from tests.project import Project

SYNC = [
    "postgresql+psycopg://app@localhost/shop",
    "postgresql+psycopg2://app@localhost/shop",
    *mariadb.urls("pymysql", "mysqldb"),
]
ASYNC = ["postgresql+asyncpg://app@localhost/shop", "postgresql+psycopg://app@localhost/shop"]
ROLLBACK = ("--freshdb-strategy=rollback", "-p", "no:randomly")

pytestmark = pytest.mark.usefixtures("private_postgres")


@pytest.mark.usefixtures("server_of_url")
@pytest.mark.parametrize("url", SYNC)
def test_every_test_starts_from_the_same_rows_and_ids(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(4))
        def test_rows(time):
            assert names() == []
            add("ada", "bob")
            with SessionLocal() as outer:
                assert outer.scalar(select(func.max(User.id))) == 2
                add("eve")
                assert names() == ["ada", "bob", "eve"]
            with SessionLocal() as session:
                session.add(User(name="zoe"))
                session.flush()
                session.rollback()
            assert names() == ["ada", "bob", "eve"]
        """
    ).run(*ROLLBACK).passed(4)


@pytest.mark.parametrize("url", SYNC[:2])
def test_a_connection_may_be_pinged(project: Project, url: str) -> None:
    """SQLAlchemy asks for autocommit meanwhile, so that the ping begins no transaction."""
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        pinging = create_engine(engine.url, pool_pre_ping=True)

        @pytest.mark.parametrize("time", range(2))
        def test_rows(tables, time):
            for number in range(2):
                with SessionLocal(bind=pinging) as session:
                    session.add(User(name=f"{number}"))
                    session.commit()
            assert names() == ["0", "1"]
        """
    ).run(*ROLLBACK).passed(2)


def test_on_sqlite_it_is_auto(project: Project) -> None:
    """Branches that are used again are reset there too, not rolled back."""
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(3))
        def test_rows(tables, time):
            assert names() == []
            add("ada")
        """
    ).run(*ROLLBACK).passed(3)


@pytest.mark.parametrize("url", ASYNC)
@pytest.mark.parametrize("scope", ["function", "session"])
def test_async_tests_on_any_loop(project: Project, url: str, scope: str) -> None:
    project.async_app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(4))
        @pytest.mark.asyncio
        async def test_rows(time):
            await create_tables()
            assert await names() == []
            await add("ada")
            await add("bob")
            assert await names() == ["ada", "bob"]
        """
    ).run(
        *ROLLBACK,
        "-o", f"asyncio_default_fixture_loop_scope={scope}",
        "-o", f"asyncio_default_test_loop_scope={scope}",
    ).passed(4)  # fmt: skip


@pytest.mark.usefixtures("server_of_url")
@pytest.mark.parametrize("url", [SYNC[0], *mariadb.urls("pymysql")])
def test_the_marker_chooses_per_test(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(2))
        @pytest.mark.parametrize("committed", [
            pytest.param(0, marks=pytest.mark.freshdb(strategy="rollback")),
            pytest.param(1, marks=pytest.mark.freshdb(strategy="reset")),
            pytest.param(1, marks=pytest.mark.freshdb(strategy="clone")),
            pytest.param(1),
        ])
        def test_rows(committed, time, db_branch):
            assert names() == []
            add("ada")
            own = create_engine(db_branch.url, execution_options={"freshdb": False})
            with own.connect() as connection:
                assert connection.scalar(text("SELECT count(*) FROM users")) == committed
            own.dispose()
        """
    ).run("-p", "no:randomly").passed(8)


def test_deferred_constraints_are_checked_at_each_commit(project: Project) -> None:
    project.app(SYNC[0]).files(
        test_it="""
        import pytest
        from sqlalchemy.exc import IntegrityError
        from app import *

        @pytest.fixture(scope="session", autouse=True)
        def notes(tables):
            with engine.begin() as connection:
                connection.execute(text(
                    "CREATE TABLE notes (id int PRIMARY KEY, about int REFERENCES notes "
                    "DEFERRABLE INITIALLY DEFERRED)"
                ))

        @pytest.mark.parametrize("time", range(2))
        def test_deferred(time):
            with pytest.raises(IntegrityError), engine.begin() as connection:
                connection.execute(text("INSERT INTO notes VALUES (1, 2)"))
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO notes VALUES (1, 2)"))
                connection.execute(text("INSERT INTO notes VALUES (2, 1)"))
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT count(*) FROM notes")) == 2
        """
    ).run(*ROLLBACK).passed(2)


def test_a_deferred_constraint_of_a_test_s_own_is_checked_too(project: Project) -> None:
    """However it was made: freshdb had asked before whether there is any."""
    project.app(SYNC[0]).files(
        test_it="""
        import pytest
        from sqlalchemy.exc import IntegrityError
        from app import *

        MAKE = (
            "CREATE TABLE notes (id int PRIMARY KEY, about int REFERENCES notes "
            "DEFERRABLE INITIALLY DEFERRED)"
        )

        def make(connection):
            connection.execute(text(MAKE))

        def make_unseen(connection):
            cursor = connection.connection.cursor()
            cursor.execute(MAKE)
            cursor.close()

        @pytest.mark.parametrize("make", [make, make_unseen, make])
        def test_own(make):
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO users (name) VALUES ('ada')"))
            with engine.begin() as connection:
                make(connection)
                connection.execute(text("SELECT 1"))
            with pytest.raises(IntegrityError), engine.begin() as connection:
                connection.execute(text("INSERT INTO notes VALUES (1, 2)"))
        """
    ).run(*ROLLBACK).passed(3)


WRONG = {
    "would end it": "connection.execute(text('COMMIT'))",
    "something has ended it": "connection.connection.dbapi_connection.outer.connection.commit()",
    "asks for `isolation_level`": (
        "engine.connect().execution_options(isolation_level='SERIALIZABLE')"
    ),
    "asks for `autocommit` True": (
        "engine.connect().execution_options(isolation_level='AUTOCOMMIT').execute(text('SELECT 2'))"
    ),
    "while another one, begun later, is open": (
        "other = engine.connect(); other.execute(text('SELECT 1')); connection.commit()"
    ),
    "it connects in two ways": (
        "create_engine('postgresql+psycopg2://app@localhost/shop').connect()"
        ".execute(text('SELECT 1'))"
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_one_transaction_cannot_hold_is_an_error_of_the_guilty_test(
    project: Project, what: str
) -> None:
    """Also where the application catches it; the next test starts clean all the same."""
    project.app(SYNC[0]).files(
        test_it=f"""
        import pytest
        from app import *

        def test_guilty():
            connection = engine.connect()
            connection.execute(text("INSERT INTO users (name) VALUES ('ada')"))
            try:
                {WRONG[what]}
            except Exception:
                pass
            connection.close()

        def test_innocent():
            assert names() == []
            add("bob")
            assert names() == ["bob"]
        """
    )
    outcome = project.run(*ROLLBACK)

    assert outcome.counts == {"passed": 2, "error": 1}, outcome.output
    assert what in outcome.output
    assert "`test_it.py::test_guilty` runs in one transaction" in outcome.output
    assert 'strategy="reset"' in outcome.output


def test_concurrent_use_is_an_error(project: Project) -> None:
    project.async_app(ASYNC[0]).files(
        test_it="""
        import asyncio
        import pytest
        from app import *

        @pytest.mark.asyncio
        async def test_gathers():
            await create_tables()
            await asyncio.gather(*(add(name) for name in "abcd"))
        """
    )
    # Apart: asyncpg's task that cancels a query may outlive its loop, and tells so when collected.
    outcome = project.run_apart(*ROLLBACK)

    assert outcome.counts == {"failed": 1, "error": 1}, outcome.output
    assert 'strategy="reset"' in outcome.output
