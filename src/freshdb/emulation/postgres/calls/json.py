"""Calls of functions of JSON."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call, no_function, plain
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Source, Written, name_of, quote, refused
from freshdb.emulation.postgres.writer import Writer


def as_json(one: Written) -> str:
    """Return a value as JSON's text."""
    if "any" in one.kind:
        raise refused("a column of a type that is not known")
    return f"pg_to_json({one.sql}, '{one.kind}')"


def _building(prefix: str, shape: str) -> None:
    @call(f"{prefix}_build_{shape}")
    def make(writer: Writer, arguments: list[Any]) -> Written:
        if shape == "object" and len(arguments) % 2:
            raise PostgresError("22023", "argument list must have even number of elements")
        parts = [writer.write(one) for one in arguments]
        listed = "".join(f", {as_json(one)}" for one in parts)
        return Written(f"pg_json_build('{prefix}', '{shape}'{listed})", prefix)


for _prefix in ("json", "jsonb"):
    _building(_prefix, "object")
    _building(_prefix, "array")


def _to_json(name: str, kind: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        (node,) = arguments
        if source_of(writer, node) is not None:
            return Written(f"pg_to_json_as('{kind}', {row_of(writer, node)}, 'json')", kind)
        one = writer.write(node)
        if one.kind in ("unknown", "null"):
            raise PostgresError(
                "42804", "could not determine polymorphic type because input has type unknown"
            )
        return Written(f"pg_to_json_as('{kind}', {one.sql}, '{one.kind}')", kind)


def source_of(writer: Writer, node: Any) -> Source | None:
    """Return the table of FROM that a name means as a whole, if it does."""
    if not isinstance(node, exp.Column) or node.args.get("table"):
        return None
    name = name_of(node.this)
    if any(name in one.columns for one in writer.scope.sources):
        return None
    return next((one for one in writer.scope.sources if one.name == name), None)


def row_of(writer: Writer, node: Any) -> str:
    """Return a row of a table of FROM as JSON's text."""
    source = source_of(writer, node)
    assert source is not None
    parts = [
        f"pg_to_json({quote(name)}, 'text'), {as_json(one)}" for name, one in source.columns.items()
    ]
    sql = f"pg_json_build('json', 'object', {', '.join(parts)})"
    if not source.is_outer:
        return sql
    keys = writer.primary_keys.get(source.table or "", frozenset())
    if not keys:
        raise refused("a row of an outer join as JSON", "name its columns in jsonb_build_object")
    key = source.columns[next(iter(keys))]
    return f"(CASE WHEN {key.sql} IS NULL THEN NULL ELSE {sql} END)"


def row_or_value(writer: Writer, node: Any) -> str:
    """Return a value, or a row of a table, as JSON's text."""
    if source_of(writer, node) is not None:
        return row_of(writer, node)
    return as_json(writer.write(node))


_to_json("row_to_json", "json")
_to_json("to_json", "json")
_to_json("to_jsonb", "jsonb")
_to_json("array_to_json", "json")

for _prefix in ("json", "jsonb"):
    plain(f"{_prefix}_array_length", _prefix, "int4", "pg_json_about('length'")
    plain(f"{_prefix}_typeof", _prefix, "text", "pg_json_about('type'")
    plain(f"{_prefix}_object", "text[]", _prefix, f"pg_json_object('{_prefix}'")
    plain(f"{_prefix}_object", "text[] text[]", _prefix, f"pg_json_object('{_prefix}'")
plain("jsonb_pretty", "jsonb", "text", "pg_json_pretty(")
plain("jsonb_strip_nulls", "jsonb", "jsonb", "pg_json_strip(")
plain("jsonb_set", "jsonb text[] jsonb bool?", "jsonb", "pg_json_set(")
plain("jsonb_insert", "jsonb text[] jsonb bool?", "jsonb", "pg_json_insert(")
plain("jsonb_exists", "jsonb text", "bool", "pg_json_has(")


def _extracting(name: str, prefix: str, *, as_text: bool) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        given = [writer.write(one) for one in arguments]
        if not given or not all(types.is_implicit(one.kind, "text") for one in given[1:]):
            raise no_function(name, given)
        if not types.is_implicit(given[0].kind, prefix):
            raise no_function(name, given)
        steps = ", ".join(types.as_kind(one, "text").sql for one in given[1:])
        value = types.as_kind(given[0], prefix).sql
        sql = f"pg_json_path({value}, pg_array({steps}), '{prefix}', {int(as_text)})"
        return Written(sql, "text" if as_text else prefix)


for _prefix in ("json", "jsonb"):
    _extracting(f"{_prefix}_extract_path", _prefix, as_text=False)
    _extracting(f"{_prefix}_extract_path_text", _prefix, as_text=True)
