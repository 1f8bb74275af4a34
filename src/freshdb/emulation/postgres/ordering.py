"""Where NULLs are in an order, and the items that numbers in it mean."""

from __future__ import annotations

from typing import Any

from sqlglot import exp


def direction_of(node: Any) -> tuple[bool, bool]:
    """Return whether a key of ORDER BY descends, and whether NULL comes first."""
    descends = bool(node.args.get("desc"))
    text = node.sql("postgres").upper()
    if text.endswith("NULLS FIRST"):
        return descends, True
    return descends, descends and not text.endswith("NULLS LAST")


def with_nulls(sql: str, node: Any, *, descends: Any) -> str:
    """Return a key of ORDER BY with its direction, and with where NULL goes."""
    _, first = direction_of(node)
    word = " DESC" if descends else ""
    return f"{sql}{word} NULLS {'FIRST' if first else 'LAST'}"


def position_of(node: Any) -> int | None:
    """Return the place in the select list that a key names by its number; None for others."""
    is_number = isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit()
    return int(node.this) if is_number else None
