"""Whatever two tests do, in whatever order their late work comes, neither sees the other.

Hypothesis makes up two programs; each runs as a test of one run, and afterwards what it has left
running does some more. The oracle is the same program on a database of its own.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, exc, text

from freshdb import OwnerGoneError
from freshdb.isolation.owners import owned_by
from freshdb.runtime import FreshDB
from freshdb.settings import Settings

TABLES = ["a", "b"]

Step = tuple[Any, ...]

steps = st.one_of(
    st.tuples(st.just("insert"), st.integers(0, 2), st.sampled_from(TABLES), st.integers(0, 9)),
    st.tuples(st.just("update"), st.integers(0, 2), st.sampled_from(TABLES), st.integers(0, 9)),
    st.tuples(st.just("delete"), st.integers(0, 2), st.sampled_from(TABLES), st.integers(0, 9)),
    st.tuples(st.just("create"), st.integers(0, 2), st.sampled_from(["c", "d"])),
    st.tuples(st.just("drop"), st.integers(0, 2), st.sampled_from(["a", "c"])),
    st.tuples(st.just("commit"), st.integers(0, 2)),
    st.tuples(st.just("rollback"), st.integers(0, 2)),
    st.tuples(st.just("close"), st.integers(0, 2)),
    st.tuples(st.just("look")),
)
programs = st.lists(steps, max_size=12)


class Program:
    """Runs steps on up to three connections of an engine, and notes all that it sees."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connections: dict[int, Any] = {}
        self.seen: list[object] = []

    def run(self, steps: list[Step]) -> None:
        for kind, *arguments in steps:
            try:
                self.seen.append(getattr(self, kind)(*arguments))
            except exc.DBAPIError:
                # Which error it is may depend on whether a pooled connection has read the schema
                # before: one that has finds a lock first, one that has not a missing table.
                self.seen.append("refused")

    def insert(self, session: int, table: str, value: int) -> None:
        self._execute(session, f"INSERT INTO {table} (x) VALUES ({value})")

    def update(self, session: int, table: str, value: int) -> None:
        self._execute(session, f"UPDATE {table} SET x = x + 1 WHERE x = {value}")

    def delete(self, session: int, table: str, value: int) -> None:
        self._execute(session, f"DELETE FROM {table} WHERE x = {value}")

    def create(self, session: int, table: str) -> None:
        self._execute(session, f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, x)")

    def drop(self, session: int, table: str) -> None:
        self._execute(session, f"DROP TABLE {table}")

    def commit(self, session: int) -> None:
        if session in self._connections:
            self._connections[session].commit()

    def rollback(self, session: int) -> None:
        if session in self._connections:
            self._connections[session].rollback()

    def close(self, session: int) -> None:
        if session in self._connections:
            self._connections.pop(session).close()

    def look(self) -> list[Any]:
        with self._engine.connect() as connection:
            tables = connection.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ).all()
            return [
                (table, sorted(connection.execute(text(f"SELECT id, x FROM {table}")).all()))
                for table in tables
                if not table.startswith("sqlite_")
            ]

    def end(self) -> None:
        for connection in self._connections.values():
            with suppress(exc.SQLAlchemyError):
                connection.close()

    def _execute(self, session: int, sql: str) -> None:
        if session not in self._connections:
            self._connections[session] = self._engine.connect()
        self._connections[session].execute(text(sql))


@contextmanager
def application(directory: str) -> Iterator[tuple[Engine, Path]]:
    """Yield an engine on a file with two tables and a row."""
    path = Path(directory) / "app.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY AUTOINCREMENT, x)")
        connection.execute("INSERT INTO a (x) VALUES (1)")
        connection.commit()
    # A writer that waits for another one of the same program would wait in vain.
    # Last in, first out: which connection has read which schema must not depend on earlier tests.
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0.0}, pool_use_lifo=True)
    yield engine, path
    engine.dispose()


def expected_of(steps: list[Step]) -> list[object]:
    """Return what a program sees on a database of its own, without freshdb."""
    with tempfile.TemporaryDirectory() as directory, application(directory) as (engine, _):
        program = Program(engine)
        program.run(steps)
        program.end()
        return program.seen


@pytest.mark.freshdb(enabled=False)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=programs, second=programs, late=programs, times=st.integers(1, 3))
def test_two_tests_never_see_each_other(
    first: list[Step], second: list[Step], late: list[Step], times: int
) -> None:
    expected = [expected_of(first), expected_of(second)]
    with tempfile.TemporaryDirectory() as directory, application(directory) as (engine, path):
        before = path.read_bytes()
        freshdb = FreshDB(Settings(directory=directory), Path(directory))
        freshdb.start()
        try:
            for _ in range(times):
                old = Program(engine)
                owner = freshdb.begin_test("first", freshdb.settings)
                old.run(first)
                freshdb.end_test(owner, failed=False)

                new = Program(engine)
                other = freshdb.begin_test("second", freshdb.settings)
                seen_late: list[Step] = []
                for step in second:
                    # Between any two steps of the second test, the first one's late work tries.
                    for late_step in late:
                        with owned_by(owner), suppress(OwnerGoneError):
                            old.run([late_step])
                            seen_late.append(late_step)
                    new.run([step])
                freshdb.end_test(other, failed=False)
                old.end()
                new.end()

                assert old.seen[: len(first)] == expected[0]
                assert new.seen == expected[1]
                # Ending its transactions is all that late work can do.
                assert {step[0] for step in seen_late} <= {"commit", "rollback", "close"}
        finally:
            freshdb.stop()
        assert path.read_bytes() == before
