"""Time zones by their names, and the moment in the session's."""

from __future__ import annotations

import datetime as dt
import re

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.context import active


def local_now() -> dt.datetime:
    """Return the statement's time in the session's time zone."""
    return active.context.now().astimezone(zone(active.context.time_zone))


def zone(name: str) -> dt.tzinfo:
    """Return the time zone of `+01:00`, `SYSTEM` or `Europe/Berlin`.

    Raises:
        MySQLError: 1298, when there is none such.
    """
    found = find_zone(name)
    if found is None:
        raise MySQLError(1298, "HY000", f"Unknown or incorrect time zone: '{name}'")
    return found


def find_zone(name: str) -> dt.tzinfo | None:
    """Return the time zone, or None when there is none such."""
    match = re.fullmatch(r"([+-])(\d{1,2}):(\d{2})", name)
    if match:
        minutes = int(match[2]) * 60 + int(match[3])
        if int(match[3]) > 59 or not _is_offset(match[1], minutes):
            return None
        return dt.timezone(dt.timedelta(minutes=-minutes if match[1] == "-" else minutes))
    if name.upper() == "SYSTEM" or name.upper() == "UTC":
        return dt.UTC
    return _named_zone(name)


def _is_offset(sign: str, minutes: int) -> bool:
    if active.context.is_mysql8:
        return minutes < 14 * 60 or (sign == "+" and minutes == 14 * 60)
    return minutes < 13 * 60 or (sign == "+" and minutes == 13 * 60)


def _named_zone(name: str) -> dt.tzinfo | None:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
