"""Loading the plugin is nearly free, and works in each of the ways that pytest has."""

from __future__ import annotations

import pytest

from tests.project import Project

CONFTEST = """
    import sys

    def pytest_collection_finish():
        drivers = {"aiosqlite", "sqlite3", "asyncpg"}
        seen = {"asyncio", "sqlalchemy", "sqlalchemy.ext.asyncio"} | drivers
        print("imported:", sorted(seen & set(sys.modules)))
"""


def test_loading_imports_neither_sqlalchemy_nor_a_driver_nor_asyncio(project: Project) -> None:
    project.files(conftest=CONFTEST, test_it="def test_it(): pass")

    outcome = project.run_installed("-s", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_PLUGINS=PLUGIN)

    assert "imported: []" in outcome.passed(1).output


def test_covering_a_sync_application_does_not_import_the_asyncio_extension(
    project: Project,
) -> None:
    project.app().files(
        conftest=CONFTEST,
        test_it="""
        import sys
        from app import *

        Base.metadata.create_all(engine)

        def test_it():
            add("ada")
            assert "aiosqlite" not in sys.modules
            assert "sqlalchemy.ext.asyncio" not in sys.modules
        """,
    )

    project.run_installed(PYTEST_PLUGINS=PLUGIN).passed(1)


PLUGIN = "freshdb.pytest_plugin"


@pytest.mark.parametrize(
    ("arguments", "autoload"),
    [((), True), (("-p", PLUGIN), True), (("-p", PLUGIN), False)],
)
def test_every_way_to_load(project: Project, arguments: tuple[str, ...], autoload: bool) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(time):
            assert names() == []
            add("ada")
        """
    )
    environment = {} if autoload else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    outcome = project.run_installed(*arguments, **environment).passed(2)

    assert "freshdb: strategy auto, branches in" in outcome.output


def test_loaded_late_by_a_conftest_that_has_imported_the_application(project: Project) -> None:
    """Engines that exist already are covered; what they wrote before is in the real file."""
    project.app().files(
        conftest="""
        from app import *

        Base.metadata.create_all(engine)
        add("before")
        pytest_plugins = ["freshdb.pytest_plugin"]
        """,
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(time):
            assert names() == ["before"]
            add("ada")
        """,
    )

    project.run_installed(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1").passed(2)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite+aiosqlite://"])
def test_loaded_late_with_rows_in_memory(project: Project, url: str) -> None:
    project.files(
        conftest=f"""
        import asyncio
        from sqlalchemy import create_engine, text
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import StaticPool

        def fill(connection):
            connection.execute(text("CREATE TABLE t (x)"))
            connection.execute(text("INSERT INTO t VALUES ('before')"))

        async def fill_async():
            async with engine.begin() as connection:
                await connection.run_sync(fill)

        if "aiosqlite" in "{url}":
            engine = create_async_engine("{url}", poolclass=StaticPool)
            asyncio.run(fill_async())
        else:
            engine = create_engine("{url}")
            with engine.begin() as connection:
                fill(connection)
        pytest_plugins = ["freshdb.pytest_plugin"]
        """,
        test_it="""
        import asyncio
        import pytest
        from conftest import *

        def read_and_write(connection):
            rows = connection.execute(text("SELECT x FROM t")).all()
            connection.execute(text("INSERT INTO t VALUES ('of test')"))
            return rows

        async def read_and_write_async():
            async with engine.begin() as connection:
                return await connection.run_sync(read_and_write)

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(time):
            if hasattr(engine, "sync_engine"):
                assert asyncio.run(read_and_write_async()) == [("before",)]
            else:
                with engine.begin() as connection:
                    assert read_and_write(connection) == [("before",)]
        """,
    )

    project.run_installed(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1").passed(2)


@pytest.mark.parametrize("name", ["freshdb", PLUGIN])
def test_switched_off(project: Project, name: str) -> None:
    project.app().files(
        test_it="""
        from app import *

        def test_rows():
            add("ada")
        """
    )

    outcome = project.run_installed("-p", f"no:{name}").passed(1)

    assert "freshdb:" not in outcome.output
    assert (project.path / "app.db").exists()


def test_switched_off_by_a_setting(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.freshdb(strategy="clone")
        def test_rows():
            add("ada")
        """
    )

    project.run("--freshdb-enabled=false").passed(1)
    assert (project.path / "app.db").exists()
