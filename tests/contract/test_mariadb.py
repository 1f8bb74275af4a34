"""What an application may do on MariaDB, and the next test does not see."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import create_engine, text

from freshdb.servers.mariadb.private import PrivateServer
from tests.mariadb import require_driver, urls
from tests.project import Project

(URL,) = urls("pymysql")
SESSION_LOOP = (
    "-o", "asyncio_default_fixture_loop_scope=session",
    "-o", "asyncio_default_test_loop_scope=session",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("private_mariadb")

# What a test does to its session, a question, and what the next test must be told.
LEFT_IN_SESSIONS = [
    ("SET sql_mode = ''", "SELECT @@sql_mode <> ''", 1),
    ("SET time_zone = '+05:00'", "SELECT @@time_zone", "SYSTEM"),
    ("SET @name = 'ada'", "SELECT @name", None),
    ("SELECT GET_LOCK('news', 0)", "SELECT IS_USED_LOCK('news')", None),
    ("CREATE TEMPORARY TABLE users (x INT)", "SELECT COUNT(id) FROM users", 0),
    ("LOCK TABLES users WRITE", "SELECT COUNT(*) FROM users", 0),
    ("USE mysql", "SELECT DATABASE() LIKE 'freshdb%'", 1),
]


@pytest.mark.parametrize("how", ["engine", "driver"])
def test_nothing_is_left_in_a_pooled_connection(project: Project, how: str) -> None:
    """The pool has one connection; what one test leaves in it, the next one would find."""
    project.app(URL).files(
        test_it=f"""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.parametrize(("statement", "question", "expected"), {LEFT_IN_SESSIONS!r})
        def test_session(statement, question, expected, time):
            with engine.connect() as connection:
                assert connection.scalar(text(question)) == expected
            connection = engine.connect() if {how!r} == "engine" else engine.raw_connection()
            if {how!r} == "engine":
                connection.execute(text(statement))
            else:
                connection.driver_connection.cursor().execute(statement)
            connection.close()
        """
    ).run("-p", "no:randomly", "--freshdb-on-leak=ignore").passed(14)


# What a test does to its database; the next one starts from the baseline, with ids from 1.
DONE_TO_DATABASES = [
    "TRUNCATE TABLE users",
    "RENAME TABLE users TO people",
    "CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW SET NEW.name = 'x'",
    "CREATE PROCEDURE p() DELETE FROM users",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM users",
    "CREATE OR REPLACE VIEW v AS SELECT 1 AS one",
    "ALTER TABLE users AUTO_INCREMENT = 1000",
    "INSERT INTO notes (x) VALUES ('a table without transactions')",
    "DELETE FROM notes",
    "TRUNCATE TABLE notes",
    "LOCK TABLES users WRITE",
]


def test_whatever_is_done_to_a_database_is_undone(project: Project) -> None:
    project.app(URL).files(
        conftest="""
        import pytest
        from app import *

        @pytest.fixture(scope="session", autouse=True)
        def tables():
            Base.metadata.create_all(engine)
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE notes (x VARCHAR(50)) ENGINE = MyISAM"))
                connection.execute(text("INSERT INTO notes VALUES ('one')"))
        """,
        test_it=f"""
        import pytest
        from app import *

        @pytest.mark.parametrize("statement", {DONE_TO_DATABASES!r})
        def test_database(statement):
            assert names() == []
            with engine.begin() as connection:
                assert connection.scalars(text("SELECT x FROM notes")).all() == ["one"]
                counted = text("SELECT COUNT(*) FROM information_schema.tables "
                               "WHERE table_schema = DATABASE()")
                assert connection.scalar(counted) == 2
            add("ada")
            with SessionLocal() as session:
                assert session.scalars(select(User.id)).all() == [1]
            with engine.begin() as connection:
                connection.execute(text(statement))
        """,
    ).run().passed(len(DONE_TO_DATABASES))


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy"])
def test_pooled_async_connections_survive_a_reset(project: Project, driver: str) -> None:
    (url,) = urls(driver)
    project.async_app(url).files(
        conftest="""
        import pytest_asyncio
        from app import *

        @pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
        async def tables():
            await create_tables()
        """,
        test_it="""
        import pytest
        from app import *

        sessions = []

        @pytest.mark.parametrize("time", range(4))
        @pytest.mark.asyncio
        async def test_rows(time):
            assert await names() == []
            await add("ada", "bob")
            async with engine.connect() as connection:
                sessions.append(await connection.scalar(text("SELECT CONNECTION_ID()")))

        def test_one_connection_served_them_all():
            assert len(sessions) == 4
            assert len(set(sessions)) == 1
        """,
    ).run("-p", "no:randomly", "--freshdb-state=off", *SESSION_LOOP).passed(5)


def test_two_names_of_the_product_and_two_engines_are_one_database(project: Project) -> None:
    require_driver("MySQLdb")
    project.app(URL).files(
        test_it="""
        import pytest
        from app import *

        reader = create_engine("mariadb+mysqldb://reader@127.0.0.1:3306/shop")

        @pytest.mark.parametrize("time", range(2))
        def test_reads_what_the_other_wrote(time):
            add("ada")
            with reader.connect() as connection:
                assert connection.scalars(text("SELECT name FROM users")).all() == ["ada"]
                assert connection.scalar(text("SELECT CURRENT_USER()")) == "reader@localhost"
        """
    ).run().passed(2)


SCRIPT = """
CREATE TABLE users (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL);
-- a comment; with a semicolon
DELIMITER ;;
CREATE DEFINER=`app`@`%` TRIGGER loud BEFORE INSERT ON users FOR EACH ROW BEGIN
    SET NEW.name = UPPER(NEW.name);
END ;;
DELIMITER ;
/*!40101 INSERT INTO users (name) VALUES ('ada') */;
"""


def test_a_schema_file_may_change_the_delimiter(project: Project) -> None:
    project.app(URL).files(
        schema__sql=SCRIPT,
        conftest="import app",
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(3))
        def test_rows(time):
            assert names() == ["ADA"]
            add("bob")
            assert names() == ["ADA", "BOB"]
        """,
    ).run("--freshdb-schema=schema.sql").passed(3)


def test_a_schema_file_that_leads_elsewhere_is_refused(project: Project) -> None:
    project.app(URL).files(conftest="import app", schema__sql="USE mysql;\n" + SCRIPT, test_it="")

    outcome = project.run("--freshdb-schema=schema.sql")

    assert outcome.status == 4
    assert "leads to a database of its own: `USE mysql" in outcome.output


def test_a_failed_tests_database_is_kept_until_the_next_run(
    project: Project, private_mariadb: PrivateServer
) -> None:
    project.app(URL).files(
        test_it="""
        from app import *

        def test_fails():
            add("ada")
            assert False
        """
    )
    kept = []
    for _ in range(2):
        outcome = project.run().failed(1)
        found = re.search(r"this test's database is kept: (\S+)", outcome.output)
        assert found is not None
        kept.append(found[1])
        assert f"mariadb --user=root --socket={private_mariadb.socket} " in outcome.output
        engine = create_engine(found[1], execution_options={"freshdb": False})
        with engine.connect() as connection:
            assert connection.scalars(text("SELECT name FROM users")).all() == ["ada"]
            databases = connection.scalars(text("SHOW DATABASES")).all()
        engine.dispose()

    assert kept[0] != kept[1]
    assert kept[0].rpartition("/")[0] not in databases
    assert re.split(r"[/?]", kept[0])[3] not in databases


def test_the_bad_and_the_unsafe_server_is_one_clear_stop(project: Project) -> None:
    project.app(URL).files(test_it="from app import *\n\ndef test_it():\n    names()\n")

    remote = project.run("--freshdb-server=mysql://root@db.example.org/")
    production = project.run("--freshdb-server=mysql://root@localhost:1/production")
    silent = project.run("--freshdb-server=mysql://root:secret@localhost:1/")

    assert "its host `db.example.org` is not this machine" in remote.output
    assert "`production` in its name looks like production" in production.output
    assert "does not answer" in silent.output
    assert "secret" not in silent.output


def test_the_applications_own_server_is_used_where_it_is_fit(
    project: Project, private_mariadb: PrivateServer
) -> None:
    """A database of the application's own name is never made, let alone written."""
    url = private_mariadb.url("shop_of_the_application")
    project.app(url).files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(3))
        def test_rows(time):
            assert names() == []
            add("ada")
        """
    )

    outcome = project.run("--freshdb-server=auto").passed(3)

    assert f"MariaDB 10.11.19 at {private_mariadb.socket}: the application's own" in re.sub(
        r"MariaDB [\d.]+", "MariaDB 10.11.19", outcome.output
    )
    engine = create_engine(private_mariadb.url(), execution_options={"freshdb": False})
    with engine.connect() as connection:
        assert "shop_of_the_application" not in connection.scalars(text("SHOW DATABASES")).all()
    engine.dispose()


@pytest.mark.parametrize("driver", ["aiomysql", "asyncmy"])
@pytest.mark.parametrize("scope", ["function", "session"])
def test_async_tests_that_are_rolled_back(project: Project, driver: str, scope: str) -> None:
    (url,) = urls(driver)
    project.async_app(url).files(
        conftest="import app",
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(4))
        @pytest.mark.asyncio
        async def test_rows(time):
            assert await names() == []
            await add("ada")
            async with SessionLocal() as session:
                session.add(User(name="zoe"))
                await session.flush()
                await session.rollback()
            await add("bob")
            assert await names() == ["ada", "bob"]
            async with SessionLocal() as session:
                assert await session.scalar(select(func.min(User.id))) == 1
        """,
    ).run(
        "--freshdb-strategy=rollback", "--freshdb-schema=app:Base",
        "-o", f"asyncio_default_fixture_loop_scope={scope}",
        "-o", f"asyncio_default_test_loop_scope={scope}",
    ).passed(4)  # fmt: skip


# What a test of the strategy `rollback` may not do, and what the error says of it.
WRONG = {
    "`TRUNCATE TABLE users` would end it": "connection.execute(text('TRUNCATE TABLE users'))",
    "`CREATE TABLE extra (x INT)` would end it": (
        "connection.execute(text('CREATE TABLE extra (x INT)'))"
    ),
    "`CALL sly()` has ended it": "connection.execute(text('CALL sly()')); connection.commit()",
    "something has ended it": "connection.connection.dbapi_connection.outer.connection.commit()",
    "it asks for `autocommit` True": (
        "connection.close(); engine.connect().execution_options(isolation_level='AUTOCOMMIT')"
    ),
}
SLY = "CREATE PROCEDURE sly() CREATE OR REPLACE TABLE made (id INT)"


@pytest.mark.parametrize("what", WRONG)
def test_what_commits_by_itself_is_an_error_of_the_guilty_test(project: Project, what: str) -> None:
    project.app(URL).files(
        test_it=f"""
        import pytest
        from app import *

        @pytest.fixture(scope="session", autouse=True)
        def procedure(tables):
            with engine.begin() as connection:
                connection.execute(text({SLY!r}))

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
    outcome = project.run("--freshdb-strategy=rollback", "-p", "no:randomly")

    assert outcome.counts == {"passed": 2, "error": 1}, outcome.output
    assert what in outcome.output
    assert "`test_it.py::test_guilty` runs in one transaction" in outcome.output


def test_what_a_rollback_leaves_in_its_connection_is_gone(project: Project) -> None:
    project.app(URL).files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("statement", [
            "SET sql_mode = ''", "SET @name = 'ada'", "SELECT GET_LOCK('news', 0)", "SELECT 1",
        ])
        def test_session(statement):
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT @@sql_mode")) != ""
                assert connection.scalar(text("SELECT @name")) is None
                assert connection.scalar(text("SELECT IS_FREE_LOCK('news')")) == 1
                connection.execute(text(statement))
            add("ada")
        """
    ).run("--freshdb-strategy=rollback", "-p", "no:randomly").passed(4)


def test_an_engine_asks_for_the_tables_of_its_branch(project: Project) -> None:
    """SQLAlchemy remembers the name of the first database; each of these tests has another one."""
    project.app(URL).files(
        test_it="""
        import pytest
        from sqlalchemy import inspect
        from app import *

        @pytest.mark.parametrize("time", range(3))
        def test_alters(time):
            assert "users" in inspect(engine).get_table_names()
            assert not inspect(engine).has_table("t")
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE t (id INT)"))
            assert inspect(engine).has_table("t")
            assert "t" in inspect(engine).get_table_names()
        """
    ).run().passed(3)
