"""A test's end is bounded, names what was left open, and keeps the database of a failed test."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.project import REMEMBER, Project

LEAKS = {
    "transaction": """
            held.append(SessionLocal())
            held[0].add(User(name="ada"))
            held[0].flush()""",
    "connection": """
            held.append(engine.connect())
            held[0].execute(text("SELECT 1"))""",
    "thread": """
            stop = threading.Event()
            held.append(stop)
            threading.Thread(target=wait, args=(stop,)).start()
            add("ada")""",
}

LEAKING = """
    import threading
    from app import *

    held = []

    def wait(stop):
        stop.wait(20)

    def test_leak():{leak}

    def test_after():
        assert names() == []
        getattr(held[0], "close", getattr(held[0], "set", None))()
"""


@pytest.mark.parametrize("kind", LEAKS)
def test_what_is_left_open_is_named(project: Project, kind: str) -> None:
    project.app().files(test_it=LEAKING.replace("{leak}", LEAKS[kind]))

    outcome = project.run(REMEMBER).passed(2)

    assert re.search(
        rf"left a {kind} open: .*, from test_it.py:\d+: test_it.py::test_leak", outcome.output
    ), outcome.output


@pytest.mark.parametrize("kind", LEAKS)
def test_on_leak_fail_fails_the_test(project: Project, kind: str) -> None:
    project.app().files(test_it=LEAKING.replace("{leak}", LEAKS[kind]))

    outcome = project.run(REMEMBER, "--freshdb-on-leak=fail")

    assert outcome.counts == {"passed": 2, "error": 1}, outcome.output
    assert f"left a {kind} open" in outcome.output
    assert "hint: close it in the test or its fixture" in outcome.output


@pytest.mark.parametrize("kind", LEAKS)
def test_on_leak_ignore_says_nothing(project: Project, kind: str) -> None:
    project.app().files(test_it=LEAKING.replace("{leak}", LEAKS[kind]))

    assert "left a" not in project.run(REMEMBER, "--freshdb-on-leak=ignore").passed(2).output


def test_a_session_of_wider_scope_that_only_reads_is_no_leak(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="session")
        def db(tables):
            with SessionLocal() as session:
                yield session

        @pytest.mark.parametrize("time", [1, 2, 3])
        def test_reads(db, time):
            assert db.scalars(select(User.name)).all() == []
        """
    )

    # The first test is the one that opens it.
    assert project.run().passed(3).output.count("left a ") <= 1


def test_an_async_transaction_that_is_left_open_is_undone(project: Project) -> None:
    project.async_app().files(
        test_it="""
        import pytest
        from app import *

        held = []

        @pytest.mark.asyncio
        async def test_leak():
            await create_tables()
            held.append(SessionLocal())
            held[0].add(User(name="ada"))
            await held[0].flush()

        @pytest.mark.asyncio
        async def test_after():
            await create_tables()
            assert await names() == []
            held[0].add(User(name="bob"))
            await held[0].commit()
            assert await names() == ["bob"]
            await held[0].close()
        """
    )

    assert "left a transaction open" in project.run(REMEMBER).passed(2).output


def test_a_query_that_never_ends_does_not_hold_the_run_up(project: Project) -> None:
    project.app().files(
        test_it="""
        import threading
        import time
        from app import *

        ENDLESS = (
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"
        )

        def test_hang():
            started = threading.Event()
            def run():
                with engine.connect() as connection:
                    connection.execute(text("INSERT INTO users (name) VALUES ('ada')"))
                    started.set()
                    try:
                        connection.execute(text(ENDLESS))
                    except Exception:
                        pass
            threading.Thread(target=run, daemon=True).start()
            assert started.wait(10)
            time.sleep(0.05)

        def test_after():
            assert names() == []
        """
    ).run_apart("--freshdb-teardown-timeout-s=0.2").passed(2)


def test_a_failed_tests_database_is_kept_under_a_stable_name(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.mark.parametrize("who", ["ada [1]"])
        def test_fails(who):
            add(who)
            assert names() == []
        """
    )

    first, second = (_kept_by(project.run()) for _ in range(2))

    assert first == second
    assert first.name == "test_it.py-test_fails-ada-1.sqlite"
    connection = sqlite3.connect(first)
    assert connection.execute("SELECT name FROM users").fetchall() == [("ada [1]",)]
    connection.close()


def test_a_kept_database_is_swept_at_the_next_run(project: Project) -> None:
    project.app().files(
        test_it="""
        import os
        from app import *

        def test_it():
            add("ada")
            assert os.environ.get("PASS")
        """
    )
    kept = _kept_by(project.run())
    assert kept.exists()

    project.run_apart(PASS="1").passed(1)

    assert not kept.exists()


def test_nothing_is_kept_where_that_is_switched_off(project: Project) -> None:
    project.app().files(
        test_it="""
        from app import *

        def test_fails():
            add("ada")
            assert False
        """
    )

    assert "database is kept" not in project.run("--freshdb-keep=never").failed(1).output


def test_a_test_that_fails_before_it_connects_keeps_nothing(project: Project) -> None:
    project.app().files(test_it="def test_fails(): assert False")

    assert "database is kept" not in project.run().failed(1).output


def _kept_by(outcome: object) -> Path:
    found = re.search(r"this test's database is kept: (.+)", getattr(outcome, "output", ""))
    assert found, outcome
    return Path(found[1])


def test_a_test_that_a_mark_skips_ends_without_an_error(project: Project) -> None:
    outcome = (
        project.app()
        .files(
            test_it="""
        import pytest
        from app import *

        @pytest.mark.skip(reason="not now")
        def test_skipped(tmp_path): ...

        @pytest.mark.skipif(True, reason="not here")
        def test_skipped_too(): ...

        def test_after():
            assert names() == []
        """
        )
        .run()
    )

    assert outcome.counts == {"skipped": 2, "passed": 1}, outcome.output
