"""The rows of an INSERT, as SQLite takes them."""

from __future__ import annotations

from copy import copy
from typing import Any

from sqlglot import exp

from freshdb.emulation import statements as s
from freshdb.emulation import values
from freshdb.emulation.catalog import Column, Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.changes.common import is_default
from freshdb.emulation.rewrite.queries.model import exact_query, write_query
from freshdb.emulation.rewrite.scope import Scope
from freshdb.emulation.rewrite.storing import default_of, implicit_default, stored
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import NOTHING, Written


def target_columns(table: Table, this: s.Insert) -> list[Column]:
    if not this.columns:
        columns = [one for one in table.columns if one.generated is None]
        if this.rows and not this.rows[0]:
            return columns if not columns else []
        if this.rows and this.rows[0] and len(this.rows[0]) == len(table.columns):
            return list(table.columns)
        return (
            columns
            if this.rows is None or len(columns) == len(this.rows[0])
            else list(table.columns)
        )
    found = []
    for name in this.columns:
        column = table.column(name)
        if column is None:
            raise MySQLError(1054, "42S22", f"Unknown column '{name}' in 'field list'")
        if column in found:
            raise MySQLError(1110, "42000", f"Column '{name}' specified twice")
        found.append(column)
    return found


def write_rows(
    writer: Writer,
    table: Table,
    columns: list[Column],
    this: s.Insert,
    *,
    lenient: bool,
    explicit: bool,
) -> list[str]:
    """Return the rows, each as SQL without parentheses."""
    found = []
    assert this.rows is not None
    for number, row in enumerate(this.rows, 1):
        if len(row) != len(columns) and (row or this.columns):
            raise MySQLError(
                1136, "21S01", f"Column count doesn't match value count at row {number}"
            )
        found.append(_row(writer, table, columns, row, number, lenient=lenient, explicit=explicit))
    return found


def _row(
    writer: Writer,
    table: Table,
    columns: list[Column],
    row: list[Any],
    number: int,
    *,
    lenient: bool,
    explicit: bool,
) -> str:
    # A value may name columns that stand before it in the same row, as MySQL allows.
    scope = Scope(outer=None)
    parts = []
    with writer.in_scope(scope):
        for column, node in zip(columns, row, strict=True):
            if column.generated is not None:
                if not is_default(node):
                    raise MySQLError(
                        1906,
                        "HY000",
                        f"The value specified for generated column '{column.name}' in table "
                        f"'{table.name}' has been ignored",
                    )
                parts.append("")
                continue
            if is_default(node):
                value = default_of(writer, column, lenient=lenient)
                sql = value.sql
            else:
                value = writer.write(node)
                sql = stored(writer, table, column, value, lenient=lenient, row=number)
                if lenient and not column.is_nullable and not column.auto_increment:
                    sql = _or_implicit(sql, value, column)
            if column.is_rowid and not column.auto_increment:
                sql = _never_null(sql, column)
            if column.auto_increment and not explicit:
                sql = numbered(_counted(writer, sql, value))
            parts.append(sql)
            scope.aliases[column.name.lower()] = _as_stored(value, sql, column)
    return ", ".join(one for one in parts if one)


def _or_implicit(sql: str, value: Written, column: Column) -> str:
    """Return what IGNORE stores: where NULL must not be, the type's own default."""
    if sql == "NULL":
        return implicit_default(column)
    return sql if value.literal is not NOTHING else f"COALESCE({sql}, {implicit_default(column)})"


def _as_stored(value: Written, sql: str, column: Column) -> Written:
    if value.literal is not NOTHING:
        return value
    return Written(f"({sql})", column.type, is_raw=column.type.is_tagged, column=column)


def _never_null(sql: str, column: Column) -> str:
    """Return the value of an integer key: SQLite takes NULL as a wish for a number."""
    if sql == "NULL":
        raise MySQLError(1048, "23000", f"Column '{column.name}' cannot be null")
    if sql.lstrip("-").isdigit():
        return sql
    return f"fd_not_null({sql}, {values.quote(column.name)})"


def _counted(writer: Writer, sql: str, value: Written) -> str:
    """Return a value for an AUTO_INCREMENT column: 0 asks for the next number, as NULL does."""
    if sql == "NULL" or "NO_AUTO_VALUE_ON_ZERO" in writer.context.sql_mode:
        return sql
    if isinstance(value.literal, int):
        return sql if value.literal else "NULL"
    return f"NULLIF({sql}, 0)"


def numbered(sql: str) -> str:
    """Return what numbers a row; the row before it was inserted if SQLite has seen its number."""
    return f"fd_number({sql}, last_insert_rowid())"


def reads(this: s.Insert, table: Table) -> bool:
    """Tell whether an INSERT has a query on its own table."""
    nodes = [this.query] if this.rows is None else [one for row in this.rows for one in row]
    names = (one.name.lower() for node in nodes for one in node.find_all(exp.Table))
    return table.name.lower() in names


def write_query_rows(
    writer: Writer, table: Table, columns: list[Column], this: s.Insert, lenient: bool
) -> list[str]:
    query = write_query(writer, this.query)
    if len(query.outputs) != len(columns):
        raise MySQLError(1136, "21S01", "Column count doesn't match value count at row 1")
    if not reads(this, table):  # of its own rows, the server makes a table first
        query = exact_query(query)
    name = writer.new_name()
    parts = []
    for column, output, label in zip(columns, query.outputs, query.names, strict=True):
        value = copy(output.written)
        value.sql, value.literal, value.wide = f"{name}.{quote_name(label)}", NOTHING, None
        sql = stored(writer, table, column, value, lenient=lenient)
        if lenient and not column.is_nullable and not column.auto_increment:
            sql = f"COALESCE({sql}, {implicit_default(column)})"
        if column.is_rowid and not column.auto_increment:
            sql = _never_null(sql, column)
        if column.auto_increment:
            sql = numbered(_counted(writer, sql, value))
        parts.append(sql)
    return [f"SELECT {', '.join(parts)}", f" FROM ({query.sql}) AS {name} WHERE true"]


def missing_columns(
    writer: Writer, table: Table, names: list[str], lenient: bool
) -> list[tuple[str, str]]:
    """Return columns that the statement leaves out and SQLite cannot fill, with their values."""
    given = {one.lower() for one in names}
    found = []
    for column in table.columns:
        if column.name.lower() in given or column.auto_increment or column.generated is not None:
            continue
        if not table.is_ours and column.is_rowid:
            continue
        value = default_of(writer, column, lenient=lenient)
        if not table.is_ours:
            continue
        if value.sql != "NULL":
            found.append((column.name, value.sql))
    return found


def completed(names: list[str], body: list[str], missing: list[tuple[str, str]]) -> tuple[str, str]:
    more = "".join(f", {sql}" for _, sql in missing)
    listed = ", ".join(quote_name(one) for one in [*names, *(name for name, _ in missing)])
    if body and body[0].startswith("SELECT "):
        return listed, f"{body[0]}{more}{body[1]}"
    if not listed:
        return '"_rowid_"', "VALUES " + ", ".join("(NULL)" for _ in body)
    rows = [f"({(row + more).lstrip(', ')})" for row in body]
    return listed, f"VALUES {', '.join(rows)}"


def explicit_ids(columns: list[Column], this: s.Insert, counter: Column | None) -> bool:
    """Tell whether the statement itself gives the AUTO_INCREMENT column its values."""
    if counter is None or counter not in columns or this.rows is None:
        return False
    index = columns.index(counter)
    return all(_is_explicit(row[index]) for row in this.rows)


def _is_explicit(node: Any) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and node.this.strip("0.") != ""


def with_parents(table: Table, listed: str, names: list[str], rows: str) -> str:
    """Return the rows that break no foreign key: IGNORE passes over the others."""
    given = {one.lower() for one in names}
    tests = []
    for key in table.foreign:
        if not {one.lower() for one in key.columns} <= given:
            continue
        pairs = list(zip(key.columns, key.referred, strict=True))
        empty = [f"_fd_new.{quote_name(own)} IS NULL" for own, _ in pairs]
        same = [f"_fd_up.{quote_name(up)} = _fd_new.{quote_name(own)}" for own, up in pairs]
        parent = f"SELECT 1 FROM {quote_name(key.table)} AS _fd_up WHERE {' AND '.join(same)}"
        tests.append(f"({' OR '.join(empty)} OR EXISTS ({parent}))")
    if not tests:
        return rows
    unchecked = "NOT (SELECT foreign_keys FROM pragma_foreign_keys)"
    condition = f"{unchecked} OR ({' AND '.join(tests)})"
    return f"WITH _fd_new ({listed}) AS ({rows}) SELECT * FROM _fd_new WHERE {condition}"
