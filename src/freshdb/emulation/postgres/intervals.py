"""Intervals: three numbers, of months, days and microseconds; read, shown and compared."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_EVEN, Decimal

from freshdb.emulation.postgres.problems import PostgresError, bad_input
from freshdb.errors import EmulationError

DAY = 86_400_000_000
MONTH = 30 * DAY
_UNITS = {
    "year": ("months", 12), "yr": ("months", 12), "y": ("months", 12), "mon": ("months", 1),
    "month": ("months", 1), "week": ("days", 7), "w": ("days", 7), "day": ("days", 1),
    "d": ("days", 1), "hour": ("micros", 3_600_000_000), "hr": ("micros", 3_600_000_000),
    "h": ("micros", 3_600_000_000), "minute": ("micros", 60_000_000),
    "min": ("micros", 60_000_000), "m": ("micros", 60_000_000), "second": ("micros", 1_000_000),
    "sec": ("micros", 1_000_000), "s": ("micros", 1_000_000), "decade": ("months", 120),
    "century": ("months", 1200), "centurie": ("months", 1200), "millisecond": ("micros", 1000),
    "msec": ("micros", 1000), "ms": ("micros", 1000), "microsecond": ("micros", 1),
    "us": ("micros", 1), "usec": ("micros", 1), "millennium": ("months", 12000),
}  # fmt: skip
_PART = re.compile(
    r"\s*(?:([+-]?)(\d+):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?|([+-]?\s*\d+(?:\.\d*)?|[+-]?\.\d+)\s*([a-z]*))"
    r"\s*,?"
)


def read(text: str) -> tuple[int, int, int]:
    """Return months, days and microseconds of an interval's text.

    Raises:
        PostgresError: 22007, where it is none.
        EmulationError: it is in a form that only Postgres reads.
    """
    lower, at, sign = text.strip().lower(), 0, 1
    if re.match(r"p\d|p-|pt|[+-]?\d+-\d|[-+]?infinity", lower):
        raise EmulationError(f"the interval `{text}` is not read", hint="write it as 1 day 02:00")
    if lower.endswith(" ago"):
        lower, sign = lower[:-4], -1
    lower = lower.removeprefix("@").strip()
    if not lower:
        raise bad_input("interval", text)
    found = {"months": 0, "days": 0, "micros": 0}
    while at < len(lower):
        match = _PART.match(lower, at)
        if match is None or match.end() == at:
            raise bad_input("interval", text)
        at = match.end()
        if match[5] is None:
            seconds = (int(match[2]) * 60 + int(match[3])) * 60 + Decimal(match[4] or 0)
            found["micros"] += int(seconds * 1_000_000) * (-1 if match[1] == "-" else 1)
            continue
        unit = match[6]
        if not unit and re.match(r"\s*\d+:", lower[at:]):
            unit = "day"
        name, factor = _unit(unit or "second", text)
        _add(found, name, Decimal(match[5].replace(" ", "")) * factor, factor)
    months, days, micros = (sign * found[name] for name in ("months", "days", "micros"))
    if max(abs(months), abs(days)) >= 2**31 or abs(micros) >= 2**63:
        raise PostgresError("22015", f'interval field value out of range: "{text}"')
    return months, days, micros


def _unit(word: str, text: str) -> tuple[str, int]:
    found = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
    if found is None:
        raise bad_input("interval", text)
    return found


def _add(found: dict[str, int], name: str, amount: Decimal, factor: int) -> None:
    """Add a number of one unit; what is left of it spills into the next smaller one."""
    whole = int(amount)
    rest = amount - whole
    found[name] += whole
    if name == "months" and rest and factor >= 12:
        found["months"] += int((rest * 1).quantize(Decimal(1), ROUND_HALF_EVEN))
    elif name == "months" and rest:
        _add(found, "days", rest * 30, 1)
    elif name == "days" and rest:
        _add(found, "micros", rest * DAY, 1)
    elif rest:
        found["micros"] += int(rest.quantize(Decimal(1), ROUND_HALF_EVEN))


def parts(stored: str) -> tuple[int, int, int]:
    """Return months, days and microseconds of an interval as it travels."""
    months, days, micros = stored.split()
    return int(months), int(days), int(micros)


def stored(months: int, days: int, micros: int) -> str:
    """Return an interval as it travels.

    Raises:
        PostgresError: 22008, where it is too large.
    """
    if max(abs(months), abs(days)) >= 2**31 or abs(micros) >= 2**63:
        raise PostgresError("22008", "interval out of range")
    return f"{months} {days} {micros}"


def size(text: str) -> int:
    """Return an interval in microseconds, a month as thirty days: by this they compare."""
    months, days, micros = parts(text)
    return months * MONTH + days * DAY + micros


def shown(text: str) -> str:
    """Return an interval as the server writes it."""
    months, days, micros = parts(text)
    years, months = _towards_zero(months, 12)
    words: list[str] = []
    negative = False
    for value, unit in ((years, "year"), (months, "mon"), (days, "day")):
        if value:
            plus = "+" if negative and value > 0 else ""
            words.append(f"{plus}{value} {unit}{'' if value == 1 else 's'}")
            negative = value < 0
    if micros or not words:
        sign = "-" if micros < 0 else "+" if negative else ""
        words.append(sign + clock(abs(micros)))
    return " ".join(words)


def clock(micros: int) -> str:
    """Return microseconds as hours, minutes and seconds."""
    seconds, fraction = divmod(micros, 1_000_000)
    more = f".{fraction:06d}".rstrip("0") if fraction else ""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{more}"


def _towards_zero(value: int, by: int) -> tuple[int, int]:
    quotient = abs(value) // by * (1 if value >= 0 else -1)
    return quotient, value - quotient * by


def to_python(text: str) -> dt.timedelta:
    """Return an interval as psycopg gives it: a year of 365 days, a month of thirty."""
    months, days, micros = parts(text)
    years, months = _towards_zero(months, 12)
    return dt.timedelta(days=days + years * 365 + months * 30, microseconds=micros)
