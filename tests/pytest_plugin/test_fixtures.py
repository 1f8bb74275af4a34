"""The fixtures: sessions of the application's own kind, more databases, the branch's facts."""

from __future__ import annotations

import pytest

from tests.project import Project


def test_db_session_is_made_by_the_applications_factory(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        SessionLocal.configure(info={"from": "the application"})

        @pytest.mark.parametrize("time", [1, 2])
        def test_session(db_session, time):
            assert db_session.info == {"from": "the application"}
            assert db_session.scalars(select(User)).all() == []
            db_session.add(User(name="ada"))
            db_session.commit()
            assert names() == ["ada"]
        """
    ).run().passed(2)


@pytest.mark.parametrize("plugin", ["asyncio", "anyio"])
def test_db_session_is_async_where_the_application_is(project: Project, plugin: str) -> None:
    project.async_app().files(
        pyproject__toml='[tool.freshdb]\nschema = "app:Base"',
        test_it="""
        import pytest
        from sqlalchemy.ext.asyncio import AsyncSession
        from app import *

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.PLUGIN
        async def test_session(db_session, time):
            assert isinstance(db_session, AsyncSession)
            ada = User(name="ada")
            db_session.add(ada)
            await db_session.commit()
            assert ada.name == "ada"  # expire_on_commit=False is the application's choice
            assert await names() == ["ada"]
        """.replace("PLUGIN", plugin),
    ).run().passed(2)


@pytest.mark.parametrize(
    "replacement",
    [
        "",
        "SessionLocal = scoped_session(sessionmaker(engine))",
        "def get_session(): return sessionmaker(engine)()",
    ],
)
def test_db_session_finds_other_ways_to_make_sessions(project: Project, replacement: str) -> None:
    project.app()
    source = (project.path / "app.py").read_text()
    source = source.replace("SessionLocal = sessionmaker(engine)", replacement)
    setting = 'session = "app:get_session"' if "get_session" in replacement else ""
    project.files(
        app="from sqlalchemy.orm import scoped_session\n" + source,
        pyproject__toml=f"[tool.freshdb]\n{setting}",
        test_it="""
        from app import User, select

        def test_session(db_session):
            db_session.add(User(name="ada"))
            db_session.commit()
            assert db_session.scalars(select(User.name)).all() == ["ada"]
        """,
    ).run().passed(1)


def test_db_session_of_sqlmodel(project: Project) -> None:
    project.files(
        app="""
        from sqlmodel import Field, SQLModel, create_engine

        class User(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            name: str

        engine = create_engine("sqlite:///app.db")
        """,
        pyproject__toml='[tool.freshdb]\nschema = "app:SQLModel"',
        test_it="""
        import pytest
        from sqlmodel import select
        from app import User

        @pytest.mark.parametrize("time", [1, 2])
        def test_session(db_session, time):
            assert db_session.exec(select(User)).all() == []
            db_session.add(User(name="ada"))
            db_session.commit()
        """,
    ).run().passed(2)


@pytest.mark.parametrize(
    ("setting", "app", "expected"),
    [
        ("", "", "no sessionmaker and no engine was found"),
        (
            "",
            "a = sessionmaker(engine); b = sessionmaker(engine)",
            "more than one way to make sessions: `app:a`, `app:b`",
        ),
        ('session = "app:nope"', "", "session is `app:nope` (from pyproject.toml [tool.freshdb])"),
        ('session = "app:str"', "", "`app:str` returned a str, not a session"),
        ('session = "app:__name__"', "", "`app:__name__` is a str"),
    ],
)
def test_a_session_that_cannot_be_found_is_an_error(
    project: Project, setting: str, app: str, expected: str
) -> None:
    project.files(
        app=f"""
from builtins import str
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
def _engine(): return create_engine("sqlite://")
{app.replace("engine", "_engine()")}
""",
        pyproject__toml=f"[tool.freshdb]\n{setting}",
        test_it="import app\ndef test_it(db_session): pass",
    )

    outcome = project.run()

    assert outcome.counts == {"error": 1}, outcome.output
    assert expected in outcome.output
    assert "hint: name it: `session = " in outcome.output


def test_db_branch_tells_where_the_branch_is(project: Project) -> None:
    project.app().files(
        test_it="""
        import sqlite3
        from app import *

        def test_branch(db_branch):
            add("ada")
            assert db_branch.owner == "test_it.py::test_branch"
            assert db_branch.url == f"sqlite:///{db_branch.path}"
            connection = sqlite3.connect(db_branch.path)
            assert connection.execute("SELECT name FROM users").fetchall() == [("ada",)]
            connection.close()
        """
    ).run().passed(1)


def test_fresh_db_makes_more_databases(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        def test_two(fresh_db):
            with fresh_db(Base) as one, fresh_db(Base, seed=lambda: [User(name="eve")]) as two:
                one.add(User(name="ada"))
                one.commit()
                assert one.scalars(select(User.name)).all() == ["ada"]
                assert two.scalars(select(User.name)).all() == ["eve"]
            assert names() == []

        @pytest.mark.asyncio
        async def test_async(fresh_db):
            async with fresh_db(Base.metadata) as session:
                session.add(User(name="ada"))
                await session.commit()
                assert (await session.scalars(select(User.name))).all() == ["ada"]
        """
    ).run().passed(2)


@pytest.mark.parametrize(
    "seed",
    [
        "lambda: [User(name='ada'), User(name='bob')]",
        "with_session",
        "async_rows",
    ],
)
def test_a_seeded_session(project: Project, seed: str) -> None:
    project.app().files(
        test_it=f"""
        import freshdb
        import pytest
        from app import *

        def with_session(session):
            session.add_all([User(name="ada"), User(name="bob")])

        async def async_rows():
            return [User(name="ada"), User(name="bob")]

        two_users = freshdb.seeded_session({seed})

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(two_users, time):
            assert names() == ["ada", "bob"]
            two_users.add(User(name="eve"))
            two_users.commit()

        def test_without():
            assert names() == []
        """
    ).run().passed(3)


@pytest.mark.parametrize("seed", ["lambda: [User(name='ada')]", "with_session", "sync_session"])
def test_a_seeded_async_session(project: Project, seed: str) -> None:
    project.async_app().files(
        pyproject__toml='[tool.freshdb]\nschema = "app:Base"',
        test_it=f"""
        import freshdb
        import pytest
        from app import *

        async def with_session(session):
            session.add(User(name="ada"))
            await session.flush()

        def sync_session(session):
            session.add(User(name="ada"))

        one_user = freshdb.seeded_session({seed}, name="seeded")

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.asyncio
        async def test_rows(seeded, time):
            assert await names() == ["ada"]
            seeded.add(User(name="eve"))
            await seeded.commit()
        """,
    ).run().passed(2)


def test_asking_for_a_session_where_freshdb_is_off_says_so(project: Project) -> None:
    project.app().files(test_it="def test_it(db_session): pass")

    outcome = project.run("--freshdb-enabled=false")

    assert outcome.counts == {"error": 1}
    assert "freshdb is off (`enabled = false`), so there is no branch" in outcome.output


def test_a_branch_of_a_test_that_opted_out_is_an_error(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest

        @pytest.mark.freshdb(enabled=False)
        def test_it(db_branch):
            pass
        """
    )

    outcome = project.run()

    assert outcome.counts == {"error": 1}
    assert "go to its own database in this test, so there is no branch" in outcome.output


@pytest.mark.parametrize("schema", ["make", "'alembic'"])
def test_fresh_db_does_not_reach_the_applications_database(project: Project, schema: str) -> None:
    project.app().files(
        alembic__ini="",
        test_it=f"""
        import freshdb
        import pytest
        from app import *

        def make():
            Base.metadata.create_all(engine)

        @pytest.mark.freshdb(enabled=False)
        def test_it():
            with pytest.raises(freshdb.SchemaError, match="through the application's own engine"):
                with freshdb.fresh_db({schema}):
                    pass
        """,
    ).run().passed(1)
    assert not (project.path / "app.db").exists()
