"""What the tables are: their columns, with what Postgres knows of them and SQLite does not."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import quote_name
from freshdb.emulation.postgres.writer import Columns

IDENTITY = "pg_identity_"
VIEW = "freshdb types:"
_COUNTS = re.compile(rf'"((?:[^"]|"")+)" INTEGER CONSTRAINT {IDENTITY}(int\d)(_always)?')
_NAMED = re.compile(r'CONSTRAINT "((?:[^"]|"")+)" (UNIQUE|PRIMARY KEY) \(([^)]*)\)')
_DIGITS = re.compile(r"\((\d+)\s*(?:,\s*(\d+))?\s*\)")


@dataclass
class Table:
    """A table's facts beside its columns' types."""

    key: list[str] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    generated: set[str] = field(default_factory=set)
    always: set[str] = field(default_factory=set)
    digits: dict[str, tuple[int, int]] = field(default_factory=dict)
    constraints: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Unique constraints by name, with their columns."""
    required: set[str] = field(default_factory=set)
    """The columns that are never NULL."""
    sql: str = ""
    """What SQLite keeps of CREATE TABLE."""
    indexes: set[str] = field(default_factory=set)
    """The indexes that CREATE INDEX has made."""
    indexed: set[str | None] = field(default_factory=set)
    """The columns of any index; None where one has an expression."""


@dataclass
class Catalog:
    """All tables and views, by name."""

    columns: dict[str, Columns] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    """The views that were made here, with their SQL: their columns are as expressions are."""

    @property
    def keys(self) -> dict[str, frozenset[str]]:
        """Return of each table with a primary key its columns."""
        return {name: frozenset(one.key) for name, one in self.tables.items() if one.key}


def read(connection: sqlite3.Connection) -> Catalog:
    """Return what a database has."""
    found = Catalog()
    cursor = sqlite3.Cursor(connection)
    cursor.execute(
        "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view') "
        "UNION ALL SELECT name, type, sql FROM sqlite_temp_master WHERE type IN ('table', 'view')"
    )
    for name, kind, sql in cursor.fetchall():
        if kind == "view" and VIEW in (sql or ""):
            _read_view(found, name, sql)
        else:
            _read_table(connection, found, name, sql or "")
    return found


def _read_view(found: Catalog, name: str, sql: str) -> None:
    match = re.search(rf"/\* {VIEW} (.*?) \*/", sql)
    names = re.match(r'CREATE VIEW "(?:[^"]|"")+" \((.*?)\) AS /\*', sql, re.DOTALL)
    if match is None or names is None:
        return
    columns = [one.replace('""', '"') for one in re.findall(r'"((?:[^"]|"")*)"', names[1])]
    found.columns[name] = {
        column: (kind, None) for column, kind in zip(columns, match[1].split(), strict=True)
    }
    found.views[name] = sql


def _read_table(connection: sqlite3.Connection, found: Catalog, name: str, sql: str) -> None:
    table = Table(sql=sql)
    columns: Columns = {}
    places: list[tuple[int, str]] = []
    rows = sqlite3.Cursor(connection).execute(f"PRAGMA table_xinfo({quote_name(name)})").fetchall()
    for _, column, declared, required, default, place, hidden in rows:
        if hidden == 1:
            continue
        columns[column] = types.declared(declared.replace("GENERATED ALWAYS", "").strip())
        digits = _DIGITS.search(declared)
        if columns[column][0] == "numeric" and digits:
            table.digits[column] = int(digits[1]), int(digits[2] or 0)
        if default is not None:
            table.defaults[column] = default
        if hidden:
            table.generated.add(column)
        if required or place:
            table.required.add(column)
        if place:
            places.append((place, column))
    table.key = [column for _, column in sorted(places)]
    for column, kind, always in _COUNTS.findall(sql):
        columns[column] = kind, None
        if always:
            table.always.add(column)
    for label, _, listed in _NAMED.findall(sql):
        table.constraints[label] = tuple(re.findall(r'"((?:[^"]|"")*)"', listed))
    _read_indexes(connection, table, name)
    found.columns[name], found.tables[name] = columns, table


def _read_indexes(connection: sqlite3.Connection, table: Table, name: str) -> None:
    cursor = sqlite3.Cursor(connection)
    cursor.execute(f"PRAGMA index_list({quote_name(name)})")
    for _, index, unique, origin, *_ in cursor.fetchall():
        parts = sqlite3.Cursor(connection).execute(f"PRAGMA index_info({quote_name(index)})")
        columns = tuple(row[2] for row in parts.fetchall())
        table.indexed.update(columns)
        if origin == "c":
            table.indexes.add(index)
        if not unique or origin == "pk":
            continue
        if None in columns or columns in table.constraints.values():
            continue
        label = index if origin == "c" else f"{name}_{'_'.join(columns)}_key"
        table.constraints.setdefault(label, columns)
    if table.key and tuple(table.key) not in table.constraints.values():
        table.constraints.setdefault(f"{name}_pkey", tuple(table.key))
