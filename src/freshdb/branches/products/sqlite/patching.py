"""SQL that turns one SQLite database into another."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import Any, TextIO

from freshdb.branches.diff.model import RowChange, SchemaDiff, TablePair, TableState
from freshdb.branches.diff.patching import Lines, own_values, write_rows
from freshdb.branches.products import Row, SchemaObject, Table
from freshdb.branches.products.sqlite.ddl import (
    is_constraint,
    joined,
    normalised,
    split_table,
    tokens_of,
)
from freshdb.branches.products.sqlite.literals import literal
from freshdb.branches.products.sqlite.reading import is_constant, quoted, stand_in

_BACKUP = '"freshdb_rows_that_stay"'


class SQLiteDialect:
    """How SQLite orders values, and what it is told to change."""

    def order(self, key: Row) -> Any:
        return [_rank(value) for value in key]

    def values(self, row: Row) -> Row:
        return row

    def write_patch(self, pairs: list[TablePair], schema: SchemaDiff, out: TextIO) -> None:
        _Patch(pairs, schema, out).write()


def _rank(value: Any) -> tuple[int, Any]:
    """Return what sorts as SQLite sorts: NULL, numbers, text by its bytes, blobs."""
    if value is None:
        return 0, 0
    if isinstance(value, str):
        return 2, value.encode("utf-8", "surrogateescape")
    return (3, value) if isinstance(value, bytes) else (1, value)


class _Patch:
    """One patch, written part by part.

    Triggers of a table go before its rows change and come back last, so that they do not fire;
    indexes come back when the rows are in place, so that nothing is checked half-way.
    """

    def __init__(self, pairs: list[TablePair], schema: SchemaDiff, out: TextIO) -> None:
        self._pairs = pairs
        self._lines = Lines(out)
        self._before = {(one.kind, one.name): one for one in schema.before}
        self._after = {(one.kind, one.name): one for one in schema.after}
        self._recreated: set[str] = set()
        self._silenced: set[str] = set()

    def write(self) -> None:
        self._line("PRAGMA foreign_keys = OFF")
        self._line("BEGIN")
        self._drop_what_goes()
        for pair in self._pairs:
            self._table(pair)
        self._make_what_comes()
        self._line("COMMIT")

    def _line(self, sql: str) -> None:
        self._lines.statement(sql)

    # Schema

    def _drop_what_goes(self) -> None:
        for kind in ("trigger", "view", "index"):
            for one in self._of(self._before, kind):
                if not self._stays(one):
                    self._line(f"DROP {kind.upper()} {quoted(one.name)}")
        for one in self._of(self._before, "table"):
            if ("table", one.name) not in self._after:
                self._line(f"DROP TABLE {quoted(one.name)}")

    def _make_what_comes(self) -> None:
        for kind in ("index", "view", "trigger"):
            for one in self._of(self._after, kind):
                is_gone = one.table in (self._silenced if kind == "trigger" else self._recreated)
                if is_gone or not self._stays(one):
                    self._line(one.sql)
        for one in self._of(self._after, "setting"):
            if not self._stays(one):
                self._line(one.sql)
        for one in self._of(self._before, "setting"):
            if ("setting", one.name) not in self._after:
                self._line(f"PRAGMA {one.name} = 0")

    def _silence(self, table: str) -> None:
        """Drop the triggers of a table whose rows are about to change."""
        if table not in self._silenced:
            self._silenced.add(table)
            for one in self._of(self._before, "trigger"):
                if one.table == table and self._stays(one):
                    self._line(f"DROP TRIGGER {quoted(one.name)}")

    def _of(self, objects: dict[tuple[str, str], SchemaObject], kind: str) -> list[SchemaObject]:
        return [one for (its_kind, _), one in objects.items() if its_kind == kind]

    def _stays(self, one: SchemaObject) -> bool:
        key = (one.kind, one.name)
        return (
            key in self._before
            and key in self._after
            and self._before[key].ddl == self._after[key].ddl
        )

    # Tables

    def _table(self, pair: TablePair) -> None:
        definition = self._after.get(("table", pair.name))
        if pair.state is TableState.UNREAD:
            self._unread(pair, definition)
            return
        if pair.state is TableState.DROPPED:
            return
        if definition is None or self._stays(definition):
            if pair.state is TableState.COMPARED:
                self._rows(pair)
        elif pair.state is TableState.CREATED:
            self._line(definition.sql)
            self._recreated.add(pair.name)
            self._insert_all(pair)
        elif added := self._added_columns(pair, definition):
            for column in added:
                self._line(f"ALTER TABLE {quoted(pair.name)} ADD COLUMN {column}")
            self._rows(pair)
        else:
            self._rebuild(pair, definition)

    def _unread(self, pair: TablePair, definition: SchemaObject | None) -> None:
        """Make a virtual table where it is missing; its rows are its module's own business."""
        self._lines.comment(f"the rows of {quoted(pair.name)} ({pair.reason}) are not compared")
        if definition is not None and ("table", pair.name) not in self._before:
            self._line(definition.sql)

    def _added_columns(self, pair: TablePair, definition: SchemaObject) -> list[str]:
        """Return what `ALTER TABLE` has to add, empty where that is not enough."""
        assert pair.before is not None
        assert pair.after is not None
        new = [column for column in pair.after.columns if column.name not in pair.before.names]
        if any(column.default is not None and not is_constant(column.default) for column in new):
            return []
        return _added_columns(self._before["table", pair.name].sql, definition.sql)

    def _rebuild(self, pair: TablePair, definition: SchemaObject) -> None:
        """Make a table anew, with the rows that stay as they are, then those of the other."""
        table, before = pair.after, pair.before
        assert table is not None
        assert before is not None
        name = quoted(pair.name)
        self._recreated.add(pair.name)
        self._silence(pair.name)
        with self._lines.later() as inserts:
            self._line(f"CREATE TEMP TABLE {_BACKUP} AS SELECT * FROM {name}")
            for change in pair.changes():
                if change.before is not None:
                    self._line(_delete(_BACKUP, before, pair, change))
                if change.after is not None:
                    inserts.statement(_ROWS.insert(pair.name, change))
            self._line(f"DROP TABLE {name}")
            self._line(definition.sql)
            self._line(_copy_back(name, table, before))
            self._line(f"DROP TABLE {_BACKUP}")

    def _insert_all(self, pair: TablePair) -> None:
        for change in pair.changes():
            self._line(_ROWS.insert(pair.name, change))

    def _rows(self, pair: TablePair) -> None:
        write_rows(pair, _ROWS, self._lines, self._silence)


def _added_columns(before: str, after: str) -> list[str]:
    """Return the columns that `ALTER TABLE` can add to get from one definition to the other.

    Empty where it cannot; SQLite is asked.
    """
    _, old, _ = split_table(tokens_of(before))
    _, new, _ = split_table(tokens_of(after))
    items = [item for item in new if item not in old and not is_constraint(item)]
    if not items or not all(map(_can_be_added, items)):
        return []
    added = [joined(item) for item in items]
    with (
        contextlib.closing(sqlite3.connect(":memory:")) as scratch,
        contextlib.suppress(sqlite3.Error),
    ):
        scratch.execute(before)
        (name,) = scratch.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()
        for column in added:
            scratch.execute(f"ALTER TABLE {quoted(name)} ADD COLUMN {column}")
        (made,) = scratch.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchone()
        if normalised(made) == normalised(after):
            return added
    return []


def _can_be_added(column: list[str]) -> bool:
    """Tell whether a column fits into a table that has rows, whatever is in them."""
    if {"CHECK", "GENERATED", "AS", "STORED"} & set(column):
        return False
    text = joined(column)
    return "NOT NULL" not in text or ("DEFAULT" in column and "DEFAULT NULL" not in text)


def _copy_back(name: str, table: Table, before: Table) -> str:
    """Put the rows that stay into the new table; new columns get what the comparison expects."""
    columns, values = [], []
    for column in table.columns:
        is_old = column.name in before.names
        is_computed = column.default is not None and not is_constant(column.default)
        if is_old or is_computed:
            columns.append(quoted(column.name))
            values.append(quoted(column.name) if is_old else "NULL")
    if not columns:
        return f"INSERT INTO {name} SELECT {', '.join(map(stand_in, table.columns))} FROM {_BACKUP}"
    return f"INSERT INTO {name} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {_BACKUP}"


class SQLiteRows:
    """How SQLite changes a row."""

    def insert(self, name: str, change: RowChange) -> str:
        assert change.after is not None
        names = ", ".join(map(quoted, change.names))
        values = ", ".join(literal(value) for value in change.after[: len(change.names)])
        return f"INSERT INTO {quoted(name)} ({names}) VALUES ({values})"

    def update(self, pair: TablePair, change: RowChange) -> str:
        assert change.before is not None
        changes = ", ".join(
            f"{quoted(name)} = {literal(new)}" for name, (_, new) in change.changed().items()
        )
        where = _where(dict(zip(pair.key, change.before, strict=False)))
        return f"UPDATE {quoted(pair.name)} SET {changes} WHERE {where}"

    def delete(self, pair: TablePair, change: RowChange) -> str:
        assert pair.before is not None
        return _delete(quoted(pair.name), pair.before, pair, change)


_ROWS = SQLiteRows()


def _delete(name: str, table: Table, pair: TablePair, change: RowChange) -> str:
    """Delete one row: by its key where that is enough, else one of those that are the same."""
    own, rowid = own_values(table, change), _rowid_of(table)
    if pair.is_keyed and table.is_unique:
        return f"DELETE FROM {name} WHERE {_where({one: own[one] for one in pair.key})}"
    where = _where(own, with_types=True)
    return f"DELETE FROM {name} WHERE {rowid} IN (SELECT {rowid} FROM {name} WHERE {where} LIMIT 1)"


def _where(values: dict[str, Any], *, with_types: bool = False) -> str:
    conditions = []
    for name, value in values.items():
        collation = " COLLATE BINARY" if isinstance(value, str) else ""
        conditions.append(f"{quoted(name)} IS {literal(value)}{collation}")
        if with_types and isinstance(value, (int, float)):
            kind = "real" if isinstance(value, float) else "integer"
            conditions.append(f"typeof({quoted(name)}) = '{kind}'")
    return " AND ".join(conditions) or "1"


def _rowid_of(table: Table) -> str:
    """Return a name of the row's number that no column has taken."""
    taken = {name.lower() for name in table.names}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), "rowid")
