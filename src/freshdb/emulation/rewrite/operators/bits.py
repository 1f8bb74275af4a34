"""Calculations with bits."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import UINT

_BITS = {
    exp.BitwiseAnd: "my_bitand",
    exp.BitwiseOr: "my_bitor",
    exp.BitwiseXor: "my_bitxor",
    exp.BitwiseLeftShift: "my_shl",
    exp.BitwiseRightShift: "my_shr",
}


@emits(*_BITS)
def _bits(writer: Writer, node: Any) -> Written:
    left, right = writer.write(node.this), writer.write(node.args["expression"])
    sql = f"{_BITS[type(node)]}({left.number}, {right.number})"
    return Written(sql, UINT, has_aggregate=left.has_aggregate or right.has_aggregate)


@emits(exp.BitwiseNot)
def _bit_not(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    return Written(f"my_bitnot({this.number})", UINT, has_aggregate=this.has_aggregate)
