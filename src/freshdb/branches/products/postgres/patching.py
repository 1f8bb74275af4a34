"""SQL that turns one Postgres database into another."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any, TextIO

from freshdb.branches.diff.model import Kind, RowChange, SchemaDiff, TablePair, TableState
from freshdb.branches.products import Row
from freshdb.branches.products.postgres.reading import qualified
from freshdb.servers.postgres.wire import literal, quoted

_SPOOL_BYTES = 1024 * 1024
_NULL = b"\\N"
_ESCAPES = {
    b"b"[0]: b"\b", b"f"[0]: b"\f", b"n"[0]: b"\n", b"r"[0]: b"\r", b"t"[0]: b"\t",
    b"v"[0]: b"\v",
}  # fmt: skip
# What a dump makes when the rows are in.
_AFTER_ROWS = frozenset({
    "constraint", "fk constraint", "index", "index attach", "trigger", "rule", "event trigger",
    "policy", "row security", "statistics", "materialized view data", "check constraint",
})  # fmt: skip
_ADDABLE = _AFTER_ROWS | {
    "table", "sequence", "sequence owned by", "default", "view", "function", "type", "schema",
    "domain", "comment", "extension",
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

    def literal(self, value: Any) -> str:
        if value is None:
            return "NULL"
        return str(value) if isinstance(value, int) else literal(value)

    def write_patch(self, pairs: list[TablePair], schema: SchemaDiff | None, out: TextIO) -> None:
        _Patch(pairs, schema, out, self).write()


def unescaped(field: bytes) -> bytes:
    """Return a field of `COPY`'s text format as the text it stands for."""
    if b"\\" not in field:
        return field
    parts = iter(field)
    return b"".join(
        bytes([byte]) if byte != 0x5C else _ESCAPES.get(after := next(parts), bytes([after]))
        for byte in parts
    )


class _Patch:
    """One patch, in one transaction, with triggers and foreign keys off while rows change."""

    def __init__(
        self, pairs: list[TablePair], schema: SchemaDiff | None, out: TextIO, dialect: Any
    ) -> None:
        self._pairs = pairs
        self._out = out
        self._dialect = dialect
        self._before = list(schema.before) if schema else []
        self._after = list(schema.after) if schema else []

    def write(self) -> None:
        self._line("BEGIN")
        self._line("SET LOCAL session_replication_role = replica")
        added = self._added()
        if added is None:
            self._anew()
        else:
            self._step_by_step(added)
        self._line("COMMIT")

    def _line(self, sql: str) -> None:
        self._out.write(f"{sql};\n")

    def _added(self) -> list[str] | None:
        """Return the statements that only add to the schema; None where that is not enough."""
        before = {(one.kind, one.name): one for one in self._before}
        after = {(one.kind, one.name): one for one in self._after}
        if before.keys() - after.keys():
            return None
        statements: list[str] = []
        for key, one in after.items():
            old = before.get(key)
            if old is None and one.kind in _ADDABLE:
                statements.append(one.sql)
            elif old is None:
                return None
            elif old.ddl != one.ddl:
                columns = _added_columns(old.sql, one.sql) if one.kind == "table" else []
                if not columns:
                    return None
                statements += [
                    f"ALTER TABLE {qualified(one.table)} ADD COLUMN {column}" for column in columns
                ]
        return statements

    def _step_by_step(self, added: list[str]) -> None:
        late = {one.sql for one in self._after if one.kind in _AFTER_ROWS}
        for sql in added:
            if sql not in late:
                self._line(sql)
        for pair in self._pairs:
            if pair.state is not TableState.DROPPED:
                self._rows(pair)
        for sql in added:
            if sql in late:
                self._line(sql)

    def _anew(self) -> None:
        """Make everything anew, with all rows: for what no `ALTER` was thought of."""
        self._out.write("-- the schemas differ by more than additions: all is made anew\n")
        own = {one.name.partition(".")[0] for one in self._before if one.kind != "schema"}
        for schema in sorted(own - {""} | {"public"}):
            self._line(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
        self._line("CREATE SCHEMA public")
        for one in self._after:
            if one.kind not in _AFTER_ROWS and one.sql != "CREATE SCHEMA public":
                self._line(one.sql)
        for pair in self._pairs:
            for row in self._all_rows(pair):
                self._line(self._insert(pair.name, row))
        for one in self._after:
            if one.kind in _AFTER_ROWS:
                self._line(one.sql)

    def _all_rows(self, pair: TablePair) -> Iterator[RowChange]:
        return (change for change in pair.all_after() if change.after is not None)

    def _rows(self, pair: TablePair) -> None:
        with tempfile.SpooledTemporaryFile(
            _SPOOL_BYTES, "w+", encoding="utf-8", newline=""
        ) as late:
            for change in pair.changes():
                kind = change.kind
                table = pair.before
                if kind is Kind.CHANGED and table is not None and not table.has_unique:
                    self._line(self._update(pair, change))
                    continue
                if kind is not Kind.ADDED:
                    self._line(self._delete(pair, change))
                if kind is not Kind.REMOVED:
                    late.write(f"{self._insert(pair.name, change)};\n")
            late.seek(0)
            while text := late.read(_SPOOL_BYTES):
                self._out.write(text)

    def _insert(self, name: str, change: RowChange) -> str:
        assert change.after is not None
        names = ", ".join(map(quoted, change.names))
        values = ", ".join(self._dialect.literal(value) for value in change.after)
        return f"INSERT INTO {qualified(name)} ({names}) OVERRIDING SYSTEM VALUE VALUES ({values})"

    def _update(self, pair: TablePair, change: RowChange) -> str:
        changes = ", ".join(
            f"{quoted(name)} = {self._dialect.literal(new)}"
            for name, (_, new) in change.changed().items()
        )
        where = self._where(pair, change, pair.key)
        return f"UPDATE {qualified(pair.name)} SET {changes} WHERE {where}"

    def _delete(self, pair: TablePair, change: RowChange) -> str:
        name = qualified(pair.name)
        assert pair.before is not None
        if pair.is_keyed:
            return f"DELETE FROM {name} WHERE {self._where(pair, change, pair.key)}"
        own = tuple(one for one in change.names if one in pair.before.names)
        where = self._where(pair, change, own)
        return f"DELETE FROM {name} WHERE ctid = (SELECT ctid FROM {name} WHERE {where} LIMIT 1)"

    def _where(self, pair: TablePair, change: RowChange, names: tuple[str, ...]) -> str:
        """Compare as text: there are types without an equality."""
        assert change.before is not None
        values = dict(zip(change.names, change.before, strict=False))
        return " AND ".join(
            f"{quoted(name)} = {values[name]}" if isinstance(values[name], int)
            else f"{quoted(name)}::text IS NOT DISTINCT FROM {self._dialect.literal(values[name])}"
            for name in names
        ) or "true"  # fmt: skip


def _added_columns(before: str, after: str) -> list[str]:
    """Return the columns that were added at the end of a table, by the lines of a dump."""
    old, new = ([line.rstrip(",") for line in sql.splitlines()] for sql in (before, after))
    size = len(old) - 1
    if old[:size] != new[:size] or old[-1] != new[-1]:
        return []
    columns = [line.strip() for line in new[size:-1]]
    safe = all(
        not line.startswith("CONSTRAINT") and "GENERATED" not in line
        and ("NOT NULL" not in line or "DEFAULT" in line)
        for line in columns
    )  # fmt: skip
    return columns if safe else []
