"""Row constructors: `(1, 2)`, `ROW(1, 2)`."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.nodes import Call


def row_of(node: Any) -> list[Any] | None:
    """Return the values of a row constructor; None for anything else."""
    if isinstance(node, exp.Tuple):
        return list(node.expressions)
    if isinstance(node, Call) and node.this == "ROW":
        return list(node.expressions)
    if isinstance(node, exp.Paren):
        return row_of(node.this)
    return None
