"""Columns that are neither grouped by nor inside an aggregate."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.calls.aggregates import AGGREGATES
from freshdb.emulation.postgres.ordering import position_of
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import name_of


def check_groups(writer: Any, node: Any) -> None:
    """Raise 42803 where a column is neither grouped by nor inside an aggregate."""
    group = node.args.get("group")
    keys = list(group.expressions) if group is not None else []
    positions = [place for place in map(position_of, keys) if place is not None]
    items = [one.this if isinstance(one, exp.Alias) else one for one in node.expressions]
    aliases = {
        name_of(one.args["alias"]): one.this
        for one in node.expressions
        if isinstance(one, exp.Alias)
    }
    grouped = [items[place - 1] for place in positions if place <= len(items)] + keys
    grouped += [
        aliases[name_of(key.this)]
        for key in keys
        if isinstance(key, exp.Column) and name_of(key.this) in aliases
    ]
    keyed = _tables_of_keys(writer, grouped)
    having, order = node.args.get("having"), node.args.get("order")
    more = [having.this] if having is not None else []
    for one in order.expressions if order is not None else ():
        alias = isinstance(one.this, exp.Column) and name_of(one.this.this) in aliases
        if position_of(one.this) is None and not alias:
            more.append(one.this)
    for item in [*items, *more]:
        bare = _bare_column(item, grouped, keyed)
        if bare is not None:
            message = f'column "{bare}" must appear in the GROUP BY clause'
            raise PostgresError("42803", message)


def check_nested(node: Any) -> None:
    """Raise 42803 where WHERE has an aggregate."""
    where = node.args.get("where")
    if where is not None and any(
        _is_aggregate(one) and one.find_ancestor(exp.Select, exp.Window) is node
        for one in where.walk()
    ):
        raise PostgresError("42803", "aggregate functions are not allowed in WHERE")


def _is_aggregate(node: Any) -> bool:
    if isinstance(node, exp.GroupConcat):
        return True
    return isinstance(node, exp.Anonymous) and str(node.this).lower() in AGGREGATES


def _tables_of_keys(writer: Any, grouped: list[Any]) -> dict[str, set[str]]:
    """Return the sources whose primary key is grouped by: all their columns depend on it."""
    found = {}
    for source in writer.scope.sources:
        names = {
            name_of(key.this)
            for key in grouped
            if isinstance(key, exp.Column)
            and (not key.args.get("table") or name_of(key.args["table"]) == source.name)
        }
        key = writer.primary_keys.get(source.table or "", frozenset())
        if key and key <= names:
            found[source.name] = set(source.columns)
    return found


def _bare_column(node: Any, grouped: list[Any], keyed: dict[str, set[str]]) -> str | None:
    if any(node == key for key in grouped):
        return None
    if isinstance(node, (exp.Query, exp.Filter, exp.WithinGroup)) or _is_aggregate(node):
        return None
    if isinstance(node, exp.Window):
        inner = [] if _is_aggregate(node.this) else list(node.this.expressions)
        order = node.args.get("order")
        inner += [*(node.args.get("partition_by") or ()), *(order.expressions if order else ())]
        bare = (_bare_column(one, grouped, keyed) for one in inner)
        return next((one for one in bare if one is not None), None)
    if isinstance(node, exp.Column):
        if isinstance(node.this, exp.Star):
            return "*"
        table = name_of(node.args["table"]) if node.args.get("table") else ""
        for name, columns in keyed.items():
            if (table == name) if table else name_of(node.this) in columns:
                return None
        same = any(isinstance(key, exp.Column) and key.name == node.name for key in grouped)
        return None if same else str(node.name)
    if isinstance(node, exp.Star):
        return "*"
    for child in node.iter_expressions():
        found = _bare_column(child, grouped, keyed)
        if found is not None:
            return found
    return None
