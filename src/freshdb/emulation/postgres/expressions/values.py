"""Constants, parameters, columns, and what CAST makes of them."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import Written, emits, name_of, only, quote, refused
from freshdb.emulation.postgres.writer import Writer


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
