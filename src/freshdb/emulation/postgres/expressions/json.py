"""The operators of JSON that look into it."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.expressions.arrays import no_operator
from freshdb.emulation.postgres.scope import Written, emits, only
from freshdb.emulation.postgres.writer import Writer

_JSON = ("json", "jsonb")


@emits(exp.JSONExtract, exp.JSONExtractScalar)
def _arrow(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "only_json_types")
    this, key = writer.write(node.this), writer.write(node.expression)
    sign = "->>" if isinstance(node, exp.JSONExtractScalar) else "->"
    if this.kind not in _JSON or key.kind not in ("text", "unknown", "null", "int2", "int4"):
        raise no_operator(this, sign, key)
    as_text = int(sign == "->>")
    sql = f"pg_json_get({this.sql}, {key.sql}, '{this.kind}', {as_text})"
    return Written(sql, "text" if as_text else this.kind)


@emits(exp.JSONBExtract, exp.JSONBExtractScalar)
def _path(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    this, path = writer.write(node.this), writer.write(node.expression)
    sign = "#>>" if isinstance(node, exp.JSONBExtractScalar) else "#>"
    if this.kind not in _JSON or path.kind not in ("text[]", "unknown", "null"):
        raise no_operator(this, sign, path)
    as_text = int(sign == "#>>")
    steps = types.as_kind(path, "text[]").sql
    sql = f"pg_json_path({this.sql}, {steps}, '{this.kind}', {as_text})"
    return Written(sql, "text" if as_text else this.kind)


@emits(exp.JSONBDeleteAtPath)
def _delete(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    this, path = writer.write(node.this), writer.write(node.expression)
    if this.kind != "jsonb" or path.kind not in ("text[]", "unknown", "null"):
        raise no_operator(this, "#-", path)
    return Written(f"pg_json_delete({this.sql}, {types.as_kind(path, 'text[]').sql})", "jsonb")
