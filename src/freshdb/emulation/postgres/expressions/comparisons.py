"""Comparisons: the operators, ANY, IN, BETWEEN, IS."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import Written, emits, only, refused
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Writer

_COMPARISONS = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS", exp.NullSafeNEQ: "IS NOT",
}  # fmt: skip
_HELPED = ("numeric", "interval", "jsonb")


def compared(sign: str, one: Written, other: Written) -> str:
    """Return a comparison of two values."""
    if "null" in (one.kind, other.kind):
        return f"({one.sql} {sign} {other.sql})"
    kind, parts = types.settled([one, other], "comparison")
    if kind == "json" or (kind in ("jsonb", "bytea") and sign not in ("=", "<>")):
        raise refused(f"the operator {sign} on {kind}")
    if kind not in _HELPED:
        return f"({parts[0].sql} {sign} {parts[1].sql})"
    if sign.startswith("IS"):
        raise refused(f"IS DISTINCT FROM on {kind}")
    return f"(pg_compare('{kind}', {parts[0].sql}, {parts[1].sql}) {sign} 0)"


@emits(*_COMPARISONS)
def _comparison(writer: Writer, node: Any) -> Written:
    sign, right = _COMPARISONS[type(node)], node.expression
    one = writer.write(node.this)
    if isinstance(right, exp.Any) and sign == "=":
        return Written(_any(writer, one, right), "bool")
    return Written(compared(sign, one, writer.write(right)), "bool")


def _any(writer: Writer, one: Written, node: Any) -> str:
    inner = node.this.this if isinstance(node.this, exp.Paren) else node.this
    if isinstance(inner, exp.Array):
        parts = [writer.write(item) for item in inner.expressions]
    elif isinstance(inner, exp.Parameter):
        parts = writer.listed(int(inner.this.name))
    else:
        raise refused("ANY of anything but an ARRAY[…] or a list that is bound")
    return "(" + " OR ".join([compared("=", one, part) for part in parts] or ["0"]) + ")"


@emits(exp.In)
def _in(writer: Writer, node: Any) -> Written:
    only(node, "this", "expressions", "query")
    one = writer.write(node.this)
    query = node.args.get("query")
    if query is not None:
        sql, outputs = writer.subquery(query)
        if len(outputs) != 1:
            raise PostgresError("42601", "subquery has too many columns")
        kind = types.shared([one, outputs[0]], "IN")
        if kind in _HELPED or outputs[0].kind != kind:
            raise refused(f"IN (SELECT …) of {kind}", "write it as a join")
        return Written(f"({types.as_kind(one, kind).sql} IN ({sql}))", "bool")
    kind, parts = types.settled([one, *map(writer.write, node.expressions)], "IN")
    if kind in _HELPED:
        return Written(
            "(" + " OR ".join(compared("=", parts[0], part) for part in parts[1:]) + ")", "bool"
        )
    return Written(f"({parts[0].sql} IN ({', '.join(part.sql for part in parts[1:])}))", "bool")


@emits(exp.Between)
def _between(writer: Writer, node: Any) -> Written:
    only(node, "this", "low", "high")
    one, low, high = (writer.write(node.args[name]) for name in ("this", "low", "high"))
    return Written(f"({compared('>=', one, low)} AND {compared('<=', one, high)})", "bool")


@emits(exp.Is)
def _is(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "negate")
    word = "IS NOT" if node.args.get("negate") else "IS"
    this, what = writer.write(node.this), node.expression
    if isinstance(what, exp.Null):
        return Written(f"({this.sql} {word} NULL)", "bool")
    if isinstance(what, exp.Boolean):
        return Written(f"({writer.condition(node.this)} {word} {int(what.this)})", "bool")
    raise refused(f"IS {what.sql('postgres')}")
