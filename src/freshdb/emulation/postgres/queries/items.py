"""The select list, and the names that the server gives to its columns."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import (
    Written,
    name_of,
    only,
    refused,
)
from freshdb.emulation.postgres.writer import Writer

Items = list[tuple[str, Written]]
"""Of each column of a result the name, and what it is written as."""


def select_list(writer: Writer, node: Any) -> Items:
    """Return the items of a select list, each star as the columns that it means."""
    items: Items = []
    if not node.expressions:
        raise refused("an empty list of columns")
    for one in node.expressions:
        if isinstance(one, exp.Star) or (
            isinstance(one, exp.Column) and isinstance(one.this, exp.Star)
        ):
            items += _star(writer, one)
            continue
        name = name_of(one.args["alias"]) if isinstance(one, exp.Alias) else output_name(one)
        written = writer.write(one.this if isinstance(one, exp.Alias) else one)
        if written.kind == "any":
            raise refused(f"the type of the column {name}")
        items.append((name, written))
    return items


def _star(writer: Writer, node: Any) -> Items:
    only(node, "this", "table")
    table = name_of(node.args["table"]) if node.args.get("table") else None
    return [
        pair
        for source in writer.scope.sources
        if table is None or source.name == table
        for pair in source.columns.items()
    ]


def output_name(node: Any) -> str:
    """Return the name that the server gives to a column of a result."""
    if isinstance(node, exp.Column):
        return name_of(node.this)
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower()
    if isinstance(node, exp.Cast):
        inner = output_name(node.this)
        is_short = node.args["to"].this.name == "VARCHAR"
        kind = "varchar" if is_short else types.type_of(node.args["to"])[0]
        return inner if inner != "?column?" else kind
    if isinstance(node, (exp.Window, exp.Filter, exp.Paren)):
        return output_name(node.this)
    names = {
        exp.CurrentDate: "current_date", exp.CurrentTimestamp: "current_timestamp",
        exp.Extract: "extract", exp.Case: "case", exp.Substring: "substring", exp.Trim: "btrim",
        exp.GroupConcat: "string_agg", exp.Exists: "exists", exp.StrPosition: "position",
        exp.Floor: "floor", exp.Ceil: "ceil", exp.Initcap: "initcap", exp.Boolean: "bool",
        exp.Interval: "interval",
    }  # fmt: skip
    return names.get(type(node), "?column?")
