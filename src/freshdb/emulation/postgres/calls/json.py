"""Calls of functions of JSON."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call
from freshdb.emulation.postgres.scope import Written
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Writer


def _building(kind: str) -> None:
    @call(f"jsonb_build_{kind}")
    def make(writer: Writer, arguments: list[Any]) -> Written:
        if kind == "object" and len(arguments) % 2:
            raise PostgresError("22023", "argument list must have even number of elements")
        parts = [writer.write(one) for one in arguments]
        listed = "".join(f", pg_to_json({one.sql}, '{one.kind}')" for one in parts)
        return Written(f"pg_json_build('{kind}'{listed})", "jsonb")


_building("object")
_building("array")


@call("jsonb_array_length", "json_array_length")
def _json_length(writer: Writer, arguments: list[Any]) -> Written:
    one = types.as_kind(writer.write(*arguments), "jsonb")
    return Written(f"pg_json_about('length', {one.sql})", "int4")


@call("jsonb_typeof")
def _json_type(writer: Writer, arguments: list[Any]) -> Written:
    one = types.as_kind(writer.write(*arguments), "jsonb")
    return Written(f"pg_json_about('type', {one.sql})", "text")
