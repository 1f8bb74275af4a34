"""Calls of functions of arrays."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call, no_function, plain
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, refused
from freshdb.emulation.postgres.writer import Writer

plain("array_length", "any[] int4", "int4")
plain("array_upper", "any[] int4", "int4", "pg_array_length(")
plain("array_lower", "any[] int4", "int4")
plain("cardinality", "any[]", "int4")


def _together(name: str, one: Written, other: Written) -> tuple[str, Written, Written]:
    """Return what both are made of, an array and an element of it."""
    inner = types.element(one.kind)
    if one.kind in ("unknown", "null") and other.kind not in ("unknown", "null"):
        inner = other.kind
    if inner is None:
        raise no_function(name, [one, other])
    if not types.is_implicit(other.kind, inner):
        if not types.is_implicit(inner, other.kind):
            raise no_function(name, [one, other])
        inner = other.kind
    return inner, types.as_kind(one, f"{inner}[]"), types.as_kind(other, inner)


def _with_element(name: str, kind: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        one, other = map(writer.write, arguments)
        inner, array, element = _together(name, one, other)
        gives = f"{inner}[]" if kind == "same" else kind
        return Written(f"pg_{name}('{inner}', {array.sql}, {element.sql})", gives)


_with_element("array_position", "int4")
_with_element("array_positions", "int4[]")
_with_element("array_remove", "same")


@call("array_append")
def _append(writer: Writer, arguments: list[Any]) -> Written:
    one, other = map(writer.write, arguments)
    inner, array, element = _together("array_append", one, other)
    return Written(f"pg_array_append({array.sql}, {element.sql})", f"{inner}[]")


@call("array_prepend")
def _prepend(writer: Writer, arguments: list[Any]) -> Written:
    other, one = map(writer.write, arguments)
    inner, array, element = _together("array_prepend", one, other)
    return Written(f"pg_array_prepend({element.sql}, {array.sql})", f"{inner}[]")


@call("array_cat")
def _cat(writer: Writer, arguments: list[Any]) -> Written:
    parts = [writer.write(one) for one in arguments]
    kinds = {one.kind for one in parts} - {"unknown", "null"}
    if len(kinds) != 1 or len(parts) != 2 or not types.element(next(iter(kinds))):
        raise no_function("array_cat", parts)
    kind = kinds.pop()
    listed = ", ".join(types.as_kind(one, kind).sql for one in parts)
    return Written(f"pg_array_join({listed})", kind)


@call("array_replace")
def _replace(writer: Writer, arguments: list[Any]) -> Written:
    one, old, new = map(writer.write, arguments)
    inner, array, element = _together("array_replace", one, old)
    if not types.is_implicit(new.kind, inner):
        raise no_function("array_replace", [one, old, new])
    other = types.as_kind(new, inner).sql
    return Written(
        f"pg_array_replace('{inner}', {array.sql}, {element.sql}, {other})", f"{inner}[]"
    )


@call("array_fill")
def _fill(writer: Writer, arguments: list[Any]) -> Written:
    one, sizes = map(writer.write, arguments)
    if one.kind in ("unknown", "null"):
        raise PostgresError("42804", "could not determine polymorphic type")
    return Written(
        f"pg_array_fill({one.sql}, {types.as_kind(sizes, 'int4[]').sql})", f"{one.kind}[]"
    )


@call("array")
def _of_query(writer: Writer, arguments: list[Any]) -> Written:
    """Write ARRAY(SELECT …)."""
    (node,) = arguments
    if not isinstance(node, (exp.Query, exp.Subquery)):
        raise PostgresError("42601", "syntax error at or near ARRAY")
    sql, outputs = writer.subquery(node)
    if len(outputs) != 1:
        raise PostgresError("42601", "subquery must return only one column")
    kind = "text" if outputs[0].kind in ("unknown", "null") else outputs[0].kind
    if types.element(kind) or kind == "bytea":
        raise refused(f"ARRAY(SELECT …) of {types.shown(kind)}")
    inner = f"WITH q(x) AS ({sql}) SELECT json_group_array(x) FROM q"
    return Written(f"({inner})", f"{kind}[]")
