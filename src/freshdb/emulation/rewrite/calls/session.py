"""Calls whose answer depends on the statement or the session."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.calls.by_name import by_name, special
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY


@special("VALUES", "VALUE")
def _new_value(writer: Writer, node: Any) -> Written:
    (column,) = node.expressions
    found = writer.new_values.get(column.name.lower())
    if found is None:
        if not writer.new_values:
            return Written("NULL", ANY)
        raise MySQLError(1054, "42S22", f"Unknown column '{column.name}' in 'field list'")
    return found


@special("DEFAULT")
def _default(writer: Writer, node: Any) -> Written:
    (column,) = node.expressions
    written = writer.write(column)
    if written.column is None:
        raise MySQLError(1054, "42S22", f"Unknown column '{column.name}' in 'field list'")
    from freshdb.emulation.rewrite.storing import default_of

    return default_of(writer, written.column)


@special("ROW_COUNT", "FOUND_ROWS", "LAST_INSERT_ID")
def _session_fact(writer: Writer, node: Any) -> Written:
    return by_name(writer, node.this, node)
