"""Texts that match a pattern: LIKE and regular expressions."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.expressions.quantified import elements, inner_of, quantifier
from freshdb.emulation.postgres.problems import PostgresError
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
    word = quantifier(node.expression)
    if word is not None:
        kind, listed = elements(writer, writer.write(node.this), inner_of(node.expression))
        if kind != "text":
            raise PostgresError("42883", f"operator does not exist: {types.shown(kind)} ~~ text")
        value = types.as_kind(writer.write(node.this), "text").sql
        body = f"pg_like_{word}({value}, {listed}, {folds}, {int(bool(negate))})"
        return Written(body, "bool")
    parts = writer.text(node.this), writer.text(node.expression)
    return Written(f"({negate}pg_like({parts[0]}, {parts[1]}, {folds}, {escape}))", "bool")


@emits(exp.SimilarTo)
def _similar(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    parts = writer.text(node.this), writer.text(node.expression)
    return Written(f"pg_similar({parts[0]}, {parts[1]})", "bool")


@emits(exp.RegexpLike, exp.RegexpILike)
def _match(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    folds = int(isinstance(node, exp.RegexpILike))
    parts = writer.text(node.this), writer.text(node.expression)
    return Written(f"pg_match({parts[0]}, {parts[1]}, {folds})", "bool")
