"""Texts that match a pattern: LIKE and regular expressions."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.scope import Written, emits, only
from freshdb.emulation.postgres.writer import Writer


@emits(exp.Like, exp.ILike, exp.Escape)
def _like(writer: Writer, node: Any) -> Written:
    escape = "'\\'"
    negate = ""
    if isinstance(node, exp.Escape):
        escape, node = writer.text(node.expression), node.this
    only(node, "this", "expression", "negate")
    if node.args.get("negate"):
        negate = "NOT "
    folds = int(isinstance(node, exp.ILike))
    parts = writer.text(node.this), writer.text(node.expression)
    return Written(f"({negate}pg_like({parts[0]}, {parts[1]}, {folds}, {escape}))", "bool")


@emits(exp.RegexpLike, exp.RegexpILike)
def _match(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    folds = int(isinstance(node, exp.RegexpILike))
    parts = writer.text(node.this), writer.text(node.expression)
    return Written(f"pg_match({parts[0]}, {parts[1]}, {folds})", "bool")
