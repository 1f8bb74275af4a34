"""GROUP BY, ORDER BY, LIMIT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import AGGREGATES, Call
from freshdb.emulation.rewrite.queries.aggregation import has_aggregate
from freshdb.emulation.rewrite.queries.model import Clauses, Item, Query, assemble, derived
from freshdb.emulation.rewrite.scope import Output, Scope, Source
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import NOTHING
from freshdb.errors import EmulationError


def write_group(writer: Writer, node: Any, found: Clauses) -> None:
    found.is_aggregate = has_aggregate(node)
    group = node.args.get("group")
    if group is None:
        return
    with writer.in_clause("group statement"):
        for one in group.expressions:
            found.group.append(
                (group_key(writer, one.this, found.items), bool(one.args.get("desc")))
            )


def group_key(writer: Writer, node: Any, items: list[Item]) -> str:
    position = ordinal(node)
    if position is not None:
        if not 0 < position <= len(items):
            raise MySQLError(1054, "42S22", f"Unknown column '{position}' in 'group statement'")
        return items[position - 1].written.ordered
    written = writer.write(node)
    return written.ordered if written.literal is NOTHING else "''"


def ordinal(node: Any) -> int | None:
    if isinstance(node, exp.Boolean):
        return int(node.this)
    if isinstance(node, exp.Neg):
        size = ordinal(node.this)
        return None if size is None else -size
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        return int(node.this)
    return None


def write_order(writer: Writer, node: Any, scope: Scope, found: Clauses) -> list[str]:
    order = node.args.get("order")
    if order is None:
        if any(desc for _, desc in found.group):
            return [f"{key} DESC" if desc else key for key, desc in found.group]
        return []
    scope.prefers_aliases = True
    try:
        with writer.in_clause("order clause"):
            return [
                order_key(writer, one.this, found.items) + (" DESC" if one.args.get("desc") else "")
                for one in order.expressions
            ]
    finally:
        scope.prefers_aliases = False


def order_key(writer: Writer, node: Any, items: list[Item]) -> str:
    position = ordinal(node)
    if position is not None:
        if not 0 < position <= len(items):
            raise MySQLError(1054, "42S22", f"Unknown column '{position}' in 'order clause'")
        written = items[position - 1].written
        return written.ordered if written.literal is NOTHING else "NULL"
    written = writer.write(node)
    if written.literal is not NOTHING:
        return "NULL"  # a constant: SQLite would take a number for a column's position
    return written.ordered


def write_limit(writer: Writer, node: Any) -> str:
    """Return LIMIT and OFFSET, or nothing."""
    limit = node.args.get("limit")
    if limit is None:
        return ""
    if not isinstance(limit, exp.Limit):
        raise EmulationError("FETCH FIRST is not supported", hint="write LIMIT")
    parts = [_count(writer, limit.args["expression"])]
    start = offset_of(node)
    if start is not None:
        parts.append(f"OFFSET {_count(writer, start)}")
    return f" LIMIT {' '.join(parts)}"


def offset_of(node: Any) -> Any:
    """Return what a query skips, in either of LIMIT's forms; None where it skips nothing."""
    limit, offset = node.args.get("limit"), node.args.get("offset")
    inner = limit.args.get("offset") if limit is not None else None
    return inner if inner is not None or offset is None else offset.args["expression"]


def _count(writer: Writer, node: Any) -> str:
    if isinstance(node, exp.Placeholder):
        return writer.write(node).sql
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        return str(min(int(node.this), 2**63 - 1))
    raise MySQLError(1064, "42000", "You have an error in your SQL syntax near LIMIT")


def write_having(writer: Writer, node: Any, scope: Scope, found: Clauses) -> None:
    having = node.args.get("having")
    if having is None:
        return
    _check_having(writer, node, having.this, found)
    scope.prefers_aliases = True
    condition = writer.condition(having.this, "having clause")
    scope.prefers_aliases = False
    if found.group or found.is_aggregate:
        found.having = condition
    else:
        found.where = f"({found.where}) AND ({condition})" if found.where else condition


def _check_having(writer: Writer, node: Any, condition: Any, found: Clauses) -> None:
    """Raise what the server does for a column that is in neither select list nor GROUP BY."""
    group = node.args.get("group")
    keys = [one.this for one in group.expressions] if group is not None else []
    shown = {item.written.sql for item in found.items if item.written.column is not None}
    shown |= {writer.write(one).sql for one in keys if isinstance(one, exp.Column)}
    for column in _bare_columns(condition):
        if not column.table and column.name.lower() in writer.scope.aliases:
            continue
        with writer.in_clause("having clause"):
            written = writer.write(column)
        is_here = written.column is not None and any(
            one.written.sql == written.sql
            for source in writer.scope.sources
            for one in source.columns
        )
        if is_here and written.sql not in shown:
            raise writer.unknown_column(column.name, column.table, "having clause")


def _bare_columns(node: Any) -> Iterator[Any]:
    """Yield the columns of an expression that no aggregate takes in."""
    if isinstance(node, exp.Column):
        yield node
    elif isinstance(node, exp.Expr) and not isinstance(node, (exp.Select, exp.SetOperation)):
        if isinstance(node, Call) and node.this in AGGREGATES:
            return
        for value in node.args.values():
            for child in value if isinstance(value, list) else (value,):
                yield from _bare_columns(child)


def with_tail(writer: Writer, node: Any, inner: Query, prefix: str = "") -> Query:
    """Add ORDER BY and LIMIT to a query that is complete in itself."""
    scope = Scope(outer=writer.scope)
    name = writer.new_name()
    columns = [
        Output(one.name, derived(name, label, one.written))
        for one, label in zip(inner.outputs, inner.names, strict=True)
    ]
    scope.sources = [Source(name, columns)]
    items = [Item(one.name, one.written, one.name, has_alias=True) for one in columns]
    found = Clauses(items, from_sql=f" FROM ({inner.sql}) AS {name}")
    with writer.in_scope(scope):
        found.order = write_order(writer, node, scope, found)
        found.limit = write_limit(writer, node)
    query = assemble(found, prefix)
    if found.limit:
        query.unlimited = inner.sql
    for output, original in zip(query.outputs, inner.outputs, strict=True):
        output.written.column = original.written.column
    return query
