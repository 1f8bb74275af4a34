"""Comparisons with ANY and ALL: of arrays, bound lists, and queries."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.comparing import together
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, refused
from freshdb.emulation.postgres.writer import Writer


def quantifier(node: Any) -> str | None:
    """Return whether a node is ANY or ALL of something; None for others."""
    if isinstance(node, (exp.Any, exp.All)):
        return "any" if isinstance(node, exp.Any) else "all"
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    return {"any": "any", "some": "any", "all": "all"}.get(name)


def inner_of(node: Any) -> Any:
    """Return what ANY or ALL is of."""
    if isinstance(node, exp.Anonymous):
        (node,) = node.expressions
        return node
    if isinstance(node, (exp.Any, exp.All)):
        node = node.this
    return node.this if isinstance(node, exp.Paren) else node


def quantified(writer: Writer, sign: str, left: Any, right: Any, word: str) -> str:
    """Return `left sign ANY(right)`, or ALL."""
    if sign.startswith("IS"):
        raise PostgresError("42601", f"syntax error at or near {word.upper()}")
    one, inner = writer.write(left), inner_of(right)
    if isinstance(inner, (exp.Query, exp.Subquery)):
        if (sign, word) not in (("=", "any"), ("<>", "all")):
            raise refused(
                f"{sign} {word.upper()} (SELECT …)", "write it with MIN or MAX, or EXISTS"
            )
        negated = "NOT " if word == "all" else ""
        return f"({negated}{writer.write(exp.In(this=left, query=inner)).sql})"
    kind, listed = elements(writer, one, inner)
    return f"pg_{word}('{kind}', '{sign}', {types.as_kind(one, kind).sql}, {listed})"


def elements(writer: Writer, one: Written, node: Any) -> tuple[str, str]:
    """Return what an array is made of, and it, both as they are compared with a value."""
    listed = writer.write(node)
    inner = types.element(listed.kind)
    if listed.kind in ("unknown", "null"):
        inner = "text" if one.kind in ("unknown", "null") else one.kind
    if inner is None:
        raise PostgresError("42809", "op ANY/ALL (array) requires array on right side")
    kind, _ = together([one, Written("", inner)], "=")
    return kind, types.as_kind(listed, f"{kind}[]").sql
