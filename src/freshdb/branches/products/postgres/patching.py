"""SQL that turns one Postgres database into another."""

from __future__ import annotations

from typing import Any, TextIO

from freshdb.branches.diff.model import RowChange, SchemaDiff, TablePair
from freshdb.branches.diff.patching import SchemaPatch, own_values
from freshdb.branches.products import Row
from freshdb.branches.products.postgres.reading import qualified
from freshdb.branches.products.postgres.schema_sql import PostgresSchemaSQL
from freshdb.servers.postgres.quoting import literal, quoted

_NULL = b"\\N"
_ESCAPES = {
    b"b"[0]: b"\b", b"f"[0]: b"\f", b"n"[0]: b"\n", b"r"[0]: b"\r", b"t"[0]: b"\t",
    b"v"[0]: b"\v",
}  # fmt: skip


class PostgresDialect:
    """How Postgres orders the text of values, and what it is told to change."""

    def order(self, key: Row) -> Any:
        return [
            (1, b"") if value is None or value == _NULL
            else (0, value if isinstance(value, int) else unescaped(value))
            for value in key
        ]  # fmt: skip

    def values(self, row: Row) -> Row:
        return tuple(
            None if value == _NULL
            else unescaped(value).decode() if isinstance(value, bytes) else value
            for value in row
        )  # fmt: skip

    def write_patch(self, pairs: list[TablePair], schema: SchemaDiff, out: TextIO) -> None:
        SchemaPatch(pairs, schema, out, PostgresSQL()).write()


class PostgresSQL(PostgresSchemaSQL):
    """How Postgres changes rows and schema. Values are texts, as the server reads them."""

    def insert(self, name: str, change: RowChange) -> str:
        assert change.after is not None
        names = ", ".join(map(quoted, change.names))
        values = ", ".join(map(value_literal, change.after))
        return f"INSERT INTO {qualified(name)} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})"

    def update(self, pair: TablePair, change: RowChange) -> str:
        changes = ", ".join(
            f"{quoted(name)} = {value_literal(new)}" for name, (_, new) in change.changed().items()
        )
        return f"UPDATE {qualified(pair.name)} SET {changes} WHERE {_where(pair, change)}"

    def delete(self, pair: TablePair, change: RowChange) -> str:
        name, where = qualified(pair.name), _where(pair, change)
        if pair.is_keyed:
            return f"DELETE FROM {name} WHERE {where}"
        return f"DELETE FROM {name} WHERE ctid = (SELECT ctid FROM {name} WHERE {where} LIMIT 1)"


def value_literal(value: Any) -> str:
    """Return the SQL for a value."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else literal(value)


def unescaped(field: bytes) -> bytes:
    """Return a field of `COPY`'s text format as the text it stands for."""
    if b"\\" not in field:
        return field
    parts = iter(field)
    return b"".join(
        bytes([byte]) if byte != 0x5C else _ESCAPES.get(after := next(parts), bytes([after]))
        for byte in parts
    )


def _where(pair: TablePair, change: RowChange) -> str:
    """Compare as text: there are types without an equality."""
    assert pair.before is not None
    own = own_values(pair.before, change)
    names = pair.key if pair.is_keyed else own
    return " AND ".join(
        f"{quoted(name)} = {own[name]}" if isinstance(own[name], int)
        else f"{quoted(name)}::text IS NOT DISTINCT FROM {value_literal(own[name])}"
        for name in names
    ) or "true"  # fmt: skip
