"""Expressions: each is written with its type, and refused where that is not sure."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.functions.moments import PARTS
from freshdb.emulation.postgres.scope import (
    INTEGERS,
    NUMBERS,
    STAMPS,
    Written,
    emits,
    name_of,
    only,
    quote,
    refused,
)
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Writer

_SIGNS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_COMPARISONS = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS", exp.NullSafeNEQ: "IS NOT",
}  # fmt: skip
_HELPED = ("numeric", "interval", "jsonb")


@emits(exp.Literal)
def _literal(writer: Writer, node: Any) -> Written:
    if node.is_string:
        return Written(quote(node.this), "unknown", literal=node.this)
    return types.number_literal(node.this)


@emits(exp.Null)
def _null(writer: Writer, node: Any) -> Written:
    return Written("NULL", "null")


@emits(exp.Boolean)
def _boolean(writer: Writer, node: Any) -> Written:
    return Written("1" if node.this else "0", "bool")


@emits(exp.Parameter)
def _parameter(writer: Writer, node: Any) -> Written:
    return writer.parameter(int(node.this.name))


@emits(exp.Column)
def _column(writer: Writer, node: Any) -> Written:
    only(node, "this", "table")
    if isinstance(node.this, exp.Star):
        raise refused("a star here")
    table = name_of(node.args["table"]) if node.args.get("table") else ""
    return writer.scope.find(name_of(node.this), table)


@emits(exp.Paren)
def _paren(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    return Written(f"({this.sql})", this.kind, literal=this.literal)


@emits(*_SIGNS)
def _arithmetic(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "typed", "safe")
    sign = _SIGNS[type(node)]
    one, other = writer.write(node.this), writer.write(node.expression)
    moved = _moved(sign, one, other)
    if moved is not None:
        return moved
    kinds = {one.kind, other.kind} - {"unknown", "null"}
    if not kinds or not kinds <= set(NUMBERS):
        raise refused(f"the operator {sign} between {one.kind} and {other.kind}")
    kind, parts = types.settled([one, other], sign)
    return Written(f"pg_calc('{sign}', '{kind}', {parts[0].sql}, {parts[1].sql})", kind)


def _moved(sign: str, one: Written, other: Written) -> Written | None:
    """Return what dates, timestamps and intervals add up to; None for anything else."""
    if sign == "+" and other.kind in STAMPS and one.kind not in STAMPS:
        one, other = other, one
    if one.kind not in STAMPS or sign not in "+-":
        return None
    if other.kind == "unknown":
        raise refused(
            f"a mere text beside {one.kind}", "write its type before it: INTERVAL '1 day'"
        )
    if other.kind == "interval":
        kind = "timestamp" if one.kind == "date" else one.kind
        number = "1" if sign == "+" else "-1"
        return Written(f"pg_add_interval({one.sql}, {other.sql}, {number})", kind)
    if one.kind == "date" and other.kind in INTEGERS:
        return Written(f"pg_add_days({one.sql}, {'-' if sign == '-' else ''}({other.sql}))", "date")
    if one.kind == other.kind == "date" and sign == "-":
        return Written(f"pg_days_between({one.sql}, {other.sql})", "int4")
    if other.kind in STAMPS and sign == "-":
        return Written(f"pg_between_stamps({one.sql}, {other.sql})", "interval")
    return None


@emits(exp.Neg)
def _negative(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    if this.kind not in NUMBERS:
        raise refused(f"the sign before {this.kind}")
    if this.kind == "int8" and this.sql == str(2**63):
        return Written(f"-{this.sql}", "int8")
    return Written(f"pg_neg('{this.kind}', {this.sql})", this.kind)


# Comparisons


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
    only(node, "this", "expression")
    this, what = writer.write(node.this), node.expression
    if isinstance(what, exp.Null):
        return Written(f"({this.sql} IS NULL)", "bool")
    if isinstance(what, exp.Boolean):
        return Written(f"({writer.condition(node.this)} IS {int(what.this)})", "bool")
    raise refused(f"IS {what.sql('postgres')}")


@emits(exp.And, exp.Or)
def _logic(writer: Writer, node: Any) -> Written:
    word = "AND" if isinstance(node, exp.And) else "OR"
    parts = writer.condition(node.this), writer.condition(node.expression)
    return Written(f"({parts[0]} {word} {parts[1]})", "bool")


@emits(exp.Not)
def _not(writer: Writer, node: Any) -> Written:
    return Written(f"(NOT {writer.condition(node.this)})", "bool")


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


@emits(exp.Exists)
def _exists(writer: Writer, node: Any) -> Written:
    return Written(f"EXISTS ({writer.subquery(node.this)[0]})", "bool")


@emits(exp.Subquery)
def _subquery(writer: Writer, node: Any) -> Written:
    only(node, "this")
    sql, outputs = writer.subquery(node.this)
    if len(outputs) != 1:
        raise PostgresError("42601", "subquery must return only one column")
    return Written(f"({writer.single(sql)})", outputs[0].kind)


# Values


@emits(exp.DPipe)
def _joined(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "safe")
    one, other = writer.write(node.this), writer.write(node.expression)
    if "text" not in (one.kind, other.kind) and "unknown" not in (one.kind, other.kind):
        raise refused(f"|| between {one.kind} and {other.kind}")
    if {"json", "jsonb"} & {one.kind, other.kind}:
        raise refused("|| of JSON")
    parts = [types.as_kind(part, "text").sql for part in (one, other)]
    return Written(f"({parts[0]} || {parts[1]})", "text")


@emits(exp.Cast)
def _cast(writer: Writer, node: Any) -> Written:
    only(node, "this", "to")
    this = writer.write(node.this)
    kind, numbers = types.type_of(node.args["to"])
    if this.kind == "null":
        return Written("NULL", kind)
    if this.kind == kind and not numbers:
        return Written(this.sql, kind)
    more = "".join(f", {number}" for number in numbers)
    return Written(f"pg_cast({this.sql}, '{this.kind}', '{kind}'{more})", kind)


@emits(exp.Interval)
def _interval(writer: Writer, node: Any) -> Written:
    only(node, "this", "unit")
    if not isinstance(node.this, exp.Literal):
        raise refused("an INTERVAL that is not a constant", "multiply in Python, and bind it")
    unit = f" {node.args['unit'].name}" if node.args.get("unit") else ""
    return Written(f"pg_cast({quote(node.this.this + unit)}, 'unknown', 'interval')", "interval")


@emits(exp.Case)
def _case(writer: Writer, node: Any) -> Written:
    only(node, "this", "ifs", "default")
    base = writer.write(node.this) if node.this is not None else None
    conditions = [
        writer.condition(one.this) if base is None else compared("=", base, writer.write(one.this))
        for one in node.args["ifs"]
    ]
    default = node.args.get("default")
    found = [writer.write(one.args["true"]) for one in node.args["ifs"]]
    found.append(writer.write(default) if default is not None else Written("NULL", "null"))
    kind, parts = types.settled(found, "CASE")
    body = " ".join(
        f"WHEN {condition} THEN {part.sql}"
        for condition, part in zip(conditions, parts, strict=False)
    )
    return Written(f"CASE {body} ELSE {parts[-1].sql} END", kind)


@emits(exp.CurrentDate)
def _today(writer: Writer, node: Any) -> Written:
    return Written("pg_now('date')", "date")


@emits(exp.CurrentTimestamp)
def _now(writer: Writer, node: Any) -> Written:
    only(node)
    return Written("pg_now('timestamp')", "timestamptz")


@emits(exp.Localtimestamp)
def _local(writer: Writer, node: Any) -> Written:
    only(node)
    return Written("pg_now('timestamp')", "timestamp")


@emits(exp.Extract)
def _extract(writer: Writer, node: Any) -> Written:
    return part_of(node.this.name.lower(), writer.write(node.expression))


def part_of(unit: str, value: Written) -> Written:
    """Return a part of a date or timestamp."""
    clock = unit in ("hour", "minute", "second")
    if unit not in PARTS or value.kind not in STAMPS or (clock and value.kind == "date"):
        raise refused(f"the {unit} of {value.kind}")
    scale = {"second": 6, "epoch": 6}.get(unit) if value.kind != "date" else None
    sql = f"pg_part('{unit}', {value.sql})"
    if unit == "epoch" and scale is None:
        sql = f"pg_cast({sql}, 'numeric', 'numeric', 40, 0)"
    return Written(sql, "numeric")


# JSON


@emits(exp.JSONExtract, exp.JSONExtractScalar)
def _arrow(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "only_json_types")
    this = writer.write(node.this)
    steps = node.expression
    if this.kind not in ("json", "jsonb") or not isinstance(steps, exp.JSONPath):
        raise refused(f"-> on {this.kind}")
    last = steps.expressions[-1]
    if len(steps.expressions) != 2 or not isinstance(
        last, (exp.JSONPathKey, exp.JSONPathSubscript)
    ):
        raise refused(f"the path {steps.sql('postgres')}")
    key = quote(str(last.this)) if isinstance(last, exp.JSONPathKey) else str(int(last.this))
    as_text = int(isinstance(node, exp.JSONExtractScalar))
    sql = f"pg_json_get({this.sql}, {key}, '{this.kind}', {as_text})"
    return Written(sql, "text" if as_text else this.kind)


@emits(exp.JSONBExtract, exp.JSONBExtractScalar)
def _path(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    this, path = writer.write(node.this), writer.write(node.expression)
    if this.kind not in ("json", "jsonb") or path.literal is None:
        raise refused(f"#> on {this.kind}")
    as_text = int(isinstance(node, exp.JSONBExtractScalar))
    sql = f"pg_json_path({this.sql}, {path.sql}, '{this.kind}', {as_text})"
    return Written(sql, "text" if as_text else this.kind)


@emits(exp.ArrayContainsAll, exp.JSONBContainsTopKey)
def _contains(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    this = writer.write(node.this)
    if this.kind != "jsonb":
        raise refused(f"@> or ? on {this.kind}")
    if isinstance(node, exp.JSONBContainsTopKey):
        return Written(f"pg_json_has({this.sql}, {writer.text(node.expression)})", "bool")
    other = types.as_kind(writer.write(node.expression), "jsonb")
    return Written(f"pg_json_contains({this.sql}, {other.sql})", "bool")


@emits(exp.AtTimeZone)
def _at_time_zone(writer: Writer, node: Any) -> Written:
    """Write AT TIME ZONE 'UTC': both kinds of timestamps are kept as UTC has them."""
    zone = node.args["zone"]
    if not isinstance(zone, exp.Literal) or zone.this.upper() not in ("UTC", "GMT"):
        raise refused("AT TIME ZONE but of UTC", "write AT TIME ZONE 'UTC', and shift in Python")
    this = writer.write(node.this)
    turned = {"timestamp": "timestamptz", "timestamptz": "timestamp"}.get(this.kind)
    if turned is None:
        raise refused(f"AT TIME ZONE of {this.kind}", "cast it to timestamp or timestamptz")
    return Written(this.sql, turned)
