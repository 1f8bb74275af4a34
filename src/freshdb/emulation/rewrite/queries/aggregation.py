"""Which queries compute one row out of many."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.nodes import AGGREGATES, Call


def has_aggregate(node: Any) -> bool:
    """Tell whether a SELECT computes one row out of all, by its own list or HAVING."""
    parts = list(node.expressions)
    if node.args.get("having") is not None:
        parts.append(node.args["having"].this)
    if node.args.get("order") is not None:
        parts += [one.this for one in node.args["order"].expressions]
    return any(_contains_aggregate(part) for part in parts)


def has_bare_columns(node: Any) -> bool:
    """Tell whether a SELECT shows a column of no particular row of a group.

    MariaDB takes the first row's. So does SQLite, but beside a single MIN or MAX of its own, where
    it takes the row of that; so those are counted by a function of ours then. A key is such a
    column too: `ada` and `Ada` are one group.
    """
    if not has_aggregate(node):
        return False
    having = node.args.get("having")
    parts = [*node.expressions, *([having.this] if having is not None else [])]
    return any(_shows_column(part) for part in parts)


def _shows_column(node: Any) -> bool:
    if isinstance(node, (exp.Column, exp.Star)):
        return True
    if (isinstance(node, Call) and node.this in AGGREGATES) or not isinstance(node, exp.Expr):
        return False
    if isinstance(node, (exp.Select, exp.SetOperation, exp.Subquery)):
        return True
    return any(
        _shows_column(child)
        for value in node.args.values()
        for child in (value if isinstance(value, list) else (value,))
    )


_LEAVES = frozenset([exp.Column, exp.Literal, exp.Placeholder, exp.Null, exp.Star])


def _contains_aggregate(node: Any) -> bool:
    if type(node) in _LEAVES:
        return False
    if isinstance(node, exp.Window):
        return False
    if isinstance(node, Call) and node.this in AGGREGATES:
        return True
    if isinstance(node, (exp.Select, exp.SetOperation, exp.Subquery)):
        return False
    if not isinstance(node, exp.Expr):
        return False
    return any(
        _contains_aggregate(child)
        for value in node.args.values()
        for child in (value if isinstance(value, list) else (value,))
    )
