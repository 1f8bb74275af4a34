"""Comparisons: the operators, IN, BETWEEN, IS."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.comparing import compared, together
from freshdb.emulation.postgres.expressions.quantified import quantified, quantifier
from freshdb.emulation.postgres.functions.comparing import is_helped
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, emits, only, refused
from freshdb.emulation.postgres.writer import Writer

_COMPARISONS = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS", exp.NullSafeNEQ: "IS NOT",
}  # fmt: skip


@emits(*_COMPARISONS)
def _comparison(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    sign, right = _COMPARISONS[type(node)], node.expression
    word = quantifier(right)
    if word is not None:
        return Written(quantified(writer, sign, node.this, right, word), "bool")
    if _is_row(node.this) or _is_row(right):
        return Written(_rows(writer, sign, node.this, right), "bool")
    return Written(compared(sign, writer.write(node.this), writer.write(right)), "bool")


def _is_row(node: Any) -> bool:
    is_call = isinstance(node, exp.Anonymous) and str(node.this).upper() == "ROW"
    return isinstance(node, exp.Tuple) or is_call


def _rows(writer: Writer, sign: str, one: Any, other: Any) -> str:
    if not (_is_row(one) and _is_row(other)):
        raise refused("a row that is compared with anything but a row", "compare the columns")
    if len(one.expressions) != len(other.expressions):
        raise PostgresError("42601", "unequal number of entries in row expressions")
    pairs = [
        (writer.write(a), writer.write(b))
        for a, b in zip(one.expressions, other.expressions, strict=True)
    ]
    if sign in ("=", "IS"):
        return "(" + " AND ".join(compared(sign, a, b) for a, b in pairs) + ")"
    if sign in ("<>", "IS NOT"):
        return "(" + " OR ".join(compared(sign, a, b) for a, b in pairs) + ")"
    strict = sign[0]
    (first, last), *_ = reversed(pairs)
    sql = compared(sign, first, last)
    for a, b in reversed(pairs[:-1]):
        sql = f"({compared(strict, a, b)} OR ({compared('=', a, b)} AND {sql}))"
    return sql


@emits(exp.In)
def _in(writer: Writer, node: Any) -> Written:
    only(node, "this", "expressions", "query", "field")
    query, field = node.args.get("query"), node.args.get("field")
    if field is not None:
        if not isinstance(field, exp.Parameter):
            raise PostgresError("42601", "syntax error behind IN")
        return Written(quantified(writer, "=", node.this, field, "any"), "bool")
    if query is None and len(node.expressions) == 1 and isinstance(node.expressions[0], exp.Values):
        (query,) = node.expressions
    if query is not None:
        return Written(_in_query(writer, node.this, query), "bool")
    if _is_row(node.this):
        found = [_rows(writer, "=", node.this, one) for one in node.expressions]
        return Written(f"({' OR '.join(found)})", "bool")
    one = writer.write(node.this)
    kind, parts = together([one, *map(writer.write, node.expressions)], "=")
    if is_helped(kind):
        found = [compared("=", parts[0], part) for part in parts[1:]]
        return Written(f"({' OR '.join(found)})", "bool")
    return Written(f"({parts[0].sql} IN ({', '.join(part.sql for part in parts[1:])}))", "bool")


def _in_query(writer: Writer, node: Any, query: Any) -> str:
    nodes = node.expressions if _is_row(node) else [node]
    given = [writer.write(one) for one in nodes]
    sql, outputs = writer.subquery(query)
    if len(outputs) != len(given):
        word = "many" if len(outputs) > len(given) else "few"
        raise PostgresError("42601", f"subquery has too {word} columns")
    pairs = list(zip(given, outputs, strict=True))
    kinds = [together(list(pair), "=")[0] for pair in pairs]
    names = [f"c{at}" for at in range(len(pairs))]
    if any(kind == "json" for kind in kinds):
        raise PostgresError("42883", "operator does not exist: json = json")
    asked = ", ".join(
        types.collated(types.as_kind(one, kind)) for one, kind in zip(given, kinds, strict=True)
    )
    shown = ", ".join(
        types.collated(types.as_kind(Written(name, one.kind), kind))
        for name, one, kind in zip(names, outputs, kinds, strict=True)
    )
    asked = f"({asked})" if len(pairs) > 1 else asked
    inner = f"WITH q({', '.join(names)}) AS ({sql}) SELECT {shown} FROM q"
    return f"({asked} IN ({inner}))"


@emits(exp.Between)
def _between(writer: Writer, node: Any) -> Written:
    only(node, "this", "low", "high", "symmetric")
    one, low, high = (writer.write(node.args[name]) for name in ("this", "low", "high"))
    found = f"{compared('>=', one, low)} AND {compared('<=', one, high)}"
    if node.args.get("symmetric"):
        found += f" OR {compared('>=', one, high)} AND {compared('<=', one, low)}"
    return Written(f"({found})", "bool")


@emits(exp.Is)
def _is(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "negate")
    word = "IS NOT" if node.args.get("negate") else "IS"
    this, what = node.this, node.expression
    if _is_row(this):
        raise refused("a row behind IS", "ask of each column")
    if isinstance(what, exp.Null):
        return Written(f"({writer.write(this).sql} {word} NULL)", "bool")
    if isinstance(what, exp.Boolean):
        return Written(f"({writer.condition(this)} {word} {int(what.this)})", "bool")
    raise refused(f"IS {what.sql('postgres')}")
