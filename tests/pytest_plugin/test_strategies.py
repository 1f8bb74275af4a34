"""`reset` keeps connections where that is right, and a new copy is made where it is not."""

from __future__ import annotations

import pytest

from tests.project import REMEMBER, Project

CONNECTIONS = """
    import pytest
    from app import *

    opened = []

    @event.listens_for(engine, "connect")
    def count(connection, record):
        opened.append(1)

    held = []

    @pytest.mark.parametrize("time", range(5))
    def test_rows(time):
        assert names() == []
        add("ada")
        {body}

    def test_how_many_were_opened():
        assert names() == []
        with engine.connect() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 0
        # One for the fixture that makes the tables, the others for tests.
        print("opened:", len(opened))
"""

UNRESETTABLE = {
    "a pragma": 'run("PRAGMA foreign_keys = on")',
    "a temporary table": 'run("CREATE TEMP TABLE t (x)")',
    "an attached database": "run(\"ATTACH ':memory:' AS other\")",
    "a table": 'run("CREATE TABLE t (x)")',
    "a held session": "held.append(SessionLocal()); held[-1].execute(text('SELECT 1'))",
    "a half-read cursor": (
        "connection = engine.connect(); "
        "held.append(connection.execute(text('SELECT name FROM users')).cursor); "
        "connection.close()"
    ),
    "a closed pool": "engine.dispose()",
    "the driver's own connection": (
        "raw = engine.raw_connection(); "
        "raw.driver_connection.execute('PRAGMA foreign_keys = on'); raw.close()"
    ),
}


def project_with(project: Project, body: str) -> Project:
    project.app()
    with (project.path / "app.py").open("a") as app:
        app.write(
            "\n\nfrom sqlalchemy import event\n\n"
            "def run(sql):\n    with engine.begin() as connection:\n"
            "        connection.execute(text(sql))\n"
        )
    return project.files(test_it=CONNECTIONS.replace("{body}", body))


@pytest.mark.parametrize("strategy", ["auto", "reset"])
def test_connections_stay_open_from_test_to_test(project: Project, strategy: str) -> None:
    outcome = (
        project_with(project, "pass")
        .run(REMEMBER, "-s", f"--freshdb-strategy={strategy}")
        .passed(6)
    )

    assert "opened: 2" in outcome.output


def test_clone_makes_a_new_connection_for_each_test(project: Project) -> None:
    outcome = (
        project_with(project, "pass").run(REMEMBER, "-s", "--freshdb-strategy=clone").passed(6)
    )

    assert "opened: 7" in outcome.output


def test_a_test_may_ask_for_its_own_strategy(project: Project) -> None:
    project_with(project, "pass")
    source = (project.path / "test_it.py").read_text()
    source = source.replace(
        "@pytest.mark.parametrize(",
        '@pytest.mark.freshdb(strategy="clone")\n@pytest.mark.parametrize(',
        1,
    )
    project.files(test_it=source)

    outcome = project.run(REMEMBER, "-s").passed(6)

    assert "opened: 7" in outcome.output


@pytest.mark.parametrize("what", UNRESETTABLE)
def test_what_a_reset_cannot_undo_makes_a_new_copy(project: Project, what: str) -> None:
    outcome = project_with(project, UNRESETTABLE[what]).run(REMEMBER, "-s").passed(6)

    assert "opened: 7" in outcome.output


def test_async_connections_stay_open_over_loops(project: Project) -> None:
    project.async_app().files(
        pyproject__toml='[tool.freshdb]\nschema = "app:Base"',
        test_it="""
        import asyncio
        import pytest
        from sqlalchemy import event
        from app import *

        opened = []

        @event.listens_for(engine.sync_engine, "connect")
        def count(connection, record):
            opened.append(1)

        @pytest.mark.parametrize("time", range(5))
        @pytest.mark.asyncio
        async def test_rows(time):
            assert await names() == []
            await asyncio.gather(add("ada"), add("bob"))
            assert await names() == ["ada", "bob"]
            assert len(opened) == 2
        """,
    ).run(REMEMBER).passed(5)


def test_tests_with_different_layers_alternate(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="module")
        def row(tables):
            add("of_module")

        def with_row(row):
            assert names() == ["of_module"]
            add("of_test")

        def without_row():
            assert names() == []
            add("of_test")

        test_1 = test_3 = test_5 = with_row
        test_0 = test_2 = test_4 = without_row
        """
    ).run(REMEMBER).passed(6)
