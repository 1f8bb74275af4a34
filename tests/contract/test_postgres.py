"""What an application may do on Postgres, and the next test does not see."""

from __future__ import annotations

import pytest

from tests.project import Project

URL = "postgresql+psycopg://app@localhost/shop"
ASYNCPG = "postgresql+asyncpg://app@localhost/shop"
SESSION_LOOP = (
    "-o", "asyncio_default_fixture_loop_scope=session",
    "-o", "asyncio_default_test_loop_scope=session",
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("private_postgres")

# What a test does to its session, a question, and what the next test must be told.
LEFT_IN_SESSIONS = [
    ("SET work_mem = '5MB'", "SHOW work_mem", "4MB"),
    ("SELECT set_config('work_mem', '5MB', false)", "SHOW work_mem", "4MB"),
    ("ALTER ROLE CURRENT_USER SET work_mem = '5MB'", "SHOW work_mem", "4MB"),
    ("SET search_path = pg_catalog", "SHOW search_path", '"$user", public'),
    ("CREATE TEMP TABLE t (x int)", "SELECT count(*) FROM pg_class WHERE relname = 't'", 0),
    ("LISTEN news", "SELECT count(*) FROM pg_listening_channels()", 0),
    ("SELECT pg_advisory_lock(5)", "SELECT pg_try_advisory_xact_lock(5)", True),
    ("PREPARE p AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements WHERE name = 'p'", 0),
]


@pytest.mark.parametrize("how", ["engine", "raw", "driver"])
def test_nothing_is_left_in_a_pooled_connection(project: Project, how: str) -> None:
    """The pool has one connection; what one test leaves in it, the next one would find.

    Each has a role of its own: what is set for a role is set for all who use the server now.
    """
    project.app(f"postgresql+psycopg://{how}@localhost/shop").files(
        test_it=f"""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.parametrize(("statement", "question", "expected"), {LEFT_IN_SESSIONS!r})
        def test_session(statement, question, expected, time):
            with engine.connect() as connection:
                assert connection.scalar(text(question)) == expected
            if {how!r} == "engine":
                with engine.begin() as connection:
                    connection.execute(text(statement))
                return
            connection = engine.raw_connection()
            own = connection.driver_connection if {how!r} == "driver" else connection.cursor()
            own.execute(statement)
            connection.commit()
            connection.close()
        """
    ).run("-p", "no:randomly").passed(16)


def test_listen_and_copy_of_asyncpgs_own_are_gone(project: Project) -> None:
    project.async_app(ASYNCPG).files(
        test_it="""
        import pytest
        from app import *

        heard = []

        @pytest.mark.parametrize("time", range(3))
        @pytest.mark.asyncio
        async def test_driver(time):
            await create_tables()
            async with engine.connect() as connection:
                question = text("SELECT count(*) FROM pg_listening_channels()")
                assert await connection.scalar(question) == 0
                raw = await connection.get_raw_connection()
                await raw.driver_connection.add_listener("news", lambda *what: heard.append(what))
                await raw.driver_connection.copy_records_to_table(
                    "users", records=[(1, "ada")], columns=["id", "name"]
                )
                await connection.commit()
            assert await names() == ["ada"]
        """
    ).run(*SESSION_LOOP).passed(3)


@pytest.mark.parametrize("recorded", [(), ("--freshdb-record=run.jsonl",)], ids=["", "recorded"])
def test_statements_that_asyncpg_has_cached_are_not_stale_after_ddl(
    project: Project, recorded: tuple[str, ...]
) -> None:
    outcome = (
        project.async_app(ASYNCPG)
        .files(
            test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(4))
        @pytest.mark.asyncio
        async def test_alters(time):
            await create_tables()
            async with engine.begin() as connection:
                assert list(await connection.execute(text("SELECT * FROM users"))) == []
            if time % 2:
                async with engine.begin() as connection:
                    await connection.execute(text("ALTER TABLE users ADD age int"))
                    await connection.execute(text("INSERT INTO users (name) VALUES ('ada')"))
        """
        )
        .run("-p", "no:randomly", *SESSION_LOOP, *recorded)
    )
    outcome.passed(4)
    # Each once; the last one too, after which no test waits for its reset.
    assert "cloned anew 4 x, as the schema was changed" in outcome.output


def test_a_large_write_of_another_process_is_undone(project: Project) -> None:
    """The process was told the URL, and may come back; it then finds no database of that name."""
    project.app(URL).files(
        writer="""
        import sys
        import psycopg

        with psycopg.connect(sys.argv[1].replace("+psycopg", "")) as connection:
            connection.execute("INSERT INTO users (name) VALUES ('ada')")
        """,
        test_it="""
        import subprocess, sys
        import pytest
        from app import *

        urls = []

        def write(url):
            return subprocess.run([sys.executable, "writer.py", url], stderr=subprocess.PIPE)

        @pytest.mark.parametrize("time", range(2))
        def test_writes(time, db_branch):
            for url in urls:
                assert b"does not exist" in write(url).stderr
            assert names() == []
            assert write(db_branch.url).returncode == 0
            assert names() == ["ada"]
            urls.append(db_branch.url)
        """,
    )
    outcome = project.run("-p", "no:randomly", "--freshdb-state=off").passed(2)

    assert "a test had asked for the branch's URL" in outcome.output


def test_a_url_for_a_connection_pooler_works(project: Project) -> None:
    project.async_app(
        f"{ASYNCPG.replace('localhost', 'localhost:6432')}?prepared_statement_cache_size=0"
    ).files(
        test_it="""
        import pytest
        from sqlalchemy.pool import NullPool
        from app import *

        direct = create_async_engine(
            engine.url,
            poolclass=NullPool,
            connect_args={"statement_cache_size": 0, "prepared_statement_name_func": lambda: ""},
        )

        @pytest.mark.parametrize("time", range(2))
        @pytest.mark.asyncio
        async def test_rows(time):
            await create_tables()
            await add("ada")
            async with direct.connect() as connection:
                assert await connection.scalar(text("SELECT name FROM users")) == "ada"
        """
    ).run().passed(2)


@pytest.mark.parametrize("strategy", ["auto", "clone"])
def test_several_databases_schemas_and_engines(project: Project, strategy: str) -> None:
    """Two URLs are two databases; a reader and a writer are on one; each keeps its schemas."""
    project.app(URL).files(
        more="""
        from sqlalchemy import create_engine, text

        reader = create_engine("postgresql+psycopg2://reader@localhost/shop")
        other = create_engine("postgresql+psycopg://app@localhost/stock")
        tenant = other.execution_options(schema_translate_map={None: "acme"})
        by_path = create_engine(
            "postgresql+psycopg://app@localhost/stock",
            connect_args={"options": "-c search_path=acme"},
        )
        """,
        conftest="""
        import pytest
        from app import *
        from more import *

        @pytest.fixture(scope="session", autouse=True)
        def tables():
            Base.metadata.create_all(engine)
            with other.begin() as connection:
                connection.execute(text("CREATE SCHEMA acme"))
            Base.metadata.create_all(other)
            Base.metadata.create_all(tenant)
        """,
        test_it="""
        import pytest
        from app import *
        from more import *

        def rows(engine):
            with engine.connect() as connection:
                return connection.execute(select(User.id, User.name)).all()

        @pytest.mark.parametrize("time", range(3))
        def test_rows(time):
            engines = [engine, reader, other, tenant, by_path]
            assert [rows(one) for one in engines] == [[], [], [], [], []]
            add("shop")
            for one, name in [(other, "stock"), (tenant, "acme")]:
                with one.begin() as connection:
                    connection.execute(User.__table__.insert(), {"name": name})
            found = [[(1, "shop")]] * 2 + [[(1, "stock")]] + [[(1, "acme")]] * 2
            assert [rows(one) for one in engines] == found
        """,
    ).run(f"--freshdb-strategy={strategy}").passed(3)


def test_each_database_of_a_failed_test_is_kept(project: Project) -> None:
    project.app(URL).files(
        test_it="""
        from app import *

        def test_fails():
            other = create_engine("postgresql+psycopg://app@localhost/stock")
            for one in (engine, other):
                with one.begin() as connection:
                    connection.execute(text("CREATE TABLE t (x int)"))
            assert False
        """
    )
    outcome = project.run().failed(1)

    assert outcome.output.count("look at it: psql") == 4
    assert "test_fails on stock" in outcome.output


def test_no_password_is_in_any_output(project: Project) -> None:
    project.app("postgresql+psycopg://app:hush@localhost/shop").files(
        test_it="""
        from app import *

        def test_fails():
            add("ada")
            assert False
        """
    )
    outcome = project.run("-v").failed(1)

    assert "hush" not in outcome.output.replace('app:hush@localhost/shop")', "")
