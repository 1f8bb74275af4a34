"""The next number of AUTO_INCREMENT, as DDL sets it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freshdb.emulation.catalog import Table


def counting_from(table: Table) -> Any:
    start = table.options.get("auto_increment")
    if start is None or not start.isdigit() or table.auto_increment is None:
        return None

    def set_counter(session: Any, bound: Sequence[Any]) -> int:
        set_auto_increment(session, table.name, int(start))
        return 0

    return set_counter


def next_auto_increment(session: Any, table: str) -> int | None:
    """Return the next number of a table that has counted already."""
    row = session.native("SELECT seq + 1 FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return None if row is None else int(row[0])


def set_auto_increment(session: Any, table: str, value: int) -> None:
    """Let the next number be `value`, or one more than the largest there is."""
    session.native("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    session.native(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, max(value - 1, 0))
    )
