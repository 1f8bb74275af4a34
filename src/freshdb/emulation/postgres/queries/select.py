"""SELECT, with DISTINCT and DISTINCT ON."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.queries.groups import check_groups
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
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Outputs, Writer, composes


@composes(exp.Select)
def _select(writer: Writer, node: Any) -> tuple[str, Outputs]:
    only(
        node, "expressions", "from_", "joins", "where", "group", "having", "order", "limit",
        "offset", "distinct", "with_", "locks", "windows",
    )  # fmt: skip
    if any(one.args.get("wait") is False for one in node.args.get("locks") or ()):
        raise refused("SKIP LOCKED")  # of other locks none can be in the way
    writer.windows = {name_of(one.this): one for one in node.args.get("windows") or ()}
    writer.scope = Scope(outer=writer.scope)
    source = from_clause(writer, node)
    where = f" WHERE {writer.condition(node.args['where'].this)}" if node.args.get("where") else ""
    writer.has_aggregate = False
    items = select_list(writer, node)
    group = group_by(writer, node, items)
    having = ""
    if node.args.get("having"):
        having = f" HAVING {writer.condition(node.args['having'].this)}"
    keys = order_by(writer, node, items)
    if writer.has_aggregate or group:
        check_groups(node)
    if node.args.get("locks") and (writer.has_aggregate or group or node.args.get("distinct")):
        raise PostgresError("0A000", "FOR UPDATE is not allowed with rows that are put together")
    order = f" ORDER BY {', '.join(keys)}" if keys else ""
    distinct = _distinct(node, items)
    outputs = [
        (name, "text" if one.kind in ("unknown", "null") else one.kind) for name, one in items
    ]
    if distinct and node.args["distinct"].args.get("on"):
        return _distinct_on(writer, node, items, f"{source}{where}", keys), outputs
    body = f"SELECT {distinct}{_listed(items)}{source}{where}{group}{having}"
    return body + order + limit_of(writer, node), outputs


def _listed(items: Items) -> str:
    return ", ".join(f"{one.sql} AS {quote_name(name)}" for name, one in items)


def _distinct(node: Any, items: Items) -> str:
    distinct = node.args.get("distinct")
    if distinct is None:
        return ""
    if not distinct.args.get("on") and any(
        one.kind in ("numeric", "interval", "json") for _, one in items
    ):
        raise refused("DISTINCT of such types", "GROUP BY them")
    return "DISTINCT "


def _distinct_on(writer: Writer, node: Any, items: Items, source: str, keys: list[str]) -> str:
    """Return DISTINCT ON: the first row of each group, in the order that is asked for."""
    if node.args.get("group") or writer.has_aggregate:
        raise refused("DISTINCT ON with aggregates")
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
