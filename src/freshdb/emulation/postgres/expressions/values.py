"""Constants, parameters, columns, and what CAST makes of them."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.problems import PostgresError
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
    kind, numbers = types.type_of(node.args["to"])
    if isinstance(node.this, exp.Array) and types.element(kind):
        return array_of(writer, node.this, kind[:-2])
    this = writer.write(node.this)
    if not types.can_cast(this.kind, kind):
        if "any" in this.kind:
            raise refused("a column of a type that is not known")
        text = f"cannot cast type {types.shown(this.kind)} to {types.shown(kind)}"
        raise PostgresError("42846", text)
    return types.as_kind(this, kind, *numbers)


def array_of(writer: Writer, node: Any, kind: str | None = None) -> Written:
    """Return ARRAY[…], of a type where a cast says it."""
    parts = [writer.write(one) for one in node.expressions]
    if any(types.element(one.kind) for one in parts):
        raise refused("an array of arrays", "use jsonb")
    if kind is None:
        if not parts:
            raise PostgresError("42P18", "cannot determine type of empty array")
        kind = types.shared(parts, "ARRAY")
    listed = ", ".join(types.as_kind(one, kind).sql for one in parts)
    return Written(f"pg_array({listed})", f"{kind}[]")


@emits(exp.Array)
def _array(writer: Writer, node: Any) -> Written:
    return array_of(writer, node)


@emits(exp.Bracket)
def _subscript(writer: Writer, node: Any) -> Written:
    only(node, "this", "expressions", "offset")
    if isinstance(node.this, exp.Cast):
        raise PostgresError("42601", "syntax error at or near the subscript of a cast")
    this = writer.write(node.this)
    if len(node.expressions) != 1:
        raise refused("a subscript of several values", "use jsonb")
    (place,) = node.expressions
    if this.kind == "jsonb" and not isinstance(place, exp.Slice):
        key = writer.write(place)
        if key.kind not in ("text", "unknown", "int4"):
            raise refused(f"a subscript of {key.kind}")
        return Written(f"pg_json_get({this.sql}, {key.sql}, 'jsonb', 0)", "jsonb")
    inner = types.element(this.kind)
    if inner is None:
        text = f"cannot subscript type {types.shown(this.kind)} because it does not support"
        raise PostgresError("42804", text)
    if isinstance(place, exp.Slice):
        ends = [
            writer.integer(place.args[name]) if place.args.get(name) is not None else default
            for name, default in (("this", "1"), ("expression", "2147483647"))
        ]
        return Written(f"pg_array_slice({this.sql}, {', '.join(ends)})", this.kind)
    return Written(f"pg_array_at({this.sql}, {writer.integer(place)})", inner)


@emits(exp.Collate)
def _collate(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    if this.kind not in ("text", "unknown", "null"):
        text = f"collations are not supported by type {types.shown(this.kind)}"
        raise PostgresError("42804", text)
    if str(node.expression.name) not in ("C", "POSIX", "default"):
        raise refused(f"COLLATE {node.expression.sql()}", 'texts sort as by COLLATE "C"')
    return types.as_kind(this, "text")


@emits(exp.Concat)
def _adjacent(writer: Writer, node: Any) -> Written:
    raise refused("a constant in several parts", "write it as one")


@emits(exp.Interval)
def _interval(writer: Writer, node: Any) -> Written:
    only(node, "this", "unit", "fraction_in_string")
    if not isinstance(node.this, exp.Literal):
        raise refused("an INTERVAL that is not a constant", "multiply in Python, and bind it")
    unit = f" {node.args['unit'].name}" if node.args.get("unit") else ""
    text = node.this.this + unit
    return types.as_kind(Written(quote(text), "unknown", literal=text), "interval")
