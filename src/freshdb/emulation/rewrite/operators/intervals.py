"""Dates moved by an INTERVAL."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.rewrite.calls.illegal import of_json
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, DATETIME, TEXT


def name_of(subtract: bool) -> str:
    return "date_sub_interval" if subtract else "date_add_interval"


def shifted(writer: Writer, this: Any, distance: Any, *, subtract: bool = False) -> Written:
    """Return a date moved by an INTERVAL."""
    moment, amount = writer.write(this), writer.write(distance.this)
    unit = distance.args["unit"]
    if moment.kind == "json" and not writer.context.is_mysql8:
        raise of_json(name_of(subtract))
    name = "my_date_sub" if subtract else "my_date_add"
    count = amount.number if amount.kind in ("bit", "year", "enum", "set", "hex") else amount.typed
    sql = f"{name}({moment.typed}, {count}, '{unit}')"
    kind = moment.type if moment.kind in ("date", "datetime", "time") else TEXT
    clock = unit in ("MICROSECOND", "SECOND", "MINUTE", "HOUR") or (
        "_" in unit and unit != "YEAR_MONTH"
    )
    if kind.kind == "date" and clock:
        kind = DATETIME
    if kind.kind in ("datetime", "time") and (
        unit.endswith("MICROSECOND")
        or amount.kind == "decimal"
        or (amount.is_text and unit.endswith("SECOND"))
    ):
        kind = ANY
    if kind is TEXT:
        kind = ANY
    return Written(sql, kind, has_aggregate=moment.has_aggregate or amount.has_aggregate)
