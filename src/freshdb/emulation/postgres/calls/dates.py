"""Calls of functions of dates and timestamps."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call
from freshdb.emulation.postgres.expressions.moments import part_of
from freshdb.emulation.postgres.scope import STAMPS, Written, quote, refused
from freshdb.emulation.postgres.writer import Writer


@call("now", "transaction_timestamp", "statement_timestamp")
def _now(writer: Writer, arguments: list[Any]) -> Written:
    return Written("pg_now('timestamp')", "timestamptz")


@call("date_trunc")
def _date_trunc(writer: Writer, arguments: list[Any]) -> Written:
    unit, value = arguments
    this = writer.write(value)
    if not isinstance(unit, exp.Literal) or this.kind not in STAMPS:
        raise refused(f"date_trunc of {this.kind}", "cast it to timestamp")
    kind = "timestamptz" if this.kind != "timestamp" else "timestamp"
    return Written(f"pg_trunc_stamp({quote(unit.this)}, {this.sql})", kind)


@call("date_part")
def _date_part(writer: Writer, arguments: list[Any]) -> Written:
    unit, value = arguments
    found = part_of(str(unit.this).lower(), writer.write(value))
    return types.as_kind(found, "float8")


@call("to_char")
def _to_char(writer: Writer, arguments: list[Any]) -> Written:
    value, form = arguments
    this = writer.write(value)
    if this.kind not in STAMPS:
        raise refused(f"to_char of {this.kind}", "format it in Python")
    return Written(f"pg_to_char({this.sql}, {writer.text(form)})", "text")
