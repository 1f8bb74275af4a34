"""SQLite: a database is a file."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from freshdb.branches.records import Place

_TEXTS = st.one_of(
    st.sampled_from(["", "a", "A", "b", "it's", "é", "\U0001f600", "zero\0byte", "1"]),
    st.text(max_size=4),
)


class _Session:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, tuple(parameters)).fetchall()


@dataclass
class SQLiteMaker:
    """Makes files in a directory."""

    directory: Path
    error: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeEncodeError, OverflowError)

    mark = "?"
    tables = {  # it is read only
        "keyed": "CREATE TABLE keyed (id INTEGER PRIMARY KEY, a TEXT, b REAL, c)",
        "texts": "CREATE TABLE texts (k TEXT PRIMARY KEY, a INTEGER, b BLOB)",
        "pairs": "CREATE TABLE pairs (x, y TEXT, a, PRIMARY KEY (x, y)) WITHOUT ROWID",
        "folded": "CREATE TABLE folded (k TEXT COLLATE NOCASE NOT NULL PRIMARY KEY, "
        "a COLLATE NOCASE)",
        "heap": "CREATE TABLE heap (a, b TEXT, c INTEGER)",
        "odd name": 'CREATE TABLE "odd name" ("select" INTEGER PRIMARY KEY, '
        '"a ""b""" UNIQUE, rowid)',
    }
    extras = (
        """CREATE TRIGGER echo AFTER INSERT ON keyed BEGIN
        INSERT INTO heap (a, b) VALUES (new.id, 'echo'); END""",
    )
    later = {  # it is read only
        "a column": ["ALTER TABLE keyed ADD COLUMN d INTEGER NOT NULL DEFAULT 7"],
        "a name": [
            "ALTER TABLE texts RENAME COLUMN a TO aa",
            "CREATE UNIQUE INDEX texts_b ON texts (b) WHERE b = X'00'",
        ],
        "gone": ["DROP TABLE pairs"],
        "made anew": [
            "ALTER TABLE folded ADD COLUMN e TEXT DEFAULT 'x'",
            "DROP TABLE folded",
            "CREATE TABLE folded (k TEXT PRIMARY KEY, a, z DEFAULT (1 + 1))",
        ],
        "less": ["CREATE INDEX heap_a ON heap (a)", "ALTER TABLE heap DROP COLUMN c"],
        "a view": ['CREATE VIEW seen AS SELECT * FROM "odd name"', "PRAGMA user_version = 5"],
    }
    values = st.one_of(
        st.none(),
        st.integers(-3, 3),
        st.integers(-(2**63), 2**63 - 1),
        st.sampled_from([0.5, 1.0, -2.0, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, float("inf")]),
        st.floats(allow_nan=False),
        _TEXTS,
        st.binary(max_size=3),
    )

    def place(self, name: str) -> Place:
        return Place("sqlite", str(self.directory / name))

    def url(self, name: str) -> str:
        return str(self.directory / name)

    def make(self, name: str) -> None:
        self.drop(name)
        # The pages of a file that its original has too are found by that it is one.
        with closing(sqlite3.connect(self.directory / name)) as connection:
            connection.execute("PRAGMA user_version = 0")

    def drop(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            with suppress(FileNotFoundError):
                (self.directory / f"{name}{suffix}").unlink()

    @contextmanager
    def connect(self, name: str) -> Iterator[_Session]:
        with closing(sqlite3.connect(self.directory / name, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = off")
            yield _Session(connection)

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def columns(self, session: Any, table: str) -> list[str]:
        return [name for (name,) in session.run("SELECT name FROM pragma_table_info(?)", (table,))]

    def content(self, session: Any, table: str) -> Counter[tuple[Any, ...]]:
        found = session.run(f"SELECT * FROM {self.quoted(table)}")
        return Counter(tuple(map(self.comparable, row)) for row in found)

    def comparable(self, value: Any) -> Any:
        return type(value), value

    def branches(self) -> list[str]:
        return []


@contextmanager
def made(fixture: Callable[[str], Any]) -> Iterator[SQLiteMaker]:
    with tempfile.TemporaryDirectory() as directory:
        yield SQLiteMaker(Path(directory))
