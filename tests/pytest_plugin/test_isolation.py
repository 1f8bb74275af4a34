"""Every test starts from the same rows, whatever an earlier one did and through what."""

from __future__ import annotations

import logging

import pytest

from tests.project import REMEMBER, Project

TWICE = """
    import pytest
    from app import *

    @pytest.mark.parametrize("time", [1, 2])
    def test_starts_empty(time):
        assert names() == []
        add("ada", "bob")
        with SessionLocal() as session:
            assert session.scalar(select(func.max(User.id))) == 2
        assert names() == ["ada", "bob"]
"""


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///app.db",
        "sqlite:////{path}/deep/../app.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:app.db?mode=rwc&uri=true",
        "sqlite:///file:named?mode=memory&uri=true",
        "sqlite:///file:named?mode=memory&cache=shared&uri=true",
        "sqlite:///file::memory:?cache=shared&uri=true",
        "sqlite:///file:/shared?vfs=memdb&uri=true",
        "sqlite:///file:own?vfs=memdb&uri=true",
    ],
)
def test_every_form_of_url_is_covered(project: Project, url: str) -> None:
    project.app(url.replace("{path}", str(project.path))).files(test_it=TWICE).run().passed(2)
    assert not (project.path / "app.db").exists()


@pytest.mark.parametrize(
    "options",
    [
        "poolclass=pool.StaticPool, connect_args={'check_same_thread': False}",
        "poolclass=pool.NullPool",
        "poolclass=pool.SingletonThreadPool",
        "poolclass=pool.QueuePool, pool_size=1, max_overflow=0",
        "poolclass=pool.AssertionPool",
        "pool_pre_ping=True",
        "pool_recycle=1",
        "isolation_level='AUTOCOMMIT'",
        "echo=True",
    ],
)
@pytest.mark.parametrize("url", ["sqlite:///app.db", "sqlite://"])
def test_every_pool_is_covered(
    project: Project, url: str, options: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With `echo`, SQLAlchemy gives this logger a handler, once for the process.
    monkeypatch.setattr(logging.getLogger("sqlalchemy.engine.Engine"), "handlers", [])
    project.app().files(test_it=TWICE)
    source = (project.path / "app.py").read_text()
    source = source.replace(
        'create_engine("sqlite:///app.db")', f"create_engine({url!r}, {options})"
    )
    project.files(app="from sqlalchemy import pool\n" + source).run().passed(2)


@pytest.mark.parametrize(
    "options", ["", ", poolclass=pool.NullPool", ", poolclass=pool.StaticPool"]
)
@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///app.db", "sqlite+aiosqlite://"])
def test_async_engines_are_covered(project: Project, url: str, options: str) -> None:
    project.async_app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", [1, 2, 3])
        @pytest.mark.asyncio
        async def test_starts_empty(time):
            await create_tables()
            assert await names() == []
            await add("ada", "bob")
            assert await names() == ["ada", "bob"]
        """
    )
    source = (project.path / "app.py").read_text()
    source = source.replace(
        'create_async_engine("sqlite+aiosqlite:///app.db")',
        f"create_async_engine({url!r}{options})",
    )
    project.files(app="from sqlalchemy import pool\n" + source).run().passed(3)


def test_two_memory_engines_are_two_databases(project: Project) -> None:
    project.files(
        test_it="""
        import pytest
        from sqlalchemy import create_engine, inspect, text

        first, second = create_engine("sqlite://"), create_engine("sqlite://")
        with first.begin() as connection:
            connection.execute(text("CREATE TABLE only_in_first (x)"))

        @pytest.mark.parametrize("time", [1, 2])
        def test_apart(time):
            assert inspect(first).get_table_names() == ["only_in_first"]
            assert inspect(second).get_table_names() == []
            with second.begin() as connection:
                connection.execute(text("CREATE TABLE of_test (x)"))
            assert inspect(first).get_table_names() == ["only_in_first"]
        """
    ).run().passed(2)


def test_two_engines_on_one_file_share_a_branch(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        writer = create_engine("sqlite:///./app.db")
        reader = create_engine("sqlite:///file:app.db?mode=ro&uri=true")

        @pytest.mark.parametrize("time", [1, 2])
        def test_shared(time):
            with writer.begin() as connection:
                connection.execute(text("INSERT INTO users (name) VALUES ('ada')"))
            assert names() == ["ada"]
            with reader.connect() as connection:
                assert connection.scalar(text("SELECT count(*) FROM users")) == 1
                with pytest.raises(Exception, match="readonly"):
                    connection.execute(text("DELETE FROM users"))
        """
    ).run().passed(2)


def test_engines_made_in_a_fixture_and_in_a_test_are_covered(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture
        def made_in_fixture():
            engine = create_engine("sqlite:///app.db")
            yield engine
            engine.dispose()

        @pytest.mark.parametrize("time", [1, 2])
        def test_covered(time, made_in_fixture):
            made_in_test = create_engine("sqlite:///app.db")
            for engine in (made_in_fixture, made_in_test):
                with engine.begin() as connection:
                    connection.execute(text("INSERT INTO users (name) VALUES ('ada')"))
            assert names() == ["ada", "ada"]
        """
    ).run().passed(2)
    assert not (project.path / "app.db").exists()


def test_a_memory_engine_made_in_a_test_starts_empty(project: Project) -> None:
    """It is the test's own business: no template, no rows of the application."""
    project.app("sqlite://").files(
        pyproject__toml='[tool.freshdb]\nschema = "app:Base"',
        test_it="""
        from app import *
        from sqlalchemy import inspect

        def test_own():
            assert inspect(create_engine("sqlite://")).get_table_names() == []
            assert inspect(engine).get_table_names() == ["users"]
        """,
    ).run().passed(1)


@pytest.mark.parametrize("by", ["module", "test"])
def test_a_file_made_in_a_test_is_left_alone(project: Project, by: str) -> None:
    """Nobody else can know a file in the test's own temporary directory, and it may look at it.

    The directory may be older than the first import of SQLAlchemy.
    """
    imports = "from sqlalchemy import create_engine, text"
    by_module, by_test = (imports, "") if by == "module" else ("", imports)
    project.files(
        test_it=f"""
        import sqlite3
        {by_module}

        def test_file(tmp_path):
            {by_test}
            engine = create_engine(f"sqlite:///{{tmp_path}}/own.db")
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE t (x)"))
                connection.execute(text("INSERT INTO t VALUES (1)"))
            engine.dispose()
            raw = sqlite3.connect(tmp_path / "own.db")
            assert raw.execute("SELECT x FROM t").fetchall() == [(1,)]
            raw.close()
        """
    ).run_apart().passed(1)


ASYNC_TWICE = """
        import pytest
        from app import *

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.asyncio
        async def test_starts_empty(time):
            await create_tables()
            assert await names() == []
            await add("ada")
            assert await names() == ["ada"]
        """

CREATORS = {
    "sync": 'create_engine("sqlite://", creator=lambda: configured(sqlite3.connect("app.db")))',
    "sync with record": (
        'create_engine("sqlite://", creator=lambda record: configured(sqlite3.connect("app.db")))'
    ),
    "memory": (
        'create_engine("sqlite://", creator=lambda: configured(sqlite3.connect('
        '"file:named?mode=memory&cache=shared", uri=True, check_same_thread=False)))'
    ),
    "static": (
        'create_engine("sqlite://", poolclass=pool.StaticPool,'
        ' creator=lambda: configured(sqlite3.connect(":memory:", check_same_thread=False)))'
    ),
}


@pytest.mark.parametrize("creator", CREATORS)
def test_engines_with_a_creator_are_covered(project: Project, creator: str) -> None:
    project.app()
    source = (project.path / "app.py").read_text()
    source = source.replace('create_engine("sqlite:///app.db")', CREATORS[creator])
    project.files(
        app="""import sqlite3
from sqlalchemy import pool

def configured(connection):
    connection.create_function("twice", 1, lambda x: 2 * x)
    return connection
"""
        + source,
        test_it=TWICE
        + """
    def test_function_of_the_creator():
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT twice(21)")) == 42
""",
    ).run().passed(3)
    assert not (project.path / "app.db").exists()


def test_async_engines_with_a_creator_are_covered(project: Project) -> None:
    project.async_app()
    source = (project.path / "app.py").read_text()
    source = source.replace(
        'create_async_engine("sqlite+aiosqlite:///app.db")',
        'create_async_engine("sqlite+aiosqlite://", async_creator=connect)',
    )
    project.files(
        app="""import aiosqlite

async def connect():
    return await aiosqlite.connect("app.db")
"""
        + source,
        test_it=ASYNC_TWICE,
    ).run().passed(2)
    assert not (project.path / "app.db").exists()


POSTGRES, MARIADB = "postgresql+psycopg://app@localhost/shop", "mysql+pymysql://app@localhost/shop"
SERVER_CREATORS = [
    (POSTGRES, "psycopg", 'psycopg.connect("host=localhost dbname=shop user=app")'),
    (POSTGRES, "psycopg", 'psycopg.Connection.connect("postgresql://app:no@localhost/shop")'),
    ("postgresql+psycopg2://", "psycopg2", 'psycopg2.connect(dsn="dbname=shop user=app")'),
    (MARIADB, "pymysql", 'pymysql.connect(host="localhost", user="app", database="shop")'),
    ("mysql+mysqldb://", "MySQLdb", 'MySQLdb.connect("localhost", "app", "", "shop")'),
]


def connects_by(project: Project, url: str, option: str, function: str) -> None:
    """Let the engine of the project's application connect by a function `connect`."""
    source = (project.path / "app.py").read_text()
    source = source.replace(f'_engine("{url}")', f'_engine("{url}", {option}=connect)')
    project.files(app=f"{function}\n\n{source}")


@pytest.mark.usefixtures("server_of_url")
@pytest.mark.parametrize(("url", "driver", "connect"), SERVER_CREATORS)
def test_engines_of_servers_with_a_creator_are_covered(
    project: Project, url: str, driver: str, connect: str
) -> None:
    connects_by(
        project.app(url), url, "creator", f"import {driver}\ndef connect(): return {connect}"
    )
    project.files(test_it=TWICE).run().passed(2)


SERVER_ASYNC_CREATORS = [
    (POSTGRES, "psycopg", 'psycopg.AsyncConnection.connect("dbname=shop user=app")'),
    ("postgresql+asyncpg://", "asyncpg", 'asyncpg.connect("postgresql://app@localhost/shop")'),
    ("postgresql+asyncpg://", "asyncpg", 'asyncpg.connect(user="app", database="shop")'),
    ("mysql+aiomysql://", "aiomysql", 'aiomysql.connect("localhost", "app", "", "shop")'),
]


@pytest.mark.usefixtures("server_of_url")
@pytest.mark.parametrize(("url", "driver", "connect"), SERVER_ASYNC_CREATORS)
def test_async_engines_of_servers_with_a_creator_are_covered(
    project: Project, url: str, driver: str, connect: str
) -> None:
    function = f"import {driver}\nasync def connect(): return await {connect}"
    connects_by(project.async_app(url), url, "async_creator", function)
    project.files(test_it=ASYNC_TWICE).run().passed(2)


def test_a_creator_that_cannot_be_covered_is_an_error(project: Project) -> None:
    project.files(
        test_it="""
        from sqlite3 import connect
        from sqlalchemy import create_engine

        engine = create_engine("sqlite://", creator=lambda: connect("app.db"))

        def test_it():
            engine.connect()
        """
    )
    outcome = project.run().failed(1)
    assert "UncoveredConnectionError" in outcome.output
    assert "hint: let the creator call" in outcome.output


def test_the_applications_connect_listeners_still_run(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *
        from sqlalchemy import event

        @event.listens_for(engine, "connect")
        def configure(connection, record):
            connection.execute("PRAGMA foreign_keys = on")
            connection.create_function("twice", 1, lambda x: 2 * x)

        @pytest.mark.parametrize("time", [1, 2])
        def test_configured(time):
            with engine.connect() as connection:
                assert connection.scalar(text("PRAGMA foreign_keys")) == 1
                assert connection.scalar(text("SELECT twice(21)")) == 42
        """
    ).run().passed(2)


def test_a_listener_added_to_a_shared_connection_engine_later_still_runs(project: Project) -> None:
    project.app("sqlite://").files(
        test_it="""
        from app import *
        from sqlalchemy import event

        def test_before():
            assert names() == []

        def test_later():
            seen = []
            event.listen(engine, "connect", lambda connection, record: seen.append(1))
            assert names() == []
            assert seen
        """
    ).run("--freshdb-strategy=clone").passed(2)


def test_the_real_file_is_read_and_never_written(project: Project) -> None:
    """What lies in the application's file is where tests start from; they never change it."""
    import sqlite3

    project.app()
    with sqlite3.connect(project.path / "app.db") as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("INSERT INTO users (name) VALUES ('from the file')")
    connection.close()
    before = (project.path / "app.db").stat()
    content = (project.path / "app.db").read_bytes()
    (project.path / "app.db").chmod(0o444)

    project.files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(time):
            assert names() == ["from the file"]
            add("ada")
        """
    ).run().passed(2)

    after = (project.path / "app.db").stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    assert content == (project.path / "app.db").read_bytes()
    assert not list(project.path.glob("app.db-*"))


def test_a_wal_file_with_unmerged_rows_is_read_whole(project: Project) -> None:
    import sqlite3

    project.app()
    connection = sqlite3.connect(project.path / "app.db")
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)")
    connection.execute("INSERT INTO users (name) VALUES ('in the wal')")
    connection.commit()
    assert (project.path / "app.db-wal").stat().st_size > 0

    project.files(
        test_it="""
        from app import *

        def test_rows():
            assert names() == ["in the wal"]
        """
    ).run().passed(1)
    connection.close()


def test_a_session_of_wider_scope_goes_on_in_the_next_test(project: Project) -> None:
    """One session for all tests is a common fixture; each test's part of it is undone."""
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="session")
        def db(tables):
            with SessionLocal() as session:
                yield session

        @pytest.mark.parametrize("time", [1, 2, 3])
        def test_rows(db, time):
            assert db.scalars(select(User.name)).all() == []
            db.add(User(name="committed"))
            db.commit()
            db.add(User(name="only flushed"))
            db.flush()
            assert names() == ["committed"]
        """
    ).run().passed(3)


def test_a_connection_of_wider_scope_sees_what_the_test_sees(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="session")
        def connection(tables):
            with engine.connect() as connection:
                yield connection

        @pytest.mark.parametrize("time", [1, 2, 3])
        def test_rows(connection, time):
            count = text("SELECT count(*) FROM users")
            assert connection.scalar(count) == 0
            add("ada")
            assert connection.scalar(count) == 1
            connection.execute(text("INSERT INTO users (name) VALUES ('bob')"))
            connection.commit()
            assert names() == ["ada", "bob"]
        """
    ).run().passed(3)


def test_the_savepoint_recipe_still_works(project: Project) -> None:
    """Suites that isolate by an outer transaction keep doing so, on a branch."""
    project.app().files(
        test_it="""
        import pytest
        from app import *
        from sqlalchemy.orm import Session

        @pytest.fixture(scope="session")
        def connection(tables):
            with engine.connect() as connection:
                yield connection

        @pytest.fixture
        def db(connection):
            outer = connection.begin()
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                yield session
            outer.rollback()

        @pytest.mark.parametrize("time", [1, 2, 3])
        def test_rows(db, time):
            assert db.scalars(select(User.name)).all() == []
            db.add(User(name="ada"))
            db.commit()
            assert db.scalars(select(User.name)).all() == ["ada"]
        """
    ).run().passed(3)


def test_create_all_and_drop_all_per_test_still_works(project: Project) -> None:
    project.app().files(
        conftest="""
        import pytest
        from app import Base, engine

        @pytest.fixture(autouse=True)
        def tables():
            Base.metadata.create_all(engine)
            yield
            Base.metadata.drop_all(engine)
        """,
        test_it=TWICE,
    ).run().passed(2)


def test_a_missing_table_that_an_earlier_test_made_is_explained(project: Project) -> None:
    """An application that makes its tables once, when first used, needs a word of advice."""
    project.app("sqlite://").files(
        conftest="",
        test_it="""
        import pytest
        from app import *

        is_ready = False

        def start():
            global is_ready
            if not is_ready:
                Base.metadata.create_all(engine)
                is_ready = True

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(time):
            start()
            assert names() == []
            add("ada")
        """,
    )
    outcome = project.run(REMEMBER).failed(1, passed=1)
    assert "`test_it.py::test_rows[1]` made the table `users`" in outcome.output
    assert "hint: make tables when the application is imported" in outcome.output


def test_ids_restart(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="module", autouse=True)
        def counters(tables):
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)"))
                connection.execute(text("INSERT INTO a DEFAULT VALUES"))

        @pytest.mark.parametrize("time", [1, 2])
        def test_ids(time):
            with engine.begin() as connection:
                for expected in (2, 3):
                    result = connection.execute(text("INSERT INTO a DEFAULT VALUES"))
                    assert result.lastrowid == expected
                connection.execute(text("DELETE FROM a"))
        """
    ).run().passed(2)


def test_a_test_that_opts_out_is_on_the_real_database(project: Project) -> None:
    project.app().files(
        test_it="""
        import os
        import pytest
        from app import *

        @pytest.mark.freshdb(enabled=False)
        def test_real():
            Base.metadata.create_all(engine)
            add("real")
            assert os.path.exists("app.db")

        def test_branch():
            assert names() == []

        @pytest.mark.freshdb(enabled=False)
        def test_real_again():
            assert names() == ["real"]
        """
    ).run().passed(3)


def test_a_module_that_opts_out_is_on_the_real_database(project: Project) -> None:
    project.app().files(
        conftest="",
        test_it="""
        import pytest
        from app import *

        pytestmark = pytest.mark.freshdb(enabled=False)

        def test_one():
            Base.metadata.create_all(engine)
            add("real")

        def test_two():
            assert names() == ["real"]
        """,
    ).run().passed(2)
    assert (project.path / "app.db").exists()


@pytest.mark.parametrize("how", ["option", "setting"])
def test_an_engine_that_opts_out_is_on_its_real_database(project: Project, how: str) -> None:
    project.app().files(
        pyproject__toml='[tool.freshdb]\nexclude = ["sqlite:///*cache.db"]'
        if how == "setting"
        else "",
        test_it="""
        from app import *

        options = {"freshdb": False} if "HOW" == "option" else {}
        cache = create_engine("sqlite:///cache.db", execution_options=options)

        def test_one():
            with cache.begin() as connection:
                connection.execute(text("CREATE TABLE t (x)"))
            add("ada")

        def test_two():
            with cache.begin() as connection:
                connection.execute(text("INSERT INTO t VALUES (1)"))
            assert names() == []
        """.replace("HOW", how),
    ).run().passed(2)
    assert (project.path / "cache.db").exists()
    assert not (project.path / "app.db").exists()


SHARED_CONNECTION = """
    import pytest
    from app import *

    shared = create_engine("sqlite://", connect_args={"timeout": 0.01})

    @pytest.fixture(scope="session", autouse=True)
    def tables_of_shared():
        Base.metadata.create_all(shared)

    def test_two_sessions_write_at_once():
        with SessionLocal(bind=shared) as one, SessionLocal(bind=shared) as other:
            one.add(User(name="ada"))
            one.flush()
            other.add(User(name="bob"))
            other.flush()
            assert other.scalar(select(func.count(User.id))) == 2
"""


def test_a_lock_that_a_shared_connection_would_not_have_is_explained(project: Project) -> None:
    outcome = project.app().files(test_it=SHARED_CONNECTION).run().failed(1)

    assert "sessions of this engine share one connection" in outcome.output
    assert "(`SingletonThreadPool`)" in outcome.output


def test_an_excluded_engine_in_memory_keeps_its_shared_connection(project: Project) -> None:
    exclude = '[tool.freshdb]\nexclude = ["sqlite://"]'
    project.app().files(test_it=SHARED_CONNECTION, pyproject__toml=exclude).run().passed(1)


@pytest.mark.parametrize("options", ["", ", poolclass=StaticPool"])
def test_what_lies_in_a_shared_connection_is_shared_while_it_is_out(
    project: Project, options: str
) -> None:
    """The engine's sessions share a connection without freshdb; an attached database is in it."""
    project.files(
        test_it=f"""
        import pytest
        from sqlalchemy import Column, Integer, MetaData, Table, create_engine, text
        from sqlalchemy.pool import StaticPool

        engine = create_engine("sqlite://"{options})
        items = Table("items", MetaData(schema="other"), Column("id", Integer, primary_key=True))

        @pytest.mark.parametrize("time", [1, 2])
        def test_attached(time):
            with engine.connect() as connection:
                connection.execute(text("ATTACH DATABASE ':memory:' AS other"))
                items.metadata.create_all(engine)
                with engine.begin() as second:
                    second.execute(items.insert())
                assert connection.execute(items.select()).all() == [(1,)]

        def test_temporary():
            with engine.connect() as connection:
                connection.execute(text("CREATE TEMP TABLE notes (note)"))
                with engine.connect() as second:
                    assert second.execute(text("SELECT * FROM notes")).all() == []
            with engine.connect() as again:
                assert again.execute(text("SELECT * FROM notes")).all() == []

        def test_neither():
            with engine.connect() as connection, engine.connect() as second:
                assert connection.connection is not second.connection
                names = [row[1] for row in connection.execute(text("PRAGMA database_list"))]
            assert names == ["main"]
        """,
    )

    project.run().passed(4)
