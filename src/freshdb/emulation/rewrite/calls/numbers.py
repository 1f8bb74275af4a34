"""Functions of numbers that keep all digits of a quotient."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation.rewrite.calls.by_name import arguments_of, by_name, special
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import NOTHING, Written


@special("MOD")
def _remainder(writer: Writer, node: Any) -> Written:
    """Write MOD(a, b), which is a % b."""
    if len(node.expressions) != 2:
        return by_name(writer, "MOD", node)
    first, second = node.expressions
    return writer.write(exp.Mod(this=first, expression=second))


@special("RAND")
def _random(writer: Writer, node: Any) -> Written:
    """Write RAND(seed): calls with a constant go on with their own series from row to row."""
    found = by_name(writer, "RAND", node)
    if len(node.expressions) != 1:
        return found
    (seed,) = arguments_of(writer, node)
    if seed.literal is NOTHING and not isinstance(node.expressions[0], exp.Placeholder):
        return found
    return replace(found, sql=f"{found.sql[:-1]}, '{writer.new_name()}')")


@special("ABS")
def _absolute(writer: Writer, node: Any) -> Written:
    found = by_name(writer, "ABS", node)
    (one,) = arguments_of(writer, node)
    if one.wide is None or one.kind != "decimal" or one.type.scale is None:
        return found
    wide = f"my_abs({one.wide})"
    sql = f"my_cast_decimal({wide}, 65, {one.type.scale})"
    return replace(found, sql=sql, wide=wide, type=one.type)
