"""SQL that turns one MariaDB or MySQL database into another."""

from __future__ import annotations

from typing import Any, TextIO

from freshdb.backends.mariadb.admin import quoted
from freshdb.branches.diff.model import RowChange, SchemaDiff, TablePair
from freshdb.branches.diff.patching import SchemaPatch, own_values
from freshdb.branches.products import Row
from freshdb.branches.products.mariadb.literals import literal
from freshdb.branches.products.mariadb.schema_sql import MariaDBSchemaSQL
from freshdb.branches.products.mariadb.server import SORTED_BYTES


class MariaDBDialect:
    """How MariaDB orders the text of values, and what it is told to change."""

    def order(self, key: Row) -> Any:
        return [(0, b"") if value is None else (1, _sorted_by(value)) for value in key]

    def values(self, row: Row) -> Row:
        return row

    def write_patch(self, pairs: list[TablePair], schema: SchemaDiff, out: TextIO) -> None:
        SchemaPatch(pairs, schema, out, MariaDBSQL()).write()


def _sorted_by(value: Any) -> Any:
    data = value.encode() if isinstance(value, str) else value
    return data if isinstance(data, int) else data[:SORTED_BYTES]


class MariaDBSQL(MariaDBSchemaSQL):
    """How MariaDB changes rows and schema."""

    def insert(self, name: str, change: RowChange) -> str:
        assert change.after is not None
        names = ", ".join(map(quoted, change.names))
        values = ", ".join(map(literal, change.after))
        return f"INSERT INTO {quoted(name)} ({names}) VALUES ({values})"

    def update(self, pair: TablePair, change: RowChange) -> str:
        changes = ", ".join(
            f"{quoted(name)} = {literal(new)}" for name, (_, new) in change.changed().items()
        )
        return f"UPDATE {quoted(pair.name)} SET {changes} WHERE {_where(pair, change)} LIMIT 1"

    def delete(self, pair: TablePair, change: RowChange) -> str:
        return f"DELETE FROM {quoted(pair.name)} WHERE {_where(pair, change)} LIMIT 1"


def _where(pair: TablePair, change: RowChange) -> str:
    """Compare bytes where there is no key: a collation takes different texts for equal."""
    assert pair.before is not None
    own = own_values(pair.before, change)
    if pair.is_keyed:
        return " AND ".join(f"{quoted(name)} = {literal(own[name])}" for name in pair.key)
    kinds = {column.name: column.type for column in pair.before.columns}
    return " AND ".join(_same(name, kinds[name], value) for name, value in own.items()) or "TRUE"


def _same(name: str, kind: str, value: Any) -> str:
    left = f"CAST({quoted(name)} AS DOUBLE)" if kind.startswith("float") else quoted(name)
    if isinstance(value, str) and not kind.startswith(("float", "double")):
        return f"BINARY CONVERT({left} USING utf8mb4) <=> BINARY {literal(value)}"
    # A column of bits is a number otherwise, and is not equal to its bytes.
    return f"{'BINARY ' if isinstance(value, bytes) else ''}{left} <=> {literal(value)}"
