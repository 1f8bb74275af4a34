"""Calculations with numbers, dates and intervals; texts joined."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import (
    INTEGERS,
    NUMBERS,
    STAMPS,
    Written,
    emits,
    only,
    refused,
)
from freshdb.emulation.postgres.writer import Writer

_SIGNS = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}


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
