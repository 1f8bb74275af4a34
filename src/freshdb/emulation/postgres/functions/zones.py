"""Time zones: a moment shown in one, and periods that overlap."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.errors import EmulationError


def _zone(name: str) -> dt.tzinfo:
    if name.strip().upper() in ("UTC", "GMT", "Z", "ZULU", "UT"):
        return dt.UTC
    if name[:1] in "+-0123456789" or name.isupper():
        hint = "write its name: 'Europe/Berlin'"
        raise EmulationError(f"the time zone `{name}` is not supported", hint=hint)
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        if not zoneinfo.available_timezones():
            raise EmulationError(
                "this machine knows no time zones", hint="pip install tzdata"
            ) from None
        raise PostgresError("22023", f'time zone "{name}" not recognized') from None


@function("at_zone")
def at_zone(value: str, name: str, turned: str) -> str:
    """Return a moment without its zone as that zone's clocks show it, or the other way round."""
    zone, moment = _zone(name), v.stamp(value)
    if turned == "timestamp":
        return v.stamp_text(moment.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None))
    # Of an hour that is there twice, or not at all, standard time counts.
    offsets = [moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)]
    return v.stamp_text(moment - min(one for one in offsets if one is not None))


@function("overlaps", strict=False)
def overlaps(start: str, end: str, other_start: str, other_end: str) -> int:
    """Return `(start, end) OVERLAPS (other_start, other_end)`."""
    if None in (start, end, other_start, other_end):
        raise EmulationError("OVERLAPS of NULL is not supported", hint="compare the ends")
    start, end = sorted((start, end))
    other_start, other_end = sorted((other_start, other_end))
    if start == other_start:
        return 1
    if start > other_start:
        start, end, other_start, other_end = other_start, other_end, start, end
    return int(other_start < end)
