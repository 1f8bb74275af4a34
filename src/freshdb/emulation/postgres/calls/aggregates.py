"""Calls of aggregates."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.scope import (
    INTEGERS,
    NUMBERS,
    STAMPS,
    Written,
    emits,
    only,
    refused,
)
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Writer

AGGREGATES = frozenset(["count", "sum", "avg", "min", "max", "string_agg", "bool_and", "bool_or"])


def aggregate(writer: Writer, name: str, arguments: list[Any]) -> Written:
    """Return an aggregate, with DISTINCT where its argument has it."""
    writer.has_aggregate = True
    distinct = ""
    if len(arguments) == 1 and isinstance(arguments[0], exp.Distinct):
        only(arguments[0], "expressions")
        distinct, arguments = "DISTINCT ", arguments[0].expressions
    if len(arguments) != 1:
        raise refused(f"{name} of several values")
    if isinstance(arguments[0], exp.Star):
        return Written("COUNT(*)", "int8")
    one = writer.write(arguments[0])
    if name == "count":
        by = " COLLATE pg_numeric" if one.kind == "numeric" else ""
        if distinct and one.kind in ("interval", "json"):
            raise refused(f"COUNT(DISTINCT …) of {one.kind}")
        return Written(f"COUNT({distinct}{one.sql}{by})", "int8")
    if name in ("bool_and", "bool_or"):
        word = "MIN" if name == "bool_and" else "MAX"
        return Written(f"{word}({writer.condition(arguments[0])})", "bool")
    if name in ("min", "max"):
        return _extreme(name, one)
    if distinct:
        raise refused(f"{name}(DISTINCT …)", "take the distinct values in a subquery")
    if one.kind not in NUMBERS:
        raise refused(f"{name} of {one.kind}")
    kind = "float8" if one.kind == "float8" else "numeric"
    if name == "sum" and one.kind in ("int2", "int4"):
        kind = "int8"
    return Written(f"pg_{name}('{one.kind}', {one.sql})", kind)


def _extreme(name: str, one: Written) -> Written:
    if one.kind in ("numeric", "interval"):
        return Written(f"pg_{name}('{one.kind}', {one.sql})", one.kind)
    if one.kind in ("text", "unknown", "float8", *INTEGERS, *STAMPS):
        return Written(f"{name.upper()}({one.sql})", "text" if one.kind == "unknown" else one.kind)
    raise refused(f"{name} of {one.kind}")


@emits(exp.GroupConcat)
def _string_agg(writer: Writer, node: Any) -> Written:
    only(node, "this", "separator")
    writer.has_aggregate = True
    inner, key, descends = node.this, "NULL", "-1"
    if isinstance(inner, exp.Order):
        (order,) = inner.expressions
        found = writer.write(order.this)
        if found.kind not in ("text", *INTEGERS, *STAMPS) or isinstance(inner.this, exp.Distinct):
            raise refused("string_agg in such an order")
        key, descends, inner = found.sql, str(int(bool(order.args.get("desc")))), inner.this
    if isinstance(inner, exp.Distinct):
        raise refused("string_agg(DISTINCT …)")
    separator = node.args.get("separator")
    if separator is None:
        raise PostgresError("42883", "function string_agg(text) does not exist")
    listed = [writer.text(inner), writer.text(separator), descends, key]
    return Written(f"pg_string_agg({', '.join(listed)})", "text")


@emits(exp.Filter)
def _filter(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    condition = writer.condition(node.expression.this)
    return Written(f"{this.sql} FILTER (WHERE {condition})", this.kind)
