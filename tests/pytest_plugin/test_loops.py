"""No connection meets a loop that it does not belong to, whatever scope loops have."""

from __future__ import annotations

import pytest

from tests.project import Project

SCOPES = ["function", "class", "module", "package", "session"]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///app.db", "sqlite+aiosqlite://"])
def test_every_loop_scope_of_pytest_asyncio(project: Project, scope: str, url: str) -> None:
    project.async_app(url).files(
        test_it="""
        import asyncio
        import pytest
        import pytest_asyncio
        from app import *

        pytestmark = pytest.mark.asyncio(loop_scope="SCOPE")

        @pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
        async def tables():
            await create_tables()
            await add("of_session")

        @pytest_asyncio.fixture(loop_scope="SCOPE")
        async def of_function():
            await add("of_function")
            yield
            assert "of_test" in await names()

        class TestIt:
            @pytest.mark.parametrize("time", [1, 2, 3])
            async def test_rows(self, time, of_function):
                assert await names() == ["of_function", "of_session"]
                await asyncio.gather(*(add("of_test") for _ in range(20)))
                assert len(await names()) == 22
        """.replace("SCOPE", scope)
    ).run().passed(3)


@pytest.mark.parametrize("backend", ["asyncio", "function and session"])
def test_anyio(project: Project, backend: str) -> None:
    scope = "session" if "session" in backend else "function"
    project.async_app().files(
        test_it="""
        import anyio
        import pytest
        from app import *

        pytestmark = [pytest.mark.anyio, pytest.mark.freshdb(strict=True)]

        @pytest.fixture(scope="session")
        def anyio_backend():
            return "asyncio"

        @pytest.fixture(scope="SCOPE")
        async def tables(anyio_backend):
            await create_tables()
            await add("of_fixture")
            yield

        @pytest.fixture
        async def of_function(tables):
            await add("of_function")
            yield
            assert "of_test" in await names()

        @pytest.mark.parametrize("time", [1, 2, 3])
        async def test_rows(time, of_function):
            assert await names() == ["of_fixture", "of_function"]
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(add, "of_test")
            assert len(await names()) == 22
        """.replace("SCOPE", scope)
    ).run().passed(3)


def test_a_pool_that_ran_dry_in_one_loop_works_in_the_next(project: Project) -> None:
    """Waiting for a connection ties SQLAlchemy's queue to a loop; the next test has another."""
    project.async_app().files(
        test_it="""
        import asyncio
        import pytest
        from app import *

        async def slow():
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
                await asyncio.sleep(0.005)

        @pytest.mark.parametrize("time", [1, 2, 3])
        @pytest.mark.asyncio
        async def test_more_than_the_pool_holds(time):
            await asyncio.gather(*(slow() for _ in range(40)))
        """
    ).run().passed(3)


@pytest.mark.parametrize(("first", "second"), [("def", "async def"), ("async def", "def")])
def test_sync_and_async_tests_share_an_application(
    project: Project, first: str, second: str
) -> None:
    project.async_app().files(
        test_it=f"""
        import asyncio
        import pytest
        from app import *

        {"@pytest.mark.asyncio" if first != "def" else ""}
        {first} test_one():
            {"await work()" if first != "def" else "asyncio.run(work())"}

        {"@pytest.mark.asyncio" if second != "def" else ""}
        {second} test_two():
            {"await work()" if second != "def" else "asyncio.run(work())"}

        async def work():
            await create_tables()
            await add("ada")
            assert await names() == ["ada"]
        """
    ).run().passed(2)


def test_what_closes_connections_at_a_tests_end_is_no_leak(project: Project) -> None:
    project.async_app().files(
        test_it="""
        import pytest
        import pytest_asyncio
        from app import *

        pytestmark = pytest.mark.asyncio(loop_scope="module")

        @pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
        async def tables():
            await create_tables()

        async def test_one():
            await add("ada")

        async def test_two():
            await add("ada")
        """
    )

    output = project.run("--freshdb-on-leak=fail").passed(2).output

    assert "socket" not in output
