"""What holds on every database product: one suite, run over SQLite, Postgres and MariaDB alike."""

from __future__ import annotations

import re

import pytest

from tests import mariadb
from tests.project import Project

SYNC = ["sqlite:///app.db", "postgresql+psycopg://app@localhost/shop", *mariadb.urls("pymysql")]
ASYNC = [
    "sqlite+aiosqlite:///app.db",
    "postgresql+asyncpg://app@localhost/shop",
    *mariadb.urls("aiomysql"),
]
OTHER_DRIVERS = ["postgresql+psycopg2://app:secret@localhost/shop", *mariadb.urls("mysqldb")]
OTHER_ASYNC_DRIVERS = [
    "postgresql+psycopg://app:secret@localhost/shop",
    *mariadb.urls("asyncmy"),
]
STRATEGIES = ["auto", "clone"]

pytestmark = pytest.mark.usefixtures("server_of_url")


@pytest.mark.parametrize("url", [*SYNC, *OTHER_DRIVERS])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_test_starts_from_the_same_rows_and_ids(
    project: Project, url: str, strategy: str
) -> None:
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(4))
        def test_starts_empty(time):
            assert names() == []
            add("ada", "bob")
            with SessionLocal() as one, SessionLocal() as other:
                assert one.scalar(select(func.max(User.id))) == 2
                one.add(User(name="eve"))
                one.commit()
                assert other.scalar(select(func.count()).select_from(User)) == 3
        """
    ).run(f"--freshdb-strategy={strategy}").passed(4)


@pytest.mark.parametrize("url", [*ASYNC, *OTHER_ASYNC_DRIVERS])
@pytest.mark.parametrize("scope", ["function", "session"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_async_tests_on_any_loop(project: Project, url: str, scope: str, strategy: str) -> None:
    project.async_app(url).files(
        test_it="""
        import asyncio
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(4))
        @pytest.mark.asyncio
        async def test_starts_empty(time):
            await create_tables()
            assert await names() == []
            await asyncio.gather(*(add(name) for name in "abcd"))
            assert await names() == list("abcd")
            async with SessionLocal() as session:
                assert await session.scalar(select(func.max(User.id))) == 4
        """
    ).run(
        f"--freshdb-strategy={strategy}",
        "-o", f"asyncio_default_fixture_loop_scope={scope}",
        "-o", f"asyncio_default_test_loop_scope={scope}",
    ).passed(4)  # fmt: skip


@pytest.mark.parametrize("url", SYNC)
def test_layers(project: Project, url: str) -> None:
    """The rows of wider fixtures are there for the tests that use them, while their scope lasts."""
    project.app(url).files(
        test_one="""
        import pytest
        from app import *

        @pytest.fixture(scope="session")
        def admin(tables):
            add("admin")

        @pytest.fixture(scope="module")
        def users(tables):
            add("ada")

        def test_users(users):
            assert names() == ["ada"]
            add("a row of the test")

        def test_users_and_admin(users, admin):
            assert names() == ["ada", "admin"]

        def test_neither():
            assert names() == []

        def test_admin(admin):
            assert names() == ["admin"]

        class TestOfAClass:
            @pytest.fixture(scope="class", autouse=True)
            def guests(self, tables):
                add("guest")

            def test_guests(self):
                assert names() == ["guest"]

            def test_guests_and_admin(self, admin):
                assert names() == ["admin", "guest"]

        def test_in_code(request):
            add("own")
            request.getfixturevalue("admin")
            assert names() == ["admin", "own"]
        """,
        test_two="""
        from app import *

        def test_nothing_is_left():
            assert names() == []
        """,
    ).run("-p", "no:randomly").passed(8)


@pytest.mark.parametrize("url", SYNC)
def test_a_fixture_that_is_set_up_in_the_midst_of_a_test(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="module")
        def users(tables):
            with SessionLocal() as session:
                session.add(User(id=100, name="ada"))
                session.commit()

        def test_in_code(request):
            add("own")
            request.getfixturevalue("users")
            assert names() == ["ada", "own"]

        def test_after(users):
            assert names() == ["ada"]
        """
    ).run("-p", "no:randomly").passed(2)


@pytest.mark.parametrize("url", SYNC)
def test_a_schema_change_is_gone_with_its_test(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(3))
        def test_alters(time):
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE extra (x int)"))
                connection.execute(text("ALTER TABLE users ADD age int"))
            assert names() == []
        """
    ).run().passed(3)


@pytest.mark.parametrize("url", SYNC)
def test_a_wider_session_goes_on_in_the_next_test(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="module")
        def session(tables):
            with SessionLocal() as session:
                ada = User(name="ada")
                session.add(ada)
                session.commit()
                assert ada.id == 1
                yield session

        @pytest.fixture(scope="module", autouse=True)
        def around(tables):
            # Begun, and left alone until the module ends.
            with engine.begin(), engine.connect() as other:
                other.begin()
                yield

        @pytest.mark.parametrize("time", range(3))
        def test_rows(session, time):
            assert session.scalars(select(User.name)).all() == ["ada"]
            session.add(User(name="bob"))
            session.commit()
            assert names() == ["ada", "bob"]
        """
    ).run("--freshdb-on-leak=fail").passed(3)


@pytest.mark.parametrize("url", SYNC)
@pytest.mark.parametrize("how", ["rollback", "close"])
def test_late_work_may_end_its_transaction(project: Project, url: str, how: str) -> None:
    project.app(url).files(
        test_it=f"""
        import threading
        from app import *

        begun, go, errors = threading.Event(), threading.Event(), []

        def work():
            connection = engine.connect()
            connection.execute(select(User.name)).all()
            begun.set()
            go.wait(10)
            try:
                connection.{how}()
            except Exception as error:
                errors.append(error)

        worker = threading.Thread(target=work)

        def test_one():
            worker.start()
            assert begun.wait(10)

        def test_two():
            with SessionLocal() as session:
                session.add(User(name="ada"))
                session.commit()
            go.set()
            worker.join(10)
            assert errors == []
            assert names() == ["ada"]
        """
    ).run("-p", "no:randomly").passed(2)


@pytest.mark.parametrize("url", SYNC)
def test_a_transaction_that_is_left_open_is_undone_and_named(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        held = []

        @pytest.mark.parametrize("time", range(3))
        def test_holds(time):
            assert names() == []
            held.append(SessionLocal())
            held[-1].add(User(name="ada"))
            held[-1].flush()
        """
    )
    outcome = project.run().passed(3)

    assert "left a transaction open" in outcome.output


@pytest.mark.parametrize("url", ASYNC)
def test_an_async_transaction_on_a_closed_loop_never_makes_the_next_test_wait(
    project: Project, url: str
) -> None:
    project.async_app(url).files(
        test_it="""
        import pytest
        from app import *

        held = []

        @pytest.mark.parametrize("time", range(3))
        @pytest.mark.asyncio
        async def test_holds(time):
            await create_tables()
            held.append(SessionLocal())
            held[-1].add(User(name="ada"))
            await held[-1].flush()
        """
    )
    outcome = project.run().passed(3)

    assert "left a transaction open" in outcome.output


@pytest.mark.parametrize("url", SYNC)
@pytest.mark.parametrize(
    "schema", ["app:Base", "schema.sql", "app:make_tables", "app:make_tables_through_engine"]
)
def test_every_form_of_schema(project: Project, url: str, schema: str) -> None:
    project.app(url).files(
        schema__sql="CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL);"
        if "sqlite" in url
        else "CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL);",
        conftest="import app",
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(2))
        def test_rows(time):
            assert names() == []
            add("ada")
        """,
    )
    with (project.path / "app.py").open("a") as app:
        app.write(
            "\n\ndef make_tables(connection):\n    Base.metadata.create_all(connection)\n"
            "\n\ndef make_tables_through_engine():\n    Base.metadata.create_all(engine)\n"
        )
    project.run(f"--freshdb-schema={schema}", "--freshdb-rebuild").passed(2)


@pytest.mark.parametrize("url", SYNC)
def test_a_template_that_cannot_be_built_is_one_clear_stop(project: Project, url: str) -> None:
    project.app(url).files(
        conftest="import app", schema__sql="CREATE TABLE t (x int); NONSENSE;", test_it=""
    )

    outcome = project.run("--freshdb-schema=schema.sql")

    assert outcome.status == 4
    assert "NONSENSE" in outcome.output
    assert "hint:" in outcome.output


@pytest.mark.parametrize("url", SYNC)
def test_a_failed_tests_database_is_kept_for_a_look(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        from app import *

        def test_fails():
            add("ada")
            assert False

        def test_passes():
            assert names() == []
        """
    )
    outcome = project.run("-p", "no:randomly").failed(1, passed=1)

    found = re.search(r"this test's database is kept: (\S+)", outcome.output)
    assert found is not None
    if url.startswith("postgresql"):
        import psycopg

        assert f'psql "{found[1]}"' in outcome.output
        with psycopg.connect(found[1]) as connection:
            assert connection.execute("SELECT name FROM users").fetchall() == [("ada",)]


@pytest.mark.parametrize("url", SYNC)
def test_db_branch_tells_where_the_branch_is(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        from app import *

        def test_another_engine(db_branch):
            add("ada")
            other = create_engine(db_branch.url, execution_options={"freshdb": False})
            with other.connect() as connection:
                assert connection.scalar(text("SELECT name FROM users")) == "ada"
            other.dispose()

        def test_after():
            assert names() == []
        """
    ).run("-p", "no:randomly").passed(2)


@pytest.mark.parametrize("url", SYNC)
def test_workers_of_xdist_do_not_meet(project: Project, url: str) -> None:
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(8))
        def test_rows(time):
            assert names() == []
            add("ada")
        """
    )
    outcome = project.run_apart("-n", "2", "-p", "no:randomly")

    assert outcome.counts == {"passed": 8}, outcome.output
