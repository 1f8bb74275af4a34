"""Times read from text, as loosely as MySQL reads them."""

from __future__ import annotations

import re
from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import warn
from freshdb.emulation.functions.temporal.datetime_texts import SPACE, read_datetime, warn_incorrect
from freshdb.emulation.values import LARGEST_TIME, MICROSECONDS, Time

_CLOCK = re.compile(
    r"([+-]?)\s*(?:(\d+)\s+(?=\d+:))?(?:(\d+):(\d*)(?::(\d*))?|(\d*))(?:\.(\d*))?", re.ASCII
)
LONGEST_HOURS = 87_649_415
LONGEST_NUMBER = LONGEST_HOURS * 10_000 + 5959


def parse_time(text: str, *, loud: bool = True) -> Time | None:
    """Read a time of the forms `hh:mm:ss.f`, `D hh:mm`, `hhmmss`; or that of a whole datetime."""
    found = duration_of_text(text, loud=loud)
    return clip(found, text, loud=loud) if found else None


def duration_of_text(text: str, *, loud: bool = True) -> Time | None:
    """Read a time that may be longer than one of type TIME can be."""
    body = text.strip(SPACE)
    if has_date_and_clock(body):
        moment = read_datetime(body, True, checks_day=False)
        if moment is not None:
            if not moment[2] and loud:
                warn(1292, f"Truncated incorrect time value: '{text}'")
            return Time(moment[0].of_day, moment[0].fsp)
    match = _CLOCK.match(body)
    value = _time_of_match(match) if match and body else None
    if value is None or match is None or _is_a_date(body):
        if loud:
            warn_incorrect("time", text)
        return None
    if _EXPONENT.match(body, match.end()):
        return None
    if match.end() < len(body) and loud:
        warn(1292, f"Truncated incorrect time value: '{text}'")
    return value


_EXPONENT = re.compile(r"[ ]?[eE][+-]?\d")
_DATE_AND_CLOCK = re.compile(
    r"\d{12}|\d{6}(?:\d\d)?T|\d{1,4}[^\d\s]\d{1,2}[^\d\s]\d{1,2}(?:T|\s+\d)", re.ASCII
)


def has_date_and_clock(text: str) -> bool:
    """Tell whether a text has the shape of a datetime: a `T` or a space stands amid its digits."""
    return _DATE_AND_CLOCK.match(text.strip(SPACE)) is not None


def _is_a_date(text: str) -> bool:
    """Tell whether a text that is no datetime looks too much like one to be read as a time."""
    return re.match(r"-?\d{1,4}-\d\d?-\d\d?[ T]+\d", text) is not None


def _time_of_match(match: re.Match[str]) -> Time | None:
    sign, days, hours, minutes, seconds, packed, digits = match.groups()
    if hours is None:
        if not packed:
            return None
        value = int(packed[:20])
        hours, minutes, seconds = str(value // 10000), str(value // 100 % 100), str(value % 100)
    h, m, s = int(hours[:20]), int(minutes or 0), int(seconds or 0)
    if m > 59 or s > 59 or int(days or 0) * 24 + h > LONGEST_HOURS:
        return None
    micro = int((digits or "0")[:6].ljust(6, "0"))
    total = (((int(days or 0) * 24 + h) * 60 + m) * 60 + s) * MICROSECONDS + micro
    return Time(-total if sign == "-" else total, min(len(digits or ""), 6))


def clip(value: Time, shown: Any, *, loud: bool = True) -> Time:
    """Return a time within ±838:59:59, and warn when it had to be cut to that."""
    limit = LARGEST_TIME + (MICROSECONDS - 1 if value.fsp else 0)
    if abs(value.micros) <= limit:
        return value
    if loud:
        warn(1292, f"Truncated incorrect time value: '{characters(shown)}'")
    # The server keeps the microseconds that a type without a fraction does not show.
    limit = LARGEST_TIME + MICROSECONDS - 1
    return Time(limit if value.micros > 0 else -limit, value.fsp)


def whole_time(text: str) -> Time | None:
    """Return the time that a text is from end to end; None where it is longer than TIME can be."""
    match = _CLOCK.fullmatch(text)
    value = _time_of_match(match) if match and text else None
    return value if value and clip(value, text, loud=False) is value else None
