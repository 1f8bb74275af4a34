"""Write what a column is given: as it is where it surely fits, through the column's rules else."""

from __future__ import annotations

import json
from dataclasses import replace

from freshdb.emulation import values
from freshdb.emulation.catalog import Column, Table
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import NOTHING, Written
from freshdb.emulation.types import INTEGER_BITS, NULL


def stored(
    writer: Writer,
    table: Table,
    column: Column,
    value: Written,
    *,
    lenient: bool = False,
    row: int = 1,
    in_schema: bool = False,
) -> str:
    """Return what is stored in a column for a value; `in_schema` where the table's DDL says it."""
    if value.kind == "null" or value.literal is None:
        if column.type.name == "timestamp" and not column.is_nullable:
            # MariaDB takes NULL for the time that it is.
            return "NULL" if writer.context.is_mysql8 else _now_of(column)
        return "NULL"
    if fits(column, value):
        return value.sql
    numeric = column.type.kind in ("int", "uint", "double", "decimal")
    facts = json.dumps({"c": replaced(column).to_facts(), "t": table.name})
    strict = 0 if lenient else 1
    given = value.number if numeric else value.typed
    if value.wide is not None and value.kind == "decimal":
        given = value.wide
    name = "fd_store" if in_schema else "fd_store_row"
    return f"{name}({given}, {values.quote(facts)}, {strict}, {row})"


def _now_of(column: Column) -> str:
    return f"fd_now('datetime', {column.type.scale or 0})"


def replaced(column: Column) -> Column:
    """Return the column with what storing needs, and nothing else."""
    return Column(column.name, column.type)


def fits(column: Column, value: Written) -> bool:
    """Tell whether a value is surely stored as it is."""
    kind, literal = column.type, value.literal
    if literal is NOTHING:
        same = value.column is not None and value.type == kind and value.is_ours
        return same and kind.kind != "any"
    if isinstance(literal, bool):
        literal = int(literal)
    if isinstance(literal, int) and kind.kind in ("int", "uint"):
        bits = INTEGER_BITS.get(kind.name, 64)
        if kind.unsigned:
            return 0 <= literal < 1 << min(bits, 63)
        return -(1 << (bits - 1)) <= literal < 1 << (bits - 1)
    if isinstance(literal, str) and not (kind.is_unicode or literal.isascii()):
        return False
    if isinstance(literal, str) and kind.kind == "text" and kind.name == "varchar":
        return len(literal) <= (kind.length or 0)
    if isinstance(literal, str) and kind.kind == "text" and kind.name != "char":
        return len(literal) < 60
    return False


def default_of(writer: Writer, column: Column, *, lenient: bool = False) -> Written:
    """Return the default of a column as it is stored.

    Raises:
        MySQLError: 1364, where it has none.
    """
    if column.auto_increment:
        return Written("NULL", NULL, literal=None)
    if column.default is None:
        if column.is_nullable:
            return Written("NULL", NULL, literal=None)
        if lenient or not writer.context.is_strict:
            return Written(
                implicit_default(column), column.type, is_raw=True, column=column, is_ours=True
            )
        if column.type.kind == "enum":
            return Written(
                values.quote(column.type.members[0]), column.type, column=column, is_ours=True
            )
        raise MySQLError(1364, "HY000", f"Field '{column.name}' doesn't have a default value")
    if column.default_is_text:
        return _constant(column)
    return Written(
        column.default,
        replace(column.type),
        is_raw=column.type.is_tagged,
        column=column,
        is_ours=True,
    )


def _constant(column: Column) -> Written:
    default = column.default or ""
    if (
        column.type.kind in ("int", "uint", "double", "year", "bit", "decimal")
        and not column.type.is_long_decimal
    ):
        return Written(default, column.type, is_raw=True, column=column, is_ours=True)
    return Written(values.quote(default), column.type, is_raw=True, column=column, is_ours=True)


def implicit_default(column: Column) -> str:
    """Return what a NOT NULL column gets without strict mode."""
    match column.type.kind:
        case "int" | "uint" | "double" | "year" | "bit" | "decimal":
            return "0"
        case "date":
            return "'0000-00-00'"
        case "datetime":
            return "'0000-00-00 00:00:00'"
        case "time":
            return "'00:00:00'"
        case "enum":
            return values.quote(column.type.members[0])
        case "bytes":
            return "x''"
    return "''"
