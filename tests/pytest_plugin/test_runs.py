"""Runs, workers and killed processes do not collide, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.project import Project

TESTS = """
    import pytest
    from app import *

    @pytest.fixture(scope="module", autouse=True)
    def rows(tables):
        add("of_module")

    @pytest.mark.parametrize("time", range(12))
    def test_rows(time):
        assert names() == ["of_module"]
        add("ada")
        assert names() == ["ada", "of_module"]
"""


NO_WORKSPACE = """
    import freshdb.workspace

    def pytest_sessionfinish():
        made = list(freshdb.workspace.find_base("branches").glob("run-*"))
        assert made == []
"""


@pytest.mark.parametrize("dist", ["load", "loadscope", "loadfile", "loadgroup", "worksteal"])
def test_every_way_to_distribute_tests(project: Project, dist: str) -> None:
    project.app().files(test_one=TESTS, test_two=TESTS)

    outcome = project.run_apart("-n", "2", f"--dist={dist}").passed(24)

    assert " branches for 24 tests" in outcome.output
    assert project.left_behind() == []


def test_workers_send_what_they_found_to_the_controller(project: Project) -> None:
    project.app().files(
        test_it="""
        from app import *

        def test_leak():
            held.append(SessionLocal())
            held[0].add(User(name="ada"))
            held[0].flush()

        def test_fails():
            add("ada")
            assert False

        held = []
        """
    )

    outcome = project.run_apart("-n", "1", "-p", "no:randomly")

    assert "left a transaction open: writes to sqlite file app.db" in outcome.output
    assert "kept the database of test_it.py::test_fails: " in outcome.output


def test_two_runs_at_once_do_not_collide(project: Project) -> None:
    project.app().files(test_one=TESTS, test_two=TESTS)

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(project.run_apart, "-n", "2") for _ in range(2)]

    for run in runs:
        run.result().passed(24)
    assert project.left_behind() == []


def test_what_a_killed_run_left_is_gone_after_the_next_start(project: Project) -> None:
    project.app().files(
        test_it="""
        import os
        import time
        from app import *

        def test_it():
            add("ada")
            if os.environ.get("HANG"):
                open("hanging.txt", "w").close()
                time.sleep(60)
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=project.path,
        env={**os.environ, "HANG": "1", "PYTHONPATH": str(project.path)}
        | {"PYTEST_PLUGINS": "freshdb.pytest_plugin"},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (project.path / "hanging.txt").exists():
        assert time.monotonic() < deadline, "the run did not get to its test"
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(project.left_behind()) == 1

    project.run_apart().passed(1)

    assert project.left_behind() == []


def test_a_running_run_is_not_taken_for_a_dead_one(project: Project) -> None:
    """The inner run starts, reaps and ends while the outer one is in its test."""
    project.app().files(
        test_it="""
        import os
        import subprocess
        import sys
        from app import *

        def test_outer():
            add("ada")
            if not os.environ.get("INNER"):
                inner = subprocess.run(
                    [sys.executable, "-m", "pytest", "-p", "freshdb.pytest_plugin"],
                    env={**os.environ, "INNER": "1"},
                )
                assert inner.returncode == 0
            assert names() == ["ada"]
        """
    ).run().passed(1)


def test_nothing_is_left_of_many_tests(project: Project) -> None:
    """No file, descriptor or thread, and no test that is slower for coming later."""
    project.async_app().files(
        conftest="""
        import os
        import threading

        def pytest_sessionstart(session):
            session.before = None

        def count():
            return len(os.listdir("/proc/self/fd")), threading.active_count()

        seen = []

        def pytest_runtest_logfinish(nodeid):
            seen.append(count())

        def pytest_sessionfinish(session):
            # The first tests open what is kept for the run, such as an executor. The thread of a
            # connection that was closed, and a loop that is garbage, may take a moment longer.
            early, late = zip(*seen[20:30]), zip(*seen[-10:])
            print("growth:", [max(0, min(b) - min(a)) for a, b in zip(early, late)])
        """,
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("time", range(150))
        @pytest.mark.asyncio
        async def test_rows(time):
            await create_tables()
            await add("ada")
            assert await names() == ["ada"]
        """,
    )

    outcome = project.run("-s").passed(150)

    assert "growth: [0, 0]" in outcome.output
    assert project.left_behind() == []


def test_a_run_that_uses_no_database_makes_no_directory(project: Project) -> None:
    project.files(test_it="def test_it(): pass", conftest=NO_WORKSPACE).run().passed(1)
