"""The present moment, parts of a timestamp, and its time zone."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.functions.moments import unit_of
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import STAMPS, Written, emits, only, quote, refused
from freshdb.emulation.postgres.writer import Writer


@emits(exp.CurrentDate)
def _today(writer: Writer, node: Any) -> Written:
    return Written("pg_now('date')", "date")


@emits(exp.CurrentTimestamp)
def _now(writer: Writer, node: Any) -> Written:
    only(node)
    return Written("pg_now('timestamp')", "timestamptz")


@emits(exp.Localtimestamp)
def _local(writer: Writer, node: Any) -> Written:
    only(node)
    return Written("pg_now('timestamp')", "timestamp")


@emits(exp.Extract)
def _extract(writer: Writer, node: Any) -> Written:
    return part_of(node.this.name.lower(), writer.write(node.expression))


def part_of(unit: str, value: Written) -> Written:
    """Return a part of a date, a time or an interval."""
    if value.kind in ("unknown", "null"):
        raise PostgresError("42725", "function pg_catalog.extract(unknown, unknown) is not unique")
    if value.kind not in (*STAMPS, "time", "interval"):
        text = f"function pg_catalog.extract(unknown, {types.shown(value.kind)}) does not exist"
        raise PostgresError("42883", text)
    name = unit_of(unit, ())
    if name.startswith("timezone"):
        raise refused(f"the {unit} of {value.kind}", "a timestamptz is one in UTC")
    return Written(f"pg_part({quote(unit)}, '{value.kind}', {value.sql})", "numeric")


@emits(exp.AtTimeZone)
def _at_time_zone(writer: Writer, node: Any) -> Written:
    return at_time_zone(writer.write(node.this), writer.write(node.args["zone"]))


def at_time_zone(this: Written, zone: Written) -> Written:
    """Return a moment at a time zone: with one it loses it, without one it gets it."""
    if this.kind == "date":
        this = types.as_kind(this, "timestamptz")
    turned = {"timestamp": "timestamptz", "timestamptz": "timestamp"}.get(this.kind)
    if turned is None or zone.kind not in ("text", "unknown", "null"):
        raise refused(f"AT TIME ZONE of {this.kind}", "cast it to timestamp or timestamptz")
    return Written(f"pg_at_zone({this.sql}, {zone.sql}, '{turned}')", turned)


@emits(exp.Overlaps)
def _overlaps(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    parts = [writer.write(one) for side in (node.this, node.expression) for one in side.expressions]
    if len(parts) != 4 or any(one.kind not in STAMPS for one in parts):
        raise refused("OVERLAPS of anything but two pairs of dates", "compare their ends")
    _, found = types.settled(parts, "OVERLAPS")
    return Written(f"pg_overlaps({', '.join(one.sql for one in found)})", "bool")
