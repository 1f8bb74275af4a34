"""Columns that are neither grouped by nor inside an aggregate."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.calls.aggregates import AGGREGATES
from freshdb.emulation.postgres.ordering import position_of
from freshdb.emulation.postgres.scope import (
    name_of,
    refused,
)
from freshdb.emulation.postgres.values import PostgresError


def check_groups(node: Any) -> None:
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
    for item in items:
        bare = _bare_column(item, grouped)
        if bare is not None:
            if any(name_of(key.this) == "id" for key in keys if isinstance(key, exp.Column)):
                raise refused("a column that depends on the primary key in GROUP BY")
            message = f'column "{bare}" must appear in the GROUP BY clause'
            raise PostgresError("42803", message)


def _bare_column(node: Any, grouped: list[Any]) -> str | None:
    if any(node == key for key in grouped):
        return None
    if isinstance(node, (exp.GroupConcat, exp.Window, exp.Query, exp.Filter)):
        return None
    if isinstance(node, exp.Anonymous) and str(node.this).lower() in AGGREGATES:
        return None
    if isinstance(node, exp.Column):
        same = any(isinstance(key, exp.Column) and key.name == node.name for key in grouped)
        return None if same else str(node.name)
    if isinstance(node, exp.Star):
        return "*"
    for child in node.iter_expressions():
        found = _bare_column(child, grouped)
        if found is not None:
            return found
    return None
