"""Queries inside expressions: scalar, IN, EXISTS, ANY, ALL, and rows compared to rows."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import collation_of, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.comparing import compare
from freshdb.emulation.rewrite.rows import row_of
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import BOOL
from freshdb.errors import EmulationError


def _query(writer: Writer, node: Any, *, typed: bool = False) -> Any:
    from freshdb.emulation.rewrite.queries import write_query

    while isinstance(node, (exp.Subquery, exp.Paren)) and not node.args.get("limit"):
        node = node.this
    return write_query(writer, node, typed=typed)


def _operands() -> MySQLError:
    return MySQLError(1241, "21000", "Operand should contain 1 column(s)")


@emits(exp.Subquery, exp.Select, exp.Union, exp.Except, exp.Intersect, exp.Values)
def _scalar(writer: Writer, node: Any) -> Written:
    query = _exact(_query(writer, node))
    if len(query.outputs) != 1:
        raise _operands()
    inner = query.outputs[0].written
    if inner.is_read and _reads_rows(node) and not writer.context.is_mysql8:
        raise EmulationError(
            "a scalar subquery of what may be no date is not supported",
            hint="read the date outside of it: DATE((SELECT …))",
        )
    sql = wide = f"({_guarded(query)})"
    if inner.wide == inner.sql:
        sql = f"my_cast_decimal({wide}, 65, {inner.type.scale})"
    return Written(
        sql,
        inner.type,
        is_raw=inner.is_raw,
        strength=inner.strength,
        column=inner.column if inner.kind in ("enum", "set", "bit") else None,
        is_ours=inner.is_ours,
        wide=wide if sql != wide else None,
    )


def _reads_rows(node: Any) -> bool:
    inner = node.this if isinstance(node, exp.Subquery) else node
    return isinstance(inner, exp.Select) and inner.args.get("from_") is not None


def _exact(query: Any) -> Any:
    from freshdb.emulation.rewrite.queries.model import exact_query

    return exact_query(query)


def _guarded(query: Any) -> str:
    """Return a scalar query that fails on a second row, as MySQL's 1242 does."""
    if query.is_single:
        return str(query.sql)
    return f"SELECT fd_single({quote_name(query.names[0])}) FROM ({query.sql})"


@emits(exp.Exists)
def _exists(writer: Writer, node: Any) -> Written:
    return Written(f"EXISTS ({_query(writer, node.this).sql})", BOOL)


def in_query(writer: Writer, left: Any, query_node: Any) -> Written:
    """Return x IN (SELECT …), for one column or several."""
    row = row_of(left)
    if row is not None:
        query = _query(writer, query_node)
        if len(query.outputs) != len(row):
            raise MySQLError(1241, "21000", f"Operand should contain {len(row)} column(s)")
        return _row_in_query(writer, [writer.write(one) for one in row], query)
    this = writer.write(left)
    query = _query(writer, query_node)
    if len(query.outputs) != 1:
        raise _operands()
    right = query.outputs[0].written
    if (
        (this.is_number and right.is_number)
        or this.kind == right.kind == "bytes"
        or this.kind == "null"
    ):
        return Written(f"({this.sql} IN ({query.sql}))", BOOL)
    if this.is_text and right.is_text:
        collation, _ = pick_collation(this, right)
        return Written(f"({this.sql} COLLATE {collation_of(collation)} IN ({query.sql}))", BOOL)
    if this.is_raw and right.is_raw and this.type == right.type and this.is_ours and right.is_ours:
        return Written(f"({this.sql} IN ({query.sql}))", BOOL)
    return _any(writer, "=", this, query)


def _any(
    writer: Writer, operator: str, this: Written, query: Any, *, every: bool = False
) -> Written:
    column = query.outputs[0]
    name = writer.new_name()
    from copy import copy

    other = copy(column.written)
    other.sql, other.is_collated = f"{name}.c", False
    test = compare(operator, this, other)
    first = quote_name(query.names[0])
    inner = f"SELECT {test} AS r FROM (SELECT {first} AS c FROM ({query.sql})) AS {name}"
    if every:
        verdict = "CASE WHEN MIN(r) = 0 THEN 0 WHEN COUNT(*) = COUNT(r) THEN 1 END"
    else:
        verdict = "CASE WHEN MAX(r) = 1 THEN 1 WHEN COUNT(*) = COUNT(r) THEN 0 END"
    return Written(f"(SELECT {verdict} FROM ({inner}))", BOOL)


def quantified(writer: Writer, operator: str, left: Any, right: Any) -> Written:
    """Return x > ANY (SELECT …) and its kin."""
    every = isinstance(right, exp.All)
    if row_of(left) is not None:
        if operator == "=" and not every:
            return in_query(writer, left, right.this)
        if operator == "<>" and every:
            inner = in_query(writer, left, right.this)
            return Written(f"(NOT {inner.sql})", BOOL)
        raise EmulationError(
            "ANY and ALL with rows are not supported", hint="compare column by column"
        )
    this = writer.write(left)
    if operator == "=" and not every:
        return in_query(writer, left, right.this)
    query = _query(writer, right.this)
    if len(query.outputs) != 1:
        raise _operands()
    return _any(writer, operator, this, query, every=every)


def _row_in_query(writer: Writer, row: list[Written], query: Any) -> Written:
    name = writer.new_name()
    test = _written_row_test("=", row, _columns_of(query, name))
    inner = f"SELECT {test} AS r FROM ({query.sql}) AS {name}"
    verdict = "CASE WHEN MAX(r) = 1 THEN 1 WHEN COUNT(*) = COUNT(r) THEN 0 END"
    return Written(f"(SELECT {verdict} FROM ({inner}))", BOOL)


def in_rows(writer: Writer, left: Any, items: list[Any]) -> Written:
    """Return (a, b) IN ((1, 2), (3, 4))."""
    rows = [row for row in map(row_of, (left, *items)) if row is not None]
    for column in zip(*rows, strict=False):
        _refuse_mixture([writer.write(one) for one in column])
    parts = [compare_rows(writer, "=", left, one).sql for one in items]
    return Written(f"({' OR '.join(parts)})", BOOL)


def _refuse_mixture(column: list[Written]) -> None:
    """Refuse texts among numbers: by which type the server compares depends on all of them."""
    if any(one.is_text for one in column) and any(one.is_number for one in column):
        raise EmulationError(
            "rows with texts among numbers in IN are not supported",
            hint="write all values of a column as one type",
        )


def compare_rows(writer: Writer, operator: str, left: Any, right: Any) -> Written:
    """Return a comparison of rows, column by column."""
    rows = [row_of(left), row_of(right)]
    for index, node in enumerate((left, right)):
        if rows[index] is None:
            if not isinstance(node, exp.Subquery):
                raise MySQLError(
                    1241, "21000", f"Operand should contain {len(rows[1 - index] or ())} column(s)"
                )
            other = [writer.write(one) for one in rows[1 - index] or ()]
            return _row_to_query(writer, operator, other, node, query_first=index == 0)
    first, second = rows[0] or [], rows[1] or []
    if len(first) != len(second):
        raise MySQLError(1241, "21000", f"Operand should contain {len(first)} column(s)")
    return Written(_row_test(writer, operator, first, second), BOOL)


def _row_to_query(
    writer: Writer, operator: str, row: list[Written], node: Any, *, query_first: bool
) -> Written:
    """Return a row compared to the one row of a query: NULL where it has none."""
    query = _query(writer, node)
    if len(query.outputs) != len(row):
        raise MySQLError(1241, "21000", f"Operand should contain {len(row)} column(s)")
    name = writer.new_name()
    columns = _columns_of(query, name)
    sides = (columns, row) if query_first else (row, columns)
    inner = f"SELECT {_written_row_test(operator, *sides)} AS r FROM ({query.sql}) AS {name}"
    return Written(f"(SELECT fd_single(r) FROM ({inner}))", BOOL)


def _columns_of(query: Any, name: str) -> list[Written]:
    from copy import copy

    found = []
    for column, label in zip(query.outputs, query.names, strict=True):
        other = copy(column.written)
        other.sql, other.is_collated = f"{name}.{quote_name(label)}", False
        found.append(other)
    return found


def _written_row_test(operator: str, first: list[Written], second: list[Written]) -> str:
    if operator in ("=", "IS", "<>"):
        word = " OR " if operator == "<>" else " AND "
        pairs = zip(first, second, strict=True)
        return f"({word.join(f'({compare(operator, one, other)})' for one, other in pairs)})"
    if len(first) == 1:
        return f"({compare(operator, first[0], second[0])})"
    rest = _written_row_test(operator, first[1:], second[1:])
    head = compare(operator[0], first[0], second[0])
    return f"(({head}) OR (({compare('=', first[0], second[0])}) AND {rest}))"


def _row_test(writer: Writer, operator: str, first: list[Any], second: list[Any]) -> str:
    if operator in ("=", "IS", "<>"):
        word = " OR " if operator == "<>" else " AND "
        parts = []
        for one, other in zip(first, second, strict=True):
            if row_of(one) is not None:
                parts.append(compare_rows(writer, operator, one, other).sql)
            else:
                parts.append(f"({compare(operator, writer.write(one), writer.write(other))})")
        return f"({word.join(parts)})"
    strict = operator[0]
    one, other = writer.write(first[0]), writer.write(second[0])
    if len(first) == 1:
        return f"({compare(operator, one, other)})"
    rest = _row_test(writer, operator, first[1:], second[1:])
    return f"(({compare(strict, one, other)}) OR (({compare('=', one, other)}) AND {rest}))"
