"""The names that the server gives to columns of a result that have none."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import name_of

_UNNAMED = "?column?"
_NAMES = {
    exp.CurrentDate: "current_date", exp.CurrentTimestamp: "current_timestamp",
    exp.Localtimestamp: "localtimestamp", exp.Extract: "extract", exp.Substring: "substring",
    exp.GroupConcat: "string_agg", exp.Exists: "exists", exp.StrPosition: "position",
    exp.Floor: "floor", exp.Ceil: "ceil", exp.Initcap: "initcap", exp.Array: "array",
    exp.AtTimeZone: "timezone", exp.Overlay: "overlay", exp.Overlaps: "overlaps",
    exp.CurrentUser: "current_user", exp.SessionUser: "session_user", exp.Tuple: "row",
}  # fmt: skip
_TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}


def output_name(node: Any) -> str:
    """Return the name that the server gives to a column of a result."""
    return _name(node)[0]


def _name(node: Any) -> tuple[str, bool]:
    """Return a name, and whether a cast around it leaves it as it is."""
    if isinstance(node, exp.Column):
        return name_of(node.this), True
    if isinstance(node, exp.Dot):
        return name_of(node.expression), True
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower(), True
    if isinstance(node, exp.Cast):
        inner, stays = _name(node.this)
        return (inner, True) if stays else (_type_name(node.args["to"]), False)
    if isinstance(node, exp.Interval):
        return "interval", False
    if isinstance(node, (exp.Window, exp.Filter, exp.Paren, exp.Bracket, exp.Collate)):
        return _name(node.this)
    if isinstance(node, exp.WithinGroup):
        return _name(node.this)
    if isinstance(node, exp.Case):
        default = node.args.get("default")
        found, stays = _name(default) if default is not None else (_UNNAMED, False)
        return (found, True) if stays else ("case", False)
    if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Select):
        one = node.this.expressions[0]
        if isinstance(one, exp.Alias):
            return name_of(one.args["alias"]), True
        return _name(one)[0], True
    if isinstance(node, exp.Trim):
        return _TRIMS.get(node.args.get("position") or "", "btrim"), True
    known = _NAMES.get(type(node))
    return (known, True) if known else (_UNNAMED, False)


def _type_name(node: Any) -> str:
    name = getattr(node.this, "name", "")
    if name == "ARRAY":
        return _type_name(node.expressions[0])
    return "varchar" if name == "VARCHAR" else types.type_of(node)[0]
