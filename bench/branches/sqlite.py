"""Databases of a known size, and copies of them that differ in a known number of rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = 100


def make_database(path: Path, size_bytes: int) -> None:
    """Make a database of about this size: one table, an index."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = off")
        connection.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT, note TEXT)")
        connection.execute("CREATE INDEX runs_by_name ON runs (name)")
        number = size_bytes // 105
        connection.executemany(
            "INSERT INTO runs (name, note) VALUES (?, ?)",
            ((f"run {at}", "a note of some length, as there are " * 2) for at in range(number)),
        )
        connection.commit()


def make_rows(path: Path, rows: int) -> None:
    """Make a table of so many rows of four columns."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = off")
        connection.execute(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, total REAL, note TEXT)"
        )
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?)",
            ((at, at % 977, at / 7, f"order number {at}") for at in range(rows)),
        )
        connection.commit()


def change_rows(path: Path, rows: int) -> None:
    """Change, remove and add rows, `CHANGES` in all, spread over the table."""
    step = rows // (CHANGES - 10)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = off")
        for at in range(CHANGES - 10):
            if at % 3 == 0:
                connection.execute("DELETE FROM orders WHERE id = ?", (at * step,))
            else:
                connection.execute("UPDATE orders SET note = 'new' WHERE id = ?", (at * step,))
        connection.executemany(
            "INSERT INTO orders VALUES (?, 1, 1.0, 'added')", ((rows + at,) for at in range(10))
        )
        connection.commit()
