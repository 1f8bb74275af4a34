"""A reset is right or refused: rows, ids and open connections are as on a new copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from freshdb.backends.sqlite.backend import SQLite
from freshdb.backends.sqlite.reset import IS_POSSIBLE, ResettableFile
from freshdb.backends.sqlite.statements import is_harmless

pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="needs Linux; elsewhere clones are made")

Open = Callable[[], sqlite3.Connection]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A branch with a table, a row, and an id that has been given out."""
    numbers = count()
    backend = SQLite(lambda kind: tmp_path / f"{kind}-{next(numbers)}.sqlite")
    image = backend.build_empty()
    with closing(sqlite3.connect(image.place)) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, x)")
        connection.execute("INSERT INTO t (x) VALUES ('base')")
        connection.commit()
    branch: Path = backend.make_branch(backend.take_image(image.place), "branch")
    return branch


@pytest.fixture
def resettable(file: Path) -> Iterator[ResettableFile]:
    resettable = ResettableFile(file)
    yield resettable
    resettable.close()


@pytest.fixture
def connect(file: Path, resettable: ResettableFile) -> Iterator[Open]:
    connections: list[sqlite3.Connection] = []

    def connect() -> sqlite3.Connection:
        connections.append(sqlite3.connect(file))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


def rows(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    return connection.execute("SELECT id, x FROM t ORDER BY id").fetchall()


def write(connection: sqlite3.Connection, *values: str) -> None:
    connection.executemany("INSERT INTO t (x) VALUES (?)", [(value,) for value in values])
    connection.commit()


def test_every_connection_sees_the_baseline_again(
    resettable: ResettableFile, connect: Open
) -> None:
    writer, reader, idle = connect(), connect(), connect()
    for time in range(50):
        assert rows(writer) == [(1, "base")]
        write(writer, *[f"row {n}" for n in range(time)])
        writer.execute("UPDATE t SET x = 'changed' WHERE id = 1")
        writer.commit()
        assert len(rows(reader)) == time + 1

        assert resettable.reset()

        assert rows(reader) == rows(writer) == [(1, "base")]
        if time % 7 == 0:
            assert rows(idle) == [(1, "base")]
        write(reader, "after")
        assert rows(writer) == [(1, "base"), (2, "after")]
        assert resettable.reset()
    assert writer.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_ids_restart(resettable: ResettableFile, connect: Open) -> None:
    connection = connect()
    for _ in range(3):
        write(connection, "one", "two")
        assert rows(connection) == [(1, "base"), (2, "one"), (3, "two")]
        assert resettable.reset()


def test_a_reset_of_nothing_is_one(resettable: ResettableFile, connect: Open) -> None:
    assert resettable.reset()
    assert rows(connect()) == [(1, "base")]
    assert resettable.reset()


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE u (x)", "DROP TABLE t", "CREATE INDEX i ON t (x)", "ALTER TABLE t ADD y"],
)
def test_a_changed_schema_is_refused(
    resettable: ResettableFile, connect: Open, statement: str
) -> None:
    connection = connect()
    connection.execute(statement)
    connection.commit()

    assert not resettable.reset()


@pytest.mark.parametrize(
    "statement", ["PRAGMA wal_checkpoint", "PRAGMA journal_mode = delete", "VACUUM"]
)
def test_a_written_file_is_refused(
    resettable: ResettableFile, connect: Open, statement: str
) -> None:
    connection = connect()
    write(connection, "row")
    connection.execute(statement)

    assert not resettable.reset()


def test_a_file_that_its_last_connection_has_merged_is_refused(
    file: Path, resettable: ResettableFile
) -> None:
    with closing(sqlite3.connect(file)) as connection:
        write(connection, "row")

    assert not resettable.reset()


def test_more_than_a_log_holds_is_refused(resettable: ResettableFile, connect: Open) -> None:
    connection = connect()
    for _ in range(5):
        write(connection, *["x" * 4000 for _ in range(400)])

    assert not resettable.reset()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1", True),
        ("  insert into t values (1)", True),
        ("WITH a AS (SELECT 1) DELETE FROM t", True),
        ('PRAGMA main.table_info("t")', True),
        ("PRAGMA foreign_keys = on", False),
        ("PRAGMA foreign_keys", False),
        ("ATTACH 'x' AS y", False),
        ("CREATE TEMP TABLE t (x)", False),
        ("/* a comment */ SELECT 1", False),
        ("selection", False),
    ],
)
def test_which_statements_leave_a_connection_as_it_was(statement: str, expected: bool) -> None:
    assert is_harmless(statement) is expected
