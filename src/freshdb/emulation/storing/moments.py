"""Dates and times, as a column keeps them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from freshdb.emulation.functions.rounding import round_datetime, round_time
from freshdb.emulation.functions.temporal.conversions import to_date, to_datetime, to_time
from freshdb.emulation.functions.temporal.zones import zone
from freshdb.emulation.values import DateTime, fraction

if TYPE_CHECKING:
    from freshdb.emulation.storing.rules import Rules

LARGEST_TIMESTAMP = 2**31 - 1


def store_date(rules: Rules, value: Any) -> Any:
    """Return the day that a DATE keeps."""
    found, is_clean = _read(rules, to_date, value)
    if found is None or _is_forbidden(rules, found):
        rules.incorrect("date", value)
        return "0000-00-00"
    if not is_clean:
        rules.incorrect("date", value)
    return str(found)


def store_datetime(rules: Rules, value: Any) -> Any:
    """Return the moment that a DATETIME or TIMESTAMP keeps."""
    found, is_clean = _read(rules, to_datetime, value)
    if found is None or _is_forbidden(rules, found):
        rules.incorrect("datetime", value)
        return "0000-00-00 00:00:00" + fraction(0, rules.type.scale or 0)
    if rules.type.name == "timestamp" and not _is_timestamp(rules, found):
        rules.incorrect("datetime", value)
        return "0000-00-00 00:00:00" + fraction(0, rules.type.scale or 0)
    if not is_clean:
        rules.incorrect("datetime", value)
    return str(round_datetime(found, rules.type.scale or 0))


def _read(rules: Rules, read: Callable[[Any], Any], value: Any) -> tuple[Any, bool]:
    """Read a value; return it, and whether nothing of it had to be cut or left out."""
    context, warnings = rules.context, rules.context.warnings
    before, escalates = len(warnings), context.escalates
    context.escalates = False
    try:
        found = read(value)
    finally:
        context.escalates = escalates
    is_clean = len(warnings) == before
    del warnings[before:]
    return found, is_clean


def _is_timestamp(rules: Rules, found: DateTime) -> bool:
    """Tell whether a moment is one of those that a TIMESTAMP can be: 1970 to 2038, or none."""
    if not (found.year or found.month or found.day):
        return not found.of_day
    if not (found.month and found.day):
        return False
    moment = dt.datetime(
        found.year, found.month, found.day, found.hour, found.minute, found.second,
        tzinfo=zone(rules.context.time_zone),
    )  # fmt: skip
    return 0 < moment.timestamp() <= LARGEST_TIMESTAMP


def _is_forbidden(rules: Rules, found: Any) -> bool:
    modes = rules.context.sql_mode
    if "NO_ZERO_DATE" in modes and not (found.year or found.month or found.day):
        return True
    return (
        "NO_ZERO_IN_DATE" in modes
        and bool(found.year or found.month)
        and not (found.month and found.day)
    )


def store_time(rules: Rules, value: Any) -> Any:
    """Return the time that a TIME keeps, within ±838:59:59."""
    found, is_clean = _read(rules, to_time, value)
    if found is None or not is_clean:
        rules.incorrect("time", value)
    return str(round_time(found, rules.type.scale or 0)) if found is not None else "00:00:00"
