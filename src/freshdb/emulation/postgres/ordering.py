"""Where NULLs are in an order, and the items that numbers in it mean."""

from __future__ import annotations

from typing import Any

from sqlglot import exp


def with_nulls(sql: str, node: Any, *, descends: Any) -> str:
    """Return a key of ORDER BY with its direction, and with where NULL goes."""
    first = node.args.get("nulls_first")
    text = node.sql("postgres").upper()
    says_first, says_last = text.endswith("NULLS FIRST"), text.endswith("NULLS LAST")
    at_first = says_first or (bool(descends) and not says_last) if first is not None else descends
    word = " DESC" if descends else ""
    return f"{sql}{word} NULLS {'FIRST' if at_first else 'LAST'}"


def position_of(node: Any) -> int | None:
    """Return the place in the select list that a key names by its number; None for others."""
    is_number = isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit()
    return int(node.this) if is_number else None
