"""Calculations with numbers; what `-` and `||` mean is decided by the types."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.expressions.arrays import no_operator
from freshdb.emulation.postgres.expressions.moved import moved
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import INTEGERS, NUMBERS, Written, emits, only, refused
from freshdb.emulation.postgres.writer import Writer

_SIGNS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


@emits(*_SIGNS)
def _arithmetic(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "typed", "safe")
    sign = _SIGNS[type(node)]
    one, other = writer.write(node.this), writer.write(node.expression)
    found = moved(sign, one, other)
    if found is None and sign == "-" and one.kind == "jsonb":
        found = _without(one, other)
    if found is not None:
        return found
    kinds = {one.kind, other.kind} - {"unknown", "null"}
    if any("any" in kind for kind in kinds):
        raise refused("a column of a type that is not known")
    if not kinds:
        raise PostgresError("42725", f"operator is not unique: unknown {sign} unknown")
    if not kinds <= set(NUMBERS):
        raise no_operator(one, sign, other)
    kind, parts = types.settled([one, other], sign)
    if sign == "%" and kind == "float8":
        raise no_operator(one, sign, other)
    return Written(f"pg_calc('{sign}', '{kind}', {parts[0].sql}, {parts[1].sql})", kind)


def _without(one: Written, other: Written) -> Written:
    """Return `jsonb - key`: of an object a key, of a list a place, or several keys."""
    if other.kind in ("int2", "int4"):
        return Written(f"pg_json_without({one.sql}, {other.sql})", "jsonb")
    if other.kind in ("text", "unknown", "null"):
        return Written(f"pg_json_without({one.sql}, {types.as_kind(other, 'text').sql})", "jsonb")
    if other.kind == "text[]":
        return Written(f"pg_json_without_keys({one.sql}, {other.sql})", "jsonb")
    raise no_operator(one, "-", other)


@emits(exp.Neg)
def _negative(writer: Writer, node: Any) -> Written:
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return types.number_literal(f"-{node.this.this}")
    this = writer.write(node.this)
    if this.kind == "interval":
        return Written(f"pg_interval_times({this.sql}, '-1')", "interval")
    if this.kind not in NUMBERS:
        text = f"operator does not exist: - {types.shown(this.kind)}"
        raise PostgresError("42883" if this.kind != "unknown" else "42725", text)
    return Written(f"pg_neg('{this.kind}', {this.sql})", this.kind)


@emits(exp.DPipe)
def _joined(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "safe")
    one, other = writer.write(node.this), writer.write(node.expression)
    if types.element(one.kind) or types.element(other.kind):
        return _lists(one, other)
    if "jsonb" in (one.kind, other.kind):
        if not {one.kind, other.kind} <= {"jsonb", "unknown", "null"}:
            if {one.kind, other.kind} == {"jsonb", "text"}:
                raise refused("|| of text and jsonb", "cast the jsonb to text")
            raise no_operator(one, "||", other)
        parts = [types.as_kind(part, "jsonb").sql for part in (one, other)]
        return Written(f"pg_json_join({parts[0]}, {parts[1]})", "jsonb")
    if not {"text", "unknown"} & {one.kind, other.kind}:
        raise no_operator(one, "||", other)
    parts = [types.as_kind(part, "text").sql for part in (one, other)]
    return Written(f"({parts[0]} || {parts[1]})", "text")


def _lists(one: Written, other: Written) -> Written:
    mine, theirs = types.element(one.kind), types.element(other.kind)
    kind = mine or theirs or ""
    if mine and theirs:
        if mine != theirs:
            kind = types.shared([Written("", mine), Written("", theirs)], "array")
        parts = [types.as_kind(part, f"{kind}[]").sql for part in (one, other)]
        return Written(f"pg_array_join({parts[0]}, {parts[1]})", f"{kind}[]")
    single = other if mine else one
    if single.kind in ("unknown", "null"):
        single = types.as_kind(single, f"{kind}[]")
        parts = [one.sql, single.sql] if mine else [single.sql, other.sql]
        return Written(f"pg_array_join({parts[0]}, {parts[1]})", f"{kind}[]")
    if not types.is_implicit(single.kind, kind):
        raise no_operator(one, "||", other)
    element = types.as_kind(single, kind).sql
    if mine:
        return Written(f"pg_array_append({one.sql}, {element})", f"{kind}[]")
    return Written(f"pg_array_prepend({element}, {other.sql})", f"{kind}[]")


_BITS = {
    exp.BitwiseAnd: "&", exp.BitwiseOr: "|", exp.BitwiseXor: "#",
    exp.BitwiseLeftShift: "<<", exp.BitwiseRightShift: ">>",
}  # fmt: skip


@emits(*_BITS)
def _bits(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    sign = _BITS[type(node)]
    one, other = writer.write(node.this), writer.write(node.expression)
    if sign in ("<<", ">>"):
        if one.kind not in INTEGERS or other.kind not in ("int2", "int4"):
            raise no_operator(one, sign, other)
        return Written(f"pg_bits('{sign}', '{one.kind}', {one.sql}, {other.sql})", one.kind)
    if not {one.kind, other.kind} & set(INTEGERS):
        raise no_operator(one, sign, other)
    kind, parts = types.settled([one, other], "operator")
    if kind not in INTEGERS:
        raise no_operator(one, sign, other)
    return Written(f"pg_bits('{sign}', '{kind}', {parts[0].sql}, {parts[1].sql})", kind)


@emits(exp.BitwiseNot)
def _bit_not(writer: Writer, node: Any) -> Written:
    one = writer.write(node.this)
    if one.kind not in INTEGERS:
        raise PostgresError("42883", f"operator does not exist: ~ {types.shown(one.kind)}")
    return Written(f"(~{one.sql})", one.kind)


@emits(exp.Pow)
def _power(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    return power(writer.write(node.this), writer.write(node.expression))


def power(one: Written, other: Written) -> Written:
    """Return `one ^ other`: of numerics where one is, else of doubles."""
    kinds = {one.kind, other.kind} - {"unknown", "null"}
    if not kinds <= set(NUMBERS):
        raise no_operator(one, "^", other)
    kind = "numeric" if "numeric" in kinds and "float8" not in kinds else "float8"
    parts = [types.as_kind(part, kind).sql for part in (one, other)]
    return Written(f"pg_power('{kind}', {parts[0]}, {parts[1]})", kind)


@emits(exp.Sqrt, exp.Cbrt)
def _root(writer: Writer, node: Any) -> Written:
    one = types.as_kind(writer.number(node.this), "float8").sql
    name = "sqrt" if isinstance(node, exp.Sqrt) else "cbrt"
    return Written(f"pg_float('{name}', {one})", "float8")
