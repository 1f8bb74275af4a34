"""Every task and thread works for the test that started it, and none for a test that has ended."""

from __future__ import annotations

import re

import pytest

from tests.project import REMEMBER, Project

WORKERS = {
    "gathered tasks": "await asyncio.gather(*(add(f'w{n}') for n in range(8)))",
    "a task group": """async with asyncio.TaskGroup() as group:
            for n in range(8):
                group.create_task(add(f"w{n}"))""",
    "an anyio task group": """async with anyio.create_task_group() as group:
            for n in range(8):
                group.start_soon(add, f"w{n}")""",
    "to_thread": "await asyncio.gather(*(asyncio.to_thread(run, f'w{n}') for n in range(8)))",
    "an executor": """with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, [f"w{n}" for n in range(8)]))""",
    "run_in_executor": """loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(None, run, f"w{n}") for n in range(8)))""",
    "threads": """threads = [threading.Thread(target=run, args=(f"w{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()""",
    "a thread class": """class Worker(threading.Thread):
            def run(self):
                for n in range(8):
                    run(f"w{n}")
        worker = Worker()
        worker.start()
        worker.join()""",
    "anyio threads": """async with anyio.create_task_group() as group:
            for n in range(8):
                group.start_soon(anyio.to_thread.run_sync, run, f"w{n}")""",
}

WORK = """
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor
import anyio
import pytest
from app import *


def run(name):
    asyncio.run(add(name))


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.asyncio
@pytest.mark.freshdb(strict=True)
async def test_work(time):
    await create_tables()
    async def work():
        {work}
    await work()
    assert await names() == [f"w{n}" for n in range(8)]
"""


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:///app.db", "sqlite+aiosqlite://"])
@pytest.mark.parametrize("how", WORKERS)
def test_work_of_every_kind_goes_to_its_test(project: Project, how: str, url: str) -> None:
    project.async_app(url).files(test_it=WORK.replace("{work}", WORKERS[how])).run().passed(2)


WEB = """
    import asyncio
    import contextlib
    import pytest
    from fastapi import BackgroundTasks, FastAPI
    from app import *

    @contextlib.asynccontextmanager
    async def lifespan(app):
        await create_tables()
        await add("lifespan")
        worker = asyncio.create_task(add("worker"))
        yield
        await worker

    web = FastAPI(lifespan=lifespan)

    @web.post("/users/{name}")
    async def create(name: str, later: BackgroundTasks):
        await add(name)
        later.add_task(add, f"{name} in the background")

    @web.post("/sync/{name}")
    def create_in_a_thread(name: str):
        asyncio.run(add(name))
"""


def test_threads_that_connect_at_the_same_moment_share_a_branch(project: Project) -> None:
    project.app().files(
        test_it="""
        import threading
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(10))
        @pytest.mark.freshdb(strategy="clone")
        def test_threads(time):
            barrier = threading.Barrier(6)
            def run(n):
                barrier.wait()
                add(f"w{n}")
            threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert names() == [f"w{n}" for n in range(6)]
        """
    ).run().passed(10)


def test_the_test_client_works_for_its_test(project: Project) -> None:
    project.async_app().files(
        web=WEB,
        test_it="""
        import asyncio
        import pytest
        from fastapi.testclient import TestClient
        from app import *
        from web import web

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.freshdb(strict=True)
        def test_client(time):
            with TestClient(web) as client:
                client.post("/users/ada")
                client.post("/sync/bob")
            expected = ["ada", "ada in the background", "bob", "lifespan", "worker"]
            assert asyncio.run(names()) == expected

        @pytest.mark.asyncio
        async def test_in_an_async_test():
            with TestClient(web) as client:
                client.post("/users/ada")
            assert await names() == ["ada", "ada in the background", "lifespan", "worker"]
        """,
    ).run().passed(3)


def test_a_client_of_wider_scope_serves_each_test_its_own_rows(project: Project) -> None:
    project.async_app().files(
        web=WEB,
        test_it="""
        import asyncio
        import pytest
        from fastapi.testclient import TestClient
        from app import *
        from web import web

        @pytest.fixture(scope="session")
        def client():
            with TestClient(web) as client:
                yield client

        @pytest.mark.parametrize("time", [1, 2, 3])
        def test_client(client, time):
            before = asyncio.run(names())
            assert "ada" not in before
            client.post("/users/ada")
            client.post("/sync/bob")
            assert {"ada", "bob", "lifespan"} <= set(asyncio.run(names()))
        """,
    ).run().passed(3)


def test_the_asgi_transport_works_for_its_test(project: Project) -> None:
    project.async_app().files(
        web=WEB,
        test_it="""
        import httpx
        import pytest
        from app import *
        from web import web

        @pytest.mark.parametrize("time", [1, 2])
        @pytest.mark.asyncio
        @pytest.mark.freshdb(strict=True)
        async def test_client(time):
            await create_tables()
            transport = httpx.ASGITransport(app=web)
            async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
                await client.post("/users/ada")
            assert await names() == ["ada", "ada in the background"]
        """,
    ).run().passed(2)


def test_a_task_that_outlives_its_test_is_refused(project: Project) -> None:
    project.async_app().files(
        test_it="""
        import asyncio
        import pytest
        from app import *
        import freshdb

        pytestmark = pytest.mark.asyncio(loop_scope="session")
        late = []

        async def write_later():
            await asyncio.sleep(0.02)
            async with SessionLocal() as session:
                session.add(User(name="late"))
                await session.commit()

        async def test_one():
            await create_tables()
            late.append(asyncio.create_task(write_later(), name="writer"))

        async def test_two():
            await create_tables()
            (result,) = await asyncio.gather(*late, return_exceptions=True)
            assert isinstance(result, freshdb.OwnerGoneError)
            assert result.owner == "test_it.py::test_one"
            assert "Task `writer` (write_later" in str(result)
            assert "which ended" in str(result) and "hint: await the task" in str(result)
            assert "now at: " in str(result) and "test_it.py:14" in str(result)
            assert "started at: " in str(result) and "test_it.py:18" in str(result)
            assert await names() == []
        """
    )
    outcome = project.run(REMEMBER).passed(2)
    assert re.search(
        r"left a task open: `write_later`, from test_it.py:1\d: test_it.py::test_one",
        outcome.output,
    )
    assert "late work of `write_later` refused, at test_it.py:14: test_it.py::test_one" in (
        outcome.output
    )


def test_a_thread_that_outlives_its_test_is_refused(project: Project) -> None:
    project.app().files(
        test_it="""
        import threading
        from app import *
        import freshdb

        go, done, errors = threading.Event(), threading.Event(), []

        def write_later():
            go.wait(10)
            try:
                add("late")
            except Exception as error:
                errors.append(error)
            done.set()

        def test_one():
            threading.Thread(target=write_later, name="writer", daemon=True).start()

        def test_two():
            go.set()
            assert done.wait(10)
            assert isinstance(errors[0], freshdb.OwnerGoneError)
            assert "Thread `writer` ran SQL for `test_it.py::test_one`" in str(errors[0])
            assert "started at:" in str(errors[0]) and "test_it.py:17" in str(errors[0])
            assert names() == []
        """
    )
    outcome = project.run().passed(2)
    assert "left a thread open: `writer`, from test_it.py:17: test_it.py::test_one" in (
        outcome.output
    )


def test_a_session_that_outlives_its_test_in_late_work_is_refused(project: Project) -> None:
    project.app().files(
        test_it="""
        import threading
        from app import *
        import freshdb

        go, done, errors = threading.Event(), threading.Event(), []

        def test_one():
            session = SessionLocal()
            session.execute(text("SELECT 1"))

            def late():
                go.wait(10)
                try:
                    session.execute(text("DELETE FROM users"))
                except Exception as error:
                    errors.append(error)
                done.set()

            threading.Thread(target=late, daemon=True).start()

        def test_two():
            add("ada")
            go.set()
            assert done.wait(10)
            assert isinstance(errors[0], freshdb.OwnerGoneError)
            assert "now at: " in str(errors[0]) and "test_it.py:15" in str(errors[0])
            assert names() == ["ada"]
        """
    ).run().passed(2)


POLLER = """
    import queue
    import threading
    import pytest
    from app import *
    import freshdb

    jobs, answers = queue.Queue(), queue.Queue()

    def poll():
        while (job := jobs.get()) is not None:
            try:
                add(job)
                answers.put(names())
            except Exception as error:
                answers.put(error)

    worker = threading.Thread(target=poll, daemon=True)
    worker.start()
"""


def test_work_that_no_test_owns_uses_the_running_tests_branch(project: Project) -> None:
    project.app().files(
        test_it=POLLER
        + """
    @pytest.mark.parametrize("time", [1, 2])
    def test_job(time):
        add("ada")
        jobs.put("job")
        assert answers.get(timeout=10) == ["ada", "job"]
    """
    ).run().passed(2)


def test_work_that_no_test_owns_is_refused_in_strict_mode(project: Project) -> None:
    project.app().files(
        test_it=POLLER
        + """
    def test_refused():
        jobs.put("job")
        error = answers.get(timeout=10)
        assert isinstance(error, freshdb.NoOwnerError)
        assert "`test_it.py::test_refused` does not own it" in str(error)
        assert "hint: start it inside the test" in str(error)
        assert names() == []

    def test_allowed():
        assert freshdb.allow(worker) == "ok"
        assert freshdb.allow(worker) == "already allowed"
        jobs.put("job")
        assert answers.get(timeout=10) == ["job"]

    def test_unowned_block():
        def work():
            with freshdb.unowned():
                add("job")
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert names() == ["job"]
    """
    ).run("--freshdb-strict=true").passed(3)


def test_threads_are_not_followed_where_that_is_switched_off(project: Project) -> None:
    project.app().files(
        test_it="""
        import threading
        from app import *

        def test_thread():
            errors = []
            def work():
                try:
                    add("ada")
                except Exception as error:
                    errors.append(type(error).__name__)
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            assert errors == ["NoOwnerError"]
        """
    ).run_apart("--freshdb-strict=true", "--freshdb-carry-threads=false").passed(1)
