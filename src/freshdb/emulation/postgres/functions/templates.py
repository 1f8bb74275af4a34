"""Timestamps shown by a template: `to_char`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.errors import EmulationError

_CODES: dict[str, Callable[[dt.datetime], str]] = {
    "YYYY": lambda m: f"{m.year:04d}", "MM": lambda m: f"{m.month:02d}",
    "DD": lambda m: f"{m.day:02d}", "HH24": lambda m: f"{m.hour:02d}",
    "HH12": lambda m: f"{(m.hour + 11) % 12 + 1:02d}", "MI": lambda m: f"{m.minute:02d}",
    "SS": lambda m: f"{m.second:02d}", "MS": lambda m: f"{m.microsecond // 1000:03d}",
    "US": lambda m: f"{m.microsecond:06d}", "YY": lambda m: f"{m.year % 100:02d}",
}  # fmt: skip
_FORM = re.compile("YYYY|YY|MM|DD|HH24|HH12|MI|SS|MS|US|[ :./,_-]|T")


@function("to_char")
def to_char(value: str, form: str) -> str:
    """Return a timestamp by a template of digits."""
    parts = _FORM.findall(form)
    if "".join(parts) != form:
        raise EmulationError(f"to_char by `{form}` is not supported", hint="format it in Python")
    moment = v.stamp(value)
    return "".join(_CODES[one](moment) if one in _CODES else one for one in parts)
