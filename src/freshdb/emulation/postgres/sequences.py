"""Sequences of identity columns: nextval, currval, lastval, setval."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from freshdb.emulation.postgres.problems import PostgresError


class Sequences:
    """The counters of tables whose key counts, by the names that the server gives to them."""

    def __init__(self, connection: sqlite3.Connection, fail: Callable[[Exception], None]) -> None:
        self._connection, self._fail = connection, fail
        self._called: dict[str, int] = {}
        for name, count, body in (
            ("pg_nextval", 1, self._next), ("pg_currval", 1, self._current),
            ("pg_setval", -1, self._set), ("pg_serial", 2, self._named),
        ):  # fmt: skip
            connection.create_function(name, count, self._guarded(body))

    def forget(self) -> None:
        """Forget what this session has called."""
        self._called.clear()

    def _guarded(self, body: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if None in arguments:
                return None
            try:
                return body(*arguments)
            except PostgresError as error:
                self._fail(error)
                raise

        return call

    def _table(self, name: str) -> str:
        """Return the table of `<table>_<column>_seq`."""
        plain = name.replace('"', "").removeprefix("public.").lower()
        for table, column in self._counted():
            if plain == f"{table}_{column}_seq".lower():
                return table
        raise PostgresError("42P01", f'relation "{name}" does not exist')

    def _counted(self) -> list[tuple[str, str]]:
        cursor = sqlite3.Cursor(self._connection)
        cursor.execute(
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
            "WHERE m.type = 'table' AND m.sql LIKE '%AUTOINC%' AND c.pk = 1"
        )
        return cursor.fetchall()

    def _value(self, table: str) -> int:
        cursor = sqlite3.Cursor(self._connection)
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _write(self, table: str, value: int) -> None:
        cursor = sqlite3.Cursor(self._connection)
        cursor.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (value, table))
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, value))

    def _next(self, name: str) -> int:
        table = self._table(name)
        value = self._value(table) + 1
        self._write(table, value)
        self._called[table] = value
        return value

    def _current(self, name: str) -> int:
        table = self._table(name)
        if table not in self._called:
            text = f'currval of sequence "{name}" is not yet defined in this session'
            raise PostgresError("55000", text)
        return self._called[table]

    def _set(self, name: str, value: int, is_called: int = 1) -> int:
        table = self._table(name)
        if value < 1:
            text = f'setval: value {value} is out of bounds for sequence "{name}"'
            raise PostgresError("22003", text)
        self._write(table, value if is_called else value - 1)
        if is_called:
            self._called[table] = value
        return value

    def _named(self, table: str, column: str) -> str | None:
        plain = table.replace('"', "").removeprefix("public.")
        return f"public.{plain}_{column}_seq" if (plain, column) in self._counted() else None
