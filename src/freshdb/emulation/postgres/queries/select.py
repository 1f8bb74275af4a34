"""SELECT, with DISTINCT and DISTINCT ON."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.groups import check_groups, check_nested
from freshdb.emulation.postgres.queries.items import Items, select_list
from freshdb.emulation.postgres.queries.keys import group_by, limit_of, order_by
from freshdb.emulation.postgres.queries.sources import from_clause
from freshdb.emulation.postgres.scope import (
    Scope,
    name_of,
    only,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.writer import Outputs, Writer, composes


@composes(exp.Select)
def _select(writer: Writer, node: Any) -> tuple[str, Outputs]:
    only(
        node, "expressions", "from_", "joins", "where", "group", "having", "order", "limit",
        "offset", "distinct", "with_", "locks", "windows", "operation_modifiers",
    )  # fmt: skip
    if any(one.args.get("wait") is False for one in node.args.get("locks") or ()):
        raise refused("SKIP LOCKED")  # of other locks none can be in the way
    writer.windows = {name_of(one.this): one for one in node.args.get("windows") or ()}
    writer.scope = Scope(outer=writer.scope)
    source = from_clause(writer, node)
    where = f" WHERE {writer.condition(node.args['where'].this)}" if node.args.get("where") else ""
    writer.has_aggregate = False
    outer_rows, writer.rows = writer.rows, None
    items = select_list(writer, node)
    if writer.rows is not None:
        if node.args.get("group") or writer.has_aggregate:
            raise refused("a function that returns rows beside an aggregate", "write it in FROM")
        source += f" CROSS JOIN {writer.rows}" if source else f" FROM {writer.rows}"
    writer.rows = outer_rows
    group = group_by(writer, node, items)
    check_nested(node)
    having = ""
    if node.args.get("having"):
        having = f" HAVING {writer.condition(node.args['having'].this)}"
    keys = order_by(writer, node, items)
    if writer.has_aggregate or group:
        check_groups(writer, node)
    if node.args.get("locks") and (writer.has_aggregate or group or node.args.get("distinct")):
        raise PostgresError("0A000", "FOR UPDATE is not allowed with rows that are put together")
    order = f" ORDER BY {', '.join(keys)}" if keys else ""
    distinct = "DISTINCT " if node.args.get("distinct") is not None else ""
    outputs = [(name, one.kind) for name, one in items]
    if distinct and keys:
        _check_order(writer, node, items, keys)
    if distinct and node.args["distinct"].args.get("on"):
        return _distinct_on(writer, node, items, f"{source}{where}", keys), outputs
    shown = _distinct_items(items) if distinct else _listed(items)
    body = f"SELECT {distinct}{shown}{source}{where}{group}{having}"
    return body + order + limit_of(writer, node), outputs


def _listed(items: Items) -> str:
    return ", ".join(f"{one.sql} AS {quote_name(name)}" for name, one in items)


def _check_order(writer: Writer, node: Any, items: Items, keys: list[str]) -> None:
    """Raise 42P10 where rows are told apart by other values than they are sorted by."""
    on = node.args["distinct"].args.get("on")
    if on is None:
        known = {one.sql for _, one in items}
        if not all(any(_is_key(key, sql) for sql in known) for key in keys):
            text = "for SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise PostgresError("42P10", text)
        return
    by = {writer.write(one).sql for one in (on.expressions if isinstance(on, exp.Tuple) else [on])}
    for key in keys[: len(by)]:
        if not any(_is_key(key, sql) for sql in by):
            text = "SELECT DISTINCT ON expressions must match initial ORDER BY expressions"
            raise PostgresError("42P10", text)


def _is_key(key: str, sql: str) -> bool:
    return key.startswith((f"{sql} ", f"({sql}) "))


def _distinct_items(items: Items) -> str:
    return ", ".join(f"{types.collated(one)} AS {quote_name(name)}" for name, one in items)


def _distinct_on(writer: Writer, node: Any, items: Items, source: str, keys: list[str]) -> str:
    """Return DISTINCT ON: the first row of each group, in the order that is asked for."""
    if node.args.get("group") or writer.has_aggregate:
        raise refused("DISTINCT ON with aggregates", "aggregate in a subquery")
    on = node.args["distinct"].args["on"]
    by = [writer.key(one) for one in (on.expressions if isinstance(on, exp.Tuple) else [on])]
    order = f" ORDER BY {', '.join(keys)}" if keys else ""
    shown = ", ".join(quote_name(name) for name, _ in items)
    number = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(by)}{order}) AS _fd_first"
    place = f"ROW_NUMBER() OVER ({order.strip()}) AS _fd_place"
    return (
        f"SELECT {shown} FROM (SELECT {_listed(items)}, {number}, {place}{source}) "
        f"WHERE _fd_first = 1 ORDER BY _fd_place{limit_of(writer, node)}"
    )
