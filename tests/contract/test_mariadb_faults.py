"""On MariaDB too: whatever breaks, the next test is right, and nothing waits or piles up."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from freshdb.servers.mariadb.private import PrivateServer
from freshdb.servers.mariadb.programs import find_programs
from tests.mariadb import Databases, address_of, urls
from tests.project import Project

(URL,) = urls("pymysql")

ROWS = """
import pytest
from app import *

@pytest.mark.parametrize("time", range(4))
def test_rows(time):
    assert names() == []
    add("ada")
"""


@pytest.fixture(autouse=True)
def databases(private_mariadb: PrivateServer) -> Iterator[Databases]:
    databases = Databases(address_of(private_mariadb), "faults")
    yield databases
    databases.close()


@contextmanager
def programs_of_its_own(directory: Path, options: str = "", before: str = "") -> Iterator[Path]:
    """Yield a directory with a server program with options: a server of its own.

    Args:
        directory: where to make it.
        options: more of the server's.
        before: what a shell does before it starts the server.
    """
    place = directory / "programs"
    place.mkdir()
    program = place / "mariadbd"
    program.write_text(f'#!/bin/sh\n{before}\nexec {find_programs().server} "$@" {options}\n')
    program.chmod(0o755)
    yield place


def test_a_run_that_is_killed_leaves_nothing_for_long(
    project: Project, databases: Databases
) -> None:
    project.app(URL).files(
        test_it="""
        import os, signal
        from app import *

        def test_dies():
            add("ada")
            with engine.connect() as connection:
                print(connection.scalar(text("SELECT DATABASE()")), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    outcome = project.run_apart("-s")

    assert outcome.status == -signal.SIGKILL
    name = next(word for word in outcome.output.split() if word.startswith("freshdb_"))
    deadline = time.monotonic() + 20
    # The server takes a moment to see that the process has gone.
    while databases.exists(name):
        assert time.monotonic() < deadline
        databases.reap()


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


def test_a_server_that_dies_is_told_by_each_test_that_needs_it(
    project: Project, tmp_path: Path
) -> None:
    project.app(URL).files(
        test_it="""
        import os, signal
        import pytest
        from app import *

        def test_kills_the_server():
            with engine.connect() as connection:
                note = connection.scalar(text("SELECT @@pid_file"))
            os.kill(int(open(note).read()), signal.SIGKILL)

        @pytest.mark.parametrize("time", range(3))
        def test_rows(time):
            add("ada")

        def test_needs_no_database():
            pass
        """
    )
    started = time.monotonic()
    with programs_of_its_own(tmp_path) as programs:
        outcome = project.run_apart("-p", "no:randomly", FRESHDB_SERVER_PROGRAMS=str(programs))

    assert outcome.counts["failed"] == 3, outcome.output
    assert "is gone, or has ended freshdb's connection" in outcome.output
    assert time.monotonic() - started < 120


def test_a_full_disk_fails_the_test_that_fills_it_and_no_other(
    project: Project, tmp_path: Path
) -> None:
    """A limit on the size of a file stands for the disk: the server meets the same refusal."""
    project.app(URL).files(
        test_it="""
        import pytest
        from sqlalchemy.exc import DBAPIError
        from app import *

        @pytest.mark.parametrize("time", range(2))
        def test_fills(time):
            assert names() == []
            with pytest.raises(DBAPIError, match="big"), engine.begin() as connection:
                connection.execute(text("CREATE TABLE big (a VARCHAR(1000)) ENGINE=MyISAM"))
                connection.execute(text(
                    "INSERT INTO big SELECT REPEAT('x', 1000) FROM seq_1_to_25000"
                ))
            add("ada")
        """
    )
    limit = "trap '' XFSZ; ulimit -f 40000"
    with programs_of_its_own(tmp_path, "--innodb-log-file-size=8M", limit) as programs:
        project.run(f"--freshdb-server-programs={programs}").passed(2)


def test_a_test_that_takes_all_connections_leaves_some_for_the_next(
    project: Project, tmp_path: Path
) -> None:
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
            with pytest.raises(OperationalError, match="Too many connections"):
                for _ in range(40):
                    held.append(another.connect())
        """
    )
    with programs_of_its_own(tmp_path, options="--max-connections=20") as programs:
        project.run(f"--freshdb-server-programs={programs}", "--freshdb-state=off").passed(3)


@pytest.mark.parametrize(
    "lock", ["LOCK TABLES users WRITE", "SELECT * FROM users FOR UPDATE", "DELETE FROM users"]
)
def test_who_is_stuck_in_a_lock_never_makes_the_next_test_wait(project: Project, lock: str) -> None:
    project.app(URL).files(
        test_it=f"""
        import contextlib, threading
        import pytest
        from app import *

        def wait():
            # Ended from the server's side, or lucky when the holder is.
            with contextlib.suppress(Exception), engine.begin() as connection:
                connection.execute(text("ALTER TABLE users ADD x INT"))

        @pytest.mark.parametrize("time", range(3))
        def test_is_stuck(time):
            assert names() == []
            global held
            held = engine.connect()
            held.execute(text({lock!r}))
            thread = threading.Thread(target=wait)
            thread.start()
            with engine.connect() as connection:
                waiting = text("SELECT COUNT(*) FROM information_schema.processlist "
                               "WHERE state LIKE 'Waiting for table metadata lock'")
                while not connection.scalar(waiting):
                    connection.rollback()
        """
    ).run("--freshdb-state=off").passed(3)
