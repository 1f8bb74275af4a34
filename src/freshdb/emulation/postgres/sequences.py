"""Sequences, of their own and of columns that count: nextval, currval, setval.

CREATE SEQUENCE makes a table of one row, which has the columns that the server's has; how the
sequence counts is in the name of a constraint.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import name_of, only, quote_name, refused
from freshdb.errors import EmulationError

_MARK = "pg_sequence_by_"
_COUNTS = re.compile(rf"CONSTRAINT {_MARK}(\d+)_from_(\d+)")


def create_sequence(node: Any) -> list[str]:
    """Return CREATE SEQUENCE."""
    only(node, "this", "kind", "exists", "properties")
    name, start, step = name_of(node.this.this), 1, 1
    for one in node.args["properties"].expressions if node.args.get("properties") else ():
        if not isinstance(one, exp.SequenceProperties):
            raise refused(f"{one.sql('postgres')} of CREATE SEQUENCE", "leave it out")
        only(one, "start", "increment", "minvalue", "cache", "options")
        if any(str(word.name).upper() not in _HARMLESS for word in one.args.get("options") or ()):
            raise refused(f"{one.sql('postgres')} of CREATE SEQUENCE", "write START and INCREMENT")
        if one.args.get("minvalue") and one.args["minvalue"].name != "1":
            raise refused("MINVALUE of CREATE SEQUENCE", "write START")
        start, step = (_number(one.args.get(word)) for word in ("start", "increment"))
    exists = "IF NOT EXISTS " if node.args.get("exists") else ""
    columns = (
        f"last_value BIGINT CONSTRAINT {_MARK}{step}_from_{start} NOT NULL DEFAULT {start}, "
        "log_cnt BIGINT NOT NULL DEFAULT 0, is_called BOOLEAN NOT NULL DEFAULT 0"
    )
    name = quote_name(name)
    row = f"INSERT INTO {name} (last_value) SELECT {start} WHERE NOT EXISTS (SELECT 1 FROM {name})"
    return [f"CREATE TABLE {exists}{name} ({columns})", row]


_HARMLESS = ("NO CYCLE", "NO MINVALUE", "NO MAXVALUE", "NO CACHE")


def _number(node: Any) -> int:
    """Return a number of CREATE SEQUENCE, 1 where there is none."""
    if node is None:
        return 1
    if not isinstance(node, exp.Literal) or not node.name.isdigit() or node.name == "0":
        raise refused("a sequence that does not count upwards", "count in Python")
    return int(node.name)


def is_sequence(sql: str) -> bool:
    """Tell whether a table stands in for a sequence."""
    return _MARK in sql


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
            except (PostgresError, EmulationError) as error:
                self._fail(error)
                raise

        return call

    def _own(self, name: str) -> tuple[str, int, int] | None:
        """Return a sequence of its own: its name, step and start."""
        plain = name.removeprefix("public.")
        plain = plain[1:-1] if plain.startswith('"') else plain.lower()
        cursor = sqlite3.Cursor(self._connection)
        cursor.execute(
            "SELECT sql FROM (SELECT name, sql FROM sqlite_temp_master UNION ALL "
            "SELECT name, sql FROM sqlite_master) WHERE name = ?",
            (plain,),
        )
        row = cursor.fetchone()
        match = _COUNTS.search(row[0] or "") if row else None
        return (plain, int(match[1]), int(match[2])) if match else None

    def _stand(self, name: str, start: int) -> tuple[int, bool]:
        """Return where a sequence of its own stands, and whether that number has been given."""
        cursor = sqlite3.Cursor(self._connection)
        cursor.execute(f"SELECT last_value, is_called FROM {quote_name(name)}")
        row = cursor.fetchone()
        return (int(row[0]), bool(row[1])) if row else (start, False)

    def _put(self, name: str, value: int, *, is_called: bool) -> None:
        cursor = sqlite3.Cursor(self._connection)
        cursor.execute(f"DELETE FROM {quote_name(name)}")
        insert = f"INSERT INTO {quote_name(name)} (last_value, is_called) VALUES (?, ?)"
        cursor.execute(insert, (value, is_called))

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
        own = self._own(name)
        if own is not None:
            value, is_called = self._stand(own[0], own[2])
            value += own[1] if is_called else 0
            self._put(own[0], value, is_called=True)
            self._called[own[0]] = value
            return value
        table = self._table(name)
        value = self._value(table) + 1
        self._write(table, value)
        self._called[table] = value
        return value

    def _current(self, name: str) -> int:
        own = self._own(name)
        if own is None:
            self._table(name)
            raise refused("currval of a column that counts", "write INSERT … RETURNING id")
        if own[0] not in self._called:
            text = f'currval of sequence "{own[0]}" is not yet defined in this session'
            raise PostgresError("55000", text)
        return self._called[own[0]]

    def _set(self, name: str, value: int, is_called: int = 1) -> int:
        own = self._own(name)
        table = self._table(name) if own is None else own[0]
        if value < 1:
            text = f'setval: value {value} is out of bounds for sequence "{name}"'
            raise PostgresError("22003", text)
        if own is None:
            self._write(table, value if is_called else value - 1)
        else:
            self._put(table, value, is_called=bool(is_called))
        if is_called:
            self._called[table] = value
        return value

    def _named(self, table: str, column: str) -> str | None:
        plain = table.replace('"', "").removeprefix("public.")
        return f"public.{plain}_{column}_seq" if (plain, column) in self._counted() else None
