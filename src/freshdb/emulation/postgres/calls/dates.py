"""Calls of functions of dates and timestamps."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call, no_function, plain
from freshdb.emulation.postgres.expressions.moments import at_time_zone, part_of
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import NUMBERS, STAMPS, Written, refused
from freshdb.emulation.postgres.writer import Writer


@call("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")
def _now(writer: Writer, arguments: list[Any]) -> Written:
    if arguments:
        raise ValueError
    return Written("pg_now('timestamp')", "timestamptz")


@call("date_trunc")
def _date_trunc(writer: Writer, arguments: list[Any]) -> Written:
    if len(arguments) == 3:
        raise refused("date_trunc with a time zone", "truncate … AT TIME ZONE 'Europe/Berlin'")
    unit, value = arguments
    this = writer.write(value)
    if this.kind == "interval":
        return Written(f"pg_trunc_interval({writer.text(unit)}, {this.sql})", "interval")
    if this.kind in ("unknown", "null"):
        text = f"function date_trunc(unknown, {types.shown(this.kind)}) is not unique"
        raise PostgresError("42725", text)
    if this.kind not in STAMPS:
        raise no_function("date_trunc", [Written("", "unknown"), this])
    kind = "timestamptz" if this.kind != "timestamp" else "timestamp"
    return Written(f"pg_trunc_stamp({writer.text(unit)}, {this.sql})", kind)


@call("date_part")
def _date_part(writer: Writer, arguments: list[Any]) -> Written:
    unit, value = arguments
    if not isinstance(unit, exp.Literal):
        raise refused("date_part of a unit that is no constant", "write EXTRACT(unit FROM …)")
    found = part_of(str(unit.this).lower(), writer.write(value))
    return types.as_kind(found, "float8")


@call("age")
def _age(writer: Writer, arguments: list[Any]) -> Written:
    given = [writer.write(one) for one in arguments]
    if len(given) == 1:
        given.insert(0, Written("pg_now('date')", "date"))
    if len(given) != 2 or any(one.kind not in (*STAMPS, "unknown", "null") for one in given):
        raise no_function("age", given)
    kind = "timestamptz" if {one.kind for one in given} & {"date", "timestamptz"} else "timestamp"
    parts = ", ".join(types.as_kind(one, kind).sql for one in given)
    return Written(f"pg_age({parts})", "interval")


@call("to_char")
def _to_char(writer: Writer, arguments: list[Any]) -> Written:
    value, form = arguments
    this = writer.write(value)
    shown = writer.text(form)
    if this.kind in NUMBERS:
        kind = (
            "numeric" if this.kind == "numeric" else "float8" if this.kind == "float8" else "int8"
        )
        return Written(f"pg_number_to_char('{kind}', {this.sql}, {shown})", "text")
    if this.kind == "interval":
        return Written(f"pg_interval_to_char({this.sql}, {shown})", "text")
    if this.kind not in STAMPS:
        raise no_function("to_char", [this, Written("", "text")])
    zone = int(this.kind != "timestamp")
    return Written(f"pg_to_char({this.sql}, {shown}, {zone})", "text")


plain("to_date", "text text", "date")
plain("to_timestamp", "text text", "timestamptz", "pg_to_stamp(")
plain("to_timestamp", "float8", "timestamptz", "pg_from_epoch(")
plain("to_number", "text text", "numeric")
plain("make_date", "int4 int4 int4", "date")
plain("make_timestamp", "int4 int4 int4 int4 int4 float8", "timestamp", "pg_make_stamp(")
plain("make_time", "int4 int4 float8", "time")
plain("justify_days", "interval", "interval", "pg_justify('days'")
plain("justify_hours", "interval", "interval", "pg_justify('hours'")
plain("justify_interval", "interval", "interval", "pg_justify('interval'")
plain("date_bin", "interval timestamp timestamp", "timestamp")
plain("date_bin", "interval timestamptz timestamptz", "timestamptz")
for _kind in (*STAMPS, "interval"):
    plain("isfinite", _kind, "bool", "pg_isfinite(")


@call("date")
def _date(writer: Writer, arguments: list[Any]) -> Written:
    (one,) = map(writer.write, arguments)
    if one.kind not in (*STAMPS, "unknown", "null", "text"):
        raise no_function("date", [one])
    return types.as_kind(one, "date")


@call("timezone")
def _timezone(writer: Writer, arguments: list[Any]) -> Written:
    zone, value = map(writer.write, arguments)
    return at_time_zone(value, zone)


_FIELDS = ("years", "months", "weeks", "days", "hours", "mins", "secs")


@call("make_interval")
def _make_interval(writer: Writer, arguments: list[Any]) -> Written:
    found = dict.fromkeys(_FIELDS, "0")
    for at, one in enumerate(arguments):
        name = str(one.this.name).lower() if isinstance(one, exp.Kwarg) else _FIELDS[at]
        if name not in found:
            raise PostgresError("42883", f"function make_interval({name} =>) does not exist")
        value = one.expression if isinstance(one, exp.Kwarg) else one
        if name == "secs":
            found[name] = types.as_kind(writer.number(value), "float8").sql
        else:
            found[name] = writer.integer(value)
    return Written(f"pg_make_interval({', '.join(found.values())})", "interval")
