"""GROUP BY … WITH ROLLUP: one query for each level, from all keys down to none."""

from __future__ import annotations

from copy import copy
from typing import Any

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.rewrite import sources
from freshdb.emulation.rewrite.queries.items import aliases_of, write_items
from freshdb.emulation.rewrite.queries.model import Clauses, Query, unique_names
from freshdb.emulation.rewrite.queries.order import group_key, ordinal, with_tail, write_having
from freshdb.emulation.rewrite.scope import Output, Scope
from freshdb.emulation.rewrite.writer import Writer


def write(writer: Writer, node: Any, scope: Scope, prefix: str) -> Query:
    """Write the levels as one union; the rows of a level follow those that they sum up."""
    keys = [
        group_key(writer, one.this, _plain_items(writer, node, scope))
        for one in node.args["group"].expressions
    ]
    items = _plain_items(writer, node, scope)
    plain = [_key_of(writer, one.this, items) for one in node.args["group"].expressions]
    levels = []
    names: list[str] = []
    first = None
    for count in range(len(keys), -1, -1):
        dropped = plain[count:]
        writer.masked = {one.sql: one.type for one in dropped}
        clauses = _level(writer, node, scope)
        writer.masked = {}
        clauses.group = [(key, False) for key in keys[:count]]
        names = unique_names([one.name for one in clauses.items])
        marks = "".join(
            f", {keys[index] if index < count else 'NULL'} AS _fd_k{index}"
            f", {int(index >= count)} AS _fd_g{index}"
            for index in range(len(keys))
        )
        columns = ", ".join(
            f"{item.written.sql} AS {quote_name(name)}"
            for item, name in zip(clauses.items, names, strict=True)
        )
        sql = f"SELECT {columns}{marks}{clauses.from_sql}"
        if clauses.where:
            sql += f" WHERE {clauses.where}"
        if count:
            sql += f" GROUP BY {', '.join(keys[:count])}"
        else:
            sql += " GROUP BY ''"
        if clauses.having:
            sql += f" HAVING {clauses.having}"
        levels.append(sql)
        first = first or clauses
    assert first is not None
    return _sorted(writer, node, prefix + " UNION ALL ".join(levels), names, first, len(keys))


def _key_of(writer: Writer, node: Any, items: list[Any]) -> Any:
    position = ordinal(node)
    return items[position - 1].written if position is not None else writer.write(node)


def _plain_items(writer: Writer, node: Any, scope: Scope) -> list[Any]:
    return list(write_items(writer, node, scope))


def _level(writer: Writer, node: Any, scope: Scope) -> Any:
    found = Clauses([])
    scope.aliases = {}
    scope.sources, scope.merged = [], {}
    with writer.unmasked():
        found.from_sql = sources.write_from(writer, node, scope)
    found.items = list(write_items(writer, node, scope))
    if node.args.get("where") is not None:
        masked, writer.masked = writer.masked, {}
        found.where = writer.condition(node.args["where"].this, "where clause")
        writer.masked = masked
    first = node.expressions[0]
    found.distinct = bool(node.args.get("distinct")) or bool(first.meta.get("distinct"))
    scope.aliases = aliases_of(found.items)
    found.group = [("", False)]
    write_having(writer, node, scope, found)
    return found


def _sorted(writer: Writer, node: Any, sql: str, names: list[str], first: Any, count: int) -> Query:
    outputs = []
    for item in first.items:
        written = copy(item.written)
        outputs.append(Output(item.name, written))
    columns = ", ".join(quote_name(one) for one in names)
    order = ", ".join(f"_fd_g{index}, _fd_k{index} COLLATE mysql_ci" for index in range(count))
    distinct = f" GROUP BY {columns}" if first.distinct else ""
    inner = Query(f"SELECT {columns} FROM ({sql}){distinct} ORDER BY {order}", outputs, names)
    if node.args.get("order") or node.args.get("limit"):
        return with_tail(writer, node, inner)
    return inner
