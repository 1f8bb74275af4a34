"""Whatever breaks, no test waits for ever, the next one is right, and nothing piles up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from freshdb.backends.postgres.backend import Postgres
from freshdb.backends.postgres.server import PostgresServer
from tests.postgres import NEWEST, PROGRAMS, programs_of_its_own
from tests.project import Project

URL = "postgresql+psycopg://app@localhost/shop"

ROWS = """
import pytest
from app import *

@pytest.mark.parametrize("time", range(4))
def test_rows(time):
    assert names() == []
    add("ada")
"""


def reaped(server: PostgresServer, token: str) -> None:
    """Wait until everything that a dead process has left is gone."""
    deadline = time.monotonic() + 20
    while any(token in name for name in server.noted("freshdb_")):
        assert time.monotonic() < deadline, server.noted("freshdb_")
        server.reap()


def test_a_run_that_is_killed_leaves_nothing_for_long(project: Project, postgres: Postgres) -> None:
    project.app(URL).files(
        test_it="""
        import os, signal
        from app import *

        def test_dies():
            add("ada")
            with engine.connect() as connection:
                print(connection.scalar(text("SELECT current_database()")), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    outcome = project.run_apart("-s", FRESHDB_SERVER_PROGRAMS=str(PROGRAMS[NEWEST]))

    assert outcome.status == -signal.SIGKILL
    name = next(word for word in outcome.output.split() if word.startswith("freshdb_"))
    server: PostgresServer = postgres.build_empty().place.server
    reaped(server, name.split("_")[2])


def test_a_worker_that_is_killed_harms_no_other_test(project: Project) -> None:
    project.app(URL).files(
        test_it=ROWS
        + """
def test_dies():
    import os, signal
    add("ada")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    )
    outcome = project.run_apart("-n", "2", "-p", "no:randomly")

    assert outcome.counts == {"passed": 4, "failed": 1}, outcome.output
    assert "crashed while running" in outcome.output


def test_a_server_that_dies_is_told_by_each_test_that_needs_it(project: Project) -> None:
    project.app(URL).files(
        test_it="""
        import os, signal
        import pytest
        from app import *

        def test_kills_the_server():
            with engine.connect() as connection:
                directory = connection.scalar(text("SHOW data_directory"))
            with open(directory + "/postmaster.pid") as note:
                os.kill(int(note.readline()), signal.SIGKILL)

        @pytest.mark.parametrize("time", range(3))
        def test_rows(time):
            add("ada")

        def test_needs_no_database():
            pass
        """
    )
    started = time.monotonic()
    with programs_of_its_own() as programs:
        outcome = project.run_apart("-p", "no:randomly", FRESHDB_SERVER_PROGRAMS=str(programs))

    assert outcome.counts["failed"] == 3, outcome.output
    assert "was lost" in outcome.output
    assert time.monotonic() - started < 60


def test_a_full_disk_fails_the_test_that_fills_it_and_no_other(project: Project) -> None:
    """A limit on the size of a file stands for the disk: the server meets the same refusal."""
    project.app(URL).files(
        test_it="""
        import pytest
        from sqlalchemy.exc import DBAPIError
        from app import *

        @pytest.mark.parametrize("time", range(2))
        def test_fills(time):
            assert names() == []
            with pytest.raises(DBAPIError, match="could not"), engine.begin() as connection:
                connection.execute(text(
                    "INSERT INTO users (name) SELECT repeat('x', 1000) "
                    "FROM generate_series(1, 40000)"
                ))
            add("ada")
        """
    )
    with programs_of_its_own("ulimit -f 40000") as programs:
        project.run(f"--freshdb-server-programs={programs}").passed(2)


def test_a_test_that_takes_all_connections_leaves_some_for_the_next(project: Project) -> None:
    project.app(URL).files(
        test_it="""
        import pytest
        from sqlalchemy.exc import OperationalError
        from sqlalchemy.pool import NullPool
        from app import *

        held = []

        @pytest.mark.parametrize("time", range(3))
        def test_takes_all(time):
            assert names() == []
            add("ada")
            another = create_engine(engine.url, poolclass=NullPool)
            with pytest.raises(OperationalError, match="connection"):
                for _ in range(40):
                    held.append(another.connect())
        """
    )
    with programs_of_its_own("", "-c", "max_connections=20") as programs:
        project.run(f"--freshdb-server-programs={programs}", "--freshdb-state=off").passed(3)


def test_a_backend_that_is_stuck_in_a_lock_never_makes_the_next_test_wait(project: Project) -> None:
    project.app(URL).files(
        test_it="""
        import contextlib, threading
        import pytest
        from app import *

        def wait():
            # Ended from the server's side, or lucky when the holder is.
            with contextlib.suppress(Exception), engine.begin() as connection:
                connection.execute(text("LOCK TABLE users"))

        @pytest.mark.parametrize("time", range(3))
        def test_is_stuck(time):
            assert names() == []
            global held
            held = engine.connect()
            held.execute(text("LOCK TABLE users"))
            thread = threading.Thread(target=wait)
            thread.start()
            with engine.connect() as connection:
                waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                while not connection.scalar(waiting):
                    connection.rollback()
        """
    ).run("--freshdb-state=off").passed(3)


BUILDER = """
import os, signal, sys
from freshdb.backends.postgres.backend import Postgres
from freshdb.settings import Settings

backend = Postgres(Settings(server="private", server_programs=sys.argv[1]), "builder", "faults")

def build(draft):
    print(draft.name, flush=True)
    with backend.connected(draft) as connection:
        connection.query("CREATE TABLE half (x int)")
    os.kill(os.getpid(), signal.SIGKILL)

backend.template(sys.argv[2], build, rebuild=False)
"""


def test_a_template_whose_builder_is_killed_is_built_by_the_next(postgres: Postgres) -> None:
    fingerprint = os.urandom(8).hex()
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(BUILDER), str(PROGRAMS[NEWEST]), fingerprint],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parent,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    server: PostgresServer = postgres.build_empty().place.server
    assert not server.exists(f"freshdb_template_{fingerprint}")

    image = postgres.template(fingerprint, lambda draft: None, rebuild=False)

    assert not image.has_tables
    reaped(server, killed.stdout.split("_")[2])
    server.drop(image.place.name)
