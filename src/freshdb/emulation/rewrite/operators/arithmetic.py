"""Calculations with numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation.nodes import Shift
from freshdb.emulation.rewrite.literals import number_literal
from freshdb.emulation.rewrite.operators.intervals import shifted
from freshdb.emulation.rewrite.operators.number_types import number_kind, result_type
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, DOUBLE, INT, NULL, SqlType

_ARITHMETIC = {
    exp.Add: "my_add",
    exp.Sub: "my_sub",
    exp.Mul: "my_mul",
    exp.Div: "my_div",
    exp.IntDiv: "my_intdiv",
    exp.Mod: "my_mod",
}


@emits(*_ARITHMETIC)
def _arithmetic(writer: Writer, node: Any) -> Written:
    function = _ARITHMETIC[type(node)]
    left, right = node.this, node.args["expression"]
    if isinstance(right, Shift) and function in ("my_add", "my_sub"):
        return shifted(writer, left, right, subtract=function == "my_sub")
    if isinstance(left, Shift) and function == "my_add":
        return shifted(writer, right, left)
    one, other = writer.write(left), writer.write(right)
    kind = result_type(function, one, other)
    first, second = _operand(one), _operand(other)
    sql = f"{function}({first}, {second})"
    wide = sql if one.wide or other.wide else None
    if function == "my_div" and kind.kind == "decimal" and kind.scale is not None:
        wide = f"my_div_wide({first}, {second})"
    if wide and kind.kind == "decimal" and kind.scale is not None:
        sql = f"my_cast_decimal({wide}, 65, {kind.scale})"
    else:
        wide = None
    has_aggregate = one.has_aggregate or other.has_aggregate
    return Written(sql, kind, has_aggregate=has_aggregate, wide=wide)


def _operand(one: Written) -> str:
    """Return an operand; years and bits have no sign, and no difference of them has."""
    return f"my_typed({one.sql}, 'uint')" if one.kind in ("year", "bit") else one.exact


@emits(exp.Neg)
def _negative(writer: Writer, node: Any) -> Written:
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        return number_literal("-" + node.this.this)
    this = writer.write(node.this)
    kind = number_kind(this)
    types = {"int": INT, "uint": ANY, "double": DOUBLE, "null": NULL, "any": ANY}
    found = types.get(kind) or replace(this.type if this.kind == "decimal" else SqlType("decimal"))
    wide = f"my_neg({this.wide})" if this.wide else None
    sql = f"my_neg({this.number})"
    return Written(sql, found, has_aggregate=this.has_aggregate, wide=wide)
