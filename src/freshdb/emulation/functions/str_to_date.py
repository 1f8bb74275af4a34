"""STR_TO_DATE."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import warn
from freshdb.emulation.functions.date_fields import assemble
from freshdb.emulation.functions.date_patterns import kind_name
from freshdb.emulation.functions.date_reading import NoMatchError, Reading
from freshdb.emulation.functions.spec import function, operator


@function("STR_TO_DATE", args=2, kind="any")
def str_to_date(value: Any, pattern: Any) -> Any:
    """Return the date, time or datetime that a text gives by a pattern, NULL if it does not."""
    return _read_by(value, pattern, in_full=False)


@operator("STR_TO_DATETIME", args=2)
def str_to_datetime(value: Any, pattern: Any) -> Any:
    """Return a datetime: what STR_TO_DATE gives where its pattern is no constant."""
    return _read_by(value, pattern, in_full=True)


def _read_by(value: Any, pattern: Any, *, in_full: bool) -> Any:
    text, form = characters(value), characters(pattern)
    reading = Reading(text)
    try:
        reading.read(form)
        found = assemble(reading.fields, reading.afternoon, form, in_full=in_full)
    except NoMatchError:
        found = None
    if found is None:
        kind = kind_name(form)
        warn(1411, f"Incorrect {kind} value: '{text}' for function str_to_date")
    elif text[reading.at :].strip():
        warn(1292, f"Truncated incorrect {kind_name(form)} value: '{text}'")
    return found
