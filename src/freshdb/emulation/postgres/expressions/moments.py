"""The present moment, parts of a timestamp, and its time zone."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.functions.moments import PARTS
from freshdb.emulation.postgres.scope import STAMPS, Written, emits, only, refused
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
    """Return a part of a date or timestamp."""
    clock = unit in ("hour", "minute", "second")
    if unit not in PARTS or value.kind not in STAMPS or (clock and value.kind == "date"):
        raise refused(f"the {unit} of {value.kind}")
    scale = {"second": 6, "epoch": 6}.get(unit) if value.kind != "date" else None
    sql = f"pg_part('{unit}', {value.sql})"
    if unit == "epoch" and scale is None:
        sql = f"pg_cast({sql}, 'numeric', 'numeric', 40, 0)"
    return Written(sql, "numeric")


@emits(exp.AtTimeZone)
def _at_time_zone(writer: Writer, node: Any) -> Written:
    """Write AT TIME ZONE 'UTC': both kinds of timestamps are kept as UTC has them."""
    zone = node.args["zone"]
    if not isinstance(zone, exp.Literal) or zone.this.upper() not in ("UTC", "GMT"):
        raise refused("AT TIME ZONE but of UTC", "write AT TIME ZONE 'UTC', and shift in Python")
    this = writer.write(node.this)
    turned = {"timestamp": "timestamptz", "timestamptz": "timestamp"}.get(this.kind)
    if turned is None:
        raise refused(f"AT TIME ZONE of {this.kind}", "cast it to timestamp or timestamptz")
    return Written(this.sql, turned)
