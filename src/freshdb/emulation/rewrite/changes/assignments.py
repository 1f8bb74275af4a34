"""SET: what an UPDATE or an upsert assigns, and which rows that changes."""

from __future__ import annotations

from typing import Any

from freshdb.emulation import values
from freshdb.emulation.catalog import Column, Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.changes.common import is_default
from freshdb.emulation.rewrite.scope import Source
from freshdb.emulation.rewrite.storing import default_of, implicit_default, stored
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.errors import EmulationError


def write_assignments(
    writer: Writer,
    table: Table,
    source: Source,
    pairs: list[tuple[Any, Any]],
    *,
    lenient: bool = False,
) -> list[tuple[Column, str]]:
    """Write SET from left to right: what is assigned is what later expressions see."""
    found: list[tuple[Column, str]] = []
    for target, node in pairs:
        column = table.column(target.name)
        if column is None:
            raise MySQLError(1054, "42S22", f"Unknown column '{target.name}' in 'field list'")
        if is_default(node):
            value = default_of(writer, column, lenient=lenient)
            sql = value.sql
        else:
            value = writer.write(node)
            sql = stored(writer, table, column, value, lenient=lenient)
            if column.on_update and value.column is column:
                raise EmulationError(
                    f"assigning `{column.name}` to itself, so that ON UPDATE leaves it alone, "
                    "is not supported",
                    hint="read its value first, and assign that",
                )
        if sql == "NULL" and not column.is_nullable:
            # An error, but only where there is a row to write.
            missing = f"fd_not_null(NULL, {values.quote(column.name)})"
            sql = implicit_default(column) if lenient else missing
        found = [one for one in found if one[0] is not column]
        found.append((column, sql))
        for output in source.columns:
            if output.name.lower() == column.name.lower():
                output.written = Written(
                    f"({sql})",
                    column.type,
                    is_raw=column.type.is_tagged and column.type.kind not in ("enum", "set"),
                    column=column,
                )
    return found


def _exactly(column: Column) -> str:
    """Return what makes SQLite see a change of case: the server writes that too."""
    return "COLLATE BINARY " if column.type.kind in ("text", "enum", "set") else ""


def is_changed(alias: str, assignments: list[tuple[Column, str]]) -> str:
    quoted = quote_name(alias)
    tests = [
        f"{quoted}.{quote_name(column.name)} {_exactly(column)}IS NOT {sql}"
        for column, sql in assignments
    ]
    return " OR ".join(tests) or "0"
