"""Operators that arrays and JSON share: `@>`, `<@`, `&&`, `?|`, `?&`."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, emits, only
from freshdb.emulation.postgres.writer import Writer


@emits(exp.ArrayContainsAll, exp.ArrayContainedBy)
def _contains(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    one, other = writer.write(node.this), writer.write(node.expression)
    if isinstance(node, exp.ArrayContainedBy):
        one, other = other, one
    if "jsonb" in (one.kind, other.kind):
        parts = _both(one, other, "jsonb", "@>")
        return Written(f"pg_json_contains({parts})", "bool")
    kind = _array_kind(one, other, "@>")
    return Written(f"pg_array_contains('{kind[:-2]}', {_both(one, other, kind, '@>')})", "bool")


@emits(exp.ArrayOverlaps)
def _overlaps(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    one, other = writer.write(node.this), writer.write(node.expression)
    kind = _array_kind(one, other, "&&")
    return Written(f"pg_array_overlaps('{kind[:-2]}', {_both(one, other, kind, '&&')})", "bool")


def _array_kind(one: Written, other: Written, sign: str) -> str:
    kinds = {each.kind for each in (one, other)} - {"unknown", "null"}
    if len(kinds) != 1 or not types.element(next(iter(kinds))):
        raise no_operator(one, sign, other)
    return kinds.pop()


def _both(one: Written, other: Written, kind: str, sign: str) -> str:
    if any(each.kind not in (kind, "unknown", "null") for each in (one, other)):
        raise no_operator(one, sign, other)
    return ", ".join(types.as_kind(each, kind).sql for each in (one, other))


def no_operator(one: Written, sign: str, other: Written) -> Exception:
    """Return 42883 for an operator that does not take such values."""
    listed = f"{types.shown(one.kind)} {sign} {types.shown(other.kind)}"
    return PostgresError("42883", f"operator does not exist: {listed}")


@emits(exp.JSONBContainsTopKey, exp.JSONBContainsAnyTopKeys, exp.JSONBContainsAllTopKeys)
def _has(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    one, other = writer.write(node.this), writer.write(node.expression)
    if one.kind not in ("jsonb", "unknown", "null"):
        raise no_operator(one, "?", other)
    value = types.as_kind(one, "jsonb").sql
    if isinstance(node, exp.JSONBContainsTopKey):
        if other.kind not in ("text", "unknown", "null"):
            raise no_operator(one, "?", other)
        return Written(f"pg_json_has({value}, {types.as_kind(other, 'text').sql})", "bool")
    if other.kind not in ("text[]", "unknown", "null"):
        raise no_operator(one, "?|", other)
    every = int(isinstance(node, exp.JSONBContainsAllTopKeys))
    keys = types.as_kind(other, "text[]").sql
    return Written(f"pg_json_has_keys({value}, {keys}, {every})", "bool")
