"""Dates and times, as a column keeps them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from freshdb.emulation.functions.rounding import round_datetime, round_time
from freshdb.emulation.functions.temporal.conversions import to_date, to_datetime, to_time
from freshdb.emulation.values import fraction

if TYPE_CHECKING:
    from freshdb.emulation.storing.rules import Rules

_HOURS = re.compile(r"\s*-?(\d+):")


def store_date(rules: Rules, value: Any) -> Any:
    found = to_date(value)
    if found is None or _is_forbidden(rules, value, found):
        rules.incorrect("date", value)
        return "0000-00-00"
    return str(found)


def store_datetime(rules: Rules, value: Any) -> Any:
    found = to_datetime(value)
    if found is None or _is_forbidden(rules, value, found):
        rules.incorrect("datetime", value)
        return "0000-00-00 00:00:00" + fraction(0, rules.type.scale or 0)
    return str(round_datetime(found, rules.type.scale or 0))


def _is_forbidden(rules: Rules, value: Any, found: Any) -> bool:
    modes = rules.context.sql_mode
    if "NO_ZERO_DATE" in modes and not (found.year or found.month or found.day):
        return True
    return (
        "NO_ZERO_IN_DATE" in modes
        and bool(found.year or found.month)
        and not (found.month and found.day)
    )


def store_time(rules: Rules, value: Any) -> Any:
    found = to_time(value)
    if found is None:
        rules.incorrect("time", value)
        return "00:00:00"
    hours = _HOURS.match(value) if isinstance(value, str) else None
    if hours is not None and int(hours[1]) > 838:
        rules.incorrect("time", value)
    return str(round_time(found, rules.type.scale or 0))
