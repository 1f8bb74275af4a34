"""The operators of JSON."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import Written, emits, only, quote, refused
from freshdb.emulation.postgres.writer import Writer


@emits(exp.JSONExtract, exp.JSONExtractScalar)
def _arrow(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "only_json_types")
    this = writer.write(node.this)
    steps = node.expression
    if this.kind not in ("json", "jsonb") or not isinstance(steps, exp.JSONPath):
        raise refused(f"-> on {this.kind}")
    last = steps.expressions[-1]
    if len(steps.expressions) != 2 or not isinstance(
        last, (exp.JSONPathKey, exp.JSONPathSubscript)
    ):
        raise refused(f"the path {steps.sql('postgres')}")
    key = quote(str(last.this)) if isinstance(last, exp.JSONPathKey) else str(int(last.this))
    as_text = int(isinstance(node, exp.JSONExtractScalar))
    sql = f"pg_json_get({this.sql}, {key}, '{this.kind}', {as_text})"
    return Written(sql, "text" if as_text else this.kind)


@emits(exp.JSONBExtract, exp.JSONBExtractScalar)
def _path(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    this, path = writer.write(node.this), writer.write(node.expression)
    if this.kind not in ("json", "jsonb") or path.literal is None:
        raise refused(f"#> on {this.kind}")
    as_text = int(isinstance(node, exp.JSONBExtractScalar))
    sql = f"pg_json_path({this.sql}, {path.sql}, '{this.kind}', {as_text})"
    return Written(sql, "text" if as_text else this.kind)


@emits(exp.ArrayContainsAll, exp.JSONBContainsTopKey)
def _contains(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    this = writer.write(node.this)
    if this.kind != "jsonb":
        raise refused(f"@> or ? on {this.kind}")
    if isinstance(node, exp.JSONBContainsTopKey):
        return Written(f"pg_json_has({this.sql}, {writer.text(node.expression)})", "bool")
    other = types.as_kind(writer.write(node.expression), "jsonb")
    return Written(f"pg_json_contains({this.sql}, {other.sql})", "bool")
