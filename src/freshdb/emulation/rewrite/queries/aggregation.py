"""Which queries compute one row out of many."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.nodes import AGGREGATES, Call
from freshdb.emulation.rewrite.writer import Writer


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


def rounds_groups(writer: Writer, node: Any) -> bool:
    """Tell whether the server sums up groups in a table of its own, with the digits it shows.

    It sums with all digits where rows come to it group after group: by a key of the table, for
    ROLLUP, and for what needs a group's rows together; and where there is only one group.
    """
    group = node.args.get("group")
    if group is None or group.args.get("rollup") or _gathers_rows(node):
        return False
    nodes = [one.this if isinstance(one, exp.Ordered) else one for one in group.expressions]
    keys = [one.name.lower() if isinstance(one, exp.Column) else "" for one in nodes]
    return not (_is_indexed(writer, node, keys) or set(keys) <= _fixed_columns(node))


def _gathers_rows(node: Any) -> bool:
    calls = (call for part in node.expressions for call in part.find_all(Call))
    return any(one.this == "GROUP_CONCAT" or one.args.get("distinct") for one in calls)


def _is_indexed(writer: Writer, node: Any, keys: list[str]) -> bool:
    """Tell whether rows of the only table are found in the order of the keys."""
    source = node.args.get("from_")
    table = source.this if source is not None else None
    if not isinstance(table, exp.Table) or node.args.get("joins") or table.args.get("joins"):
        return False
    known = writer.catalog.table(table.name)
    indexes = known.keys if known is not None and table.name.lower() not in writer.ctes else ()
    return any({name.lower() for name in one.columns[: len(keys)]} == set(keys) for one in indexes)


def _fixed_columns(node: Any) -> set[str]:
    """Return the columns that WHERE sets equal to a constant."""
    where = node.args.get("where")
    if where is None:
        return set()
    condition = where.this
    parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    pairs = [(one.this, one.expression) for one in parts if isinstance(one, exp.EQ)]
    constants = (exp.Literal, exp.Placeholder)
    return {
        column.name.lower()
        for column, constant in pairs
        if isinstance(column, exp.Column) and isinstance(constant, constants)
    }


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
