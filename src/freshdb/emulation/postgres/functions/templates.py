"""Timestamps shown by a template: `to_char`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.errors import EmulationError

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


@dataclass
class _Moment:
    """The fields that a template shows; of an interval, hours may be many."""

    date: dt.datetime
    hour: int
    zoned: bool


def _seconds(m: _Moment) -> int:
    return (m.hour * 60 + m.date.minute) * 60 + m.date.second


_DIGITS: dict[str, tuple[int, Callable[[_Moment], int]]] = {
    "YYYY": (4, lambda m: m.date.year), "YYY": (3, lambda m: m.date.year % 1000),
    "YY": (2, lambda m: m.date.year % 100), "Y": (1, lambda m: m.date.year % 10),
    "IYYY": (4, lambda m: m.date.isocalendar()[0]),
    "IYY": (3, lambda m: m.date.isocalendar()[0] % 1000),
    "IY": (2, lambda m: m.date.isocalendar()[0] % 100),
    "I": (1, lambda m: m.date.isocalendar()[0] % 10),
    "MM": (2, lambda m: m.date.month), "DD": (2, lambda m: m.date.day),
    "DDD": (3, lambda m: m.date.timetuple().tm_yday), "HH24": (2, lambda m: m.hour),
    "HH12": (2, lambda m: (m.hour + 11) % 12 + 1), "HH": (2, lambda m: (m.hour + 11) % 12 + 1),
    "MI": (2, lambda m: m.date.minute), "SS": (2, lambda m: m.date.second),
    "MS": (3, lambda m: m.date.microsecond // 1000), "US": (6, lambda m: m.date.microsecond),
    "IW": (2, lambda m: m.date.isocalendar()[1]), "ID": (1, lambda m: m.date.isoweekday()),
    "IDDD": (3, lambda m: (m.date.isocalendar()[1] - 1) * 7 + m.date.isoweekday()),
    "D": (1, lambda m: m.date.isoweekday() % 7 + 1), "Q": (1, lambda m: (m.date.month + 2) // 3),
    "WW": (2, lambda m: (m.date.timetuple().tm_yday - 1) // 7 + 1),
    "W": (1, lambda m: (m.date.day - 1) // 7 + 1), "CC": (2, lambda m: (m.date.year + 99) // 100),
    "J": (1, lambda m: m.date.toordinal() + 1721425), "SSSS": (1, _seconds),
    "SSSSS": (1, _seconds),
}  # fmt: skip
_UNPADDED = ("J", "SSSS", "SSSSS", "Q", "D", "ID", "W", "Y", "I")
_NAMES: dict[str, tuple[int, Callable[[_Moment], str]]] = {
    "Month": (9, lambda m: MONTHS[m.date.month - 1]),
    "Mon": (0, lambda m: MONTHS[m.date.month - 1][:3]),
    "Day": (9, lambda m: DAYS[m.date.weekday()]),
    "Dy": (0, lambda m: DAYS[m.date.weekday()][:3]),
}
_HALVES = {"AM": ("AM", "PM"), "A.M.": ("A.M.", "P.M.")}
_CODE = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.)*)"'
    r"|(?P<fill>FM|TM|FX)"
    r"|(?P<name>MONTH|Month|month|MON|Mon|mon|DAY|Day|day|DY|Dy|dy)"
    r"|(?P<half>[AaPp]\.?[Mm]\.?)"
    r"|(?P<zone>TZH|TZM|TZ|tz|OF)"
    r"|(?P<roman>RM|rm)|(?P<comma>Y,YYY|y,yyy)|(?P<era>BC|AD|B\.C\.|A\.D\.|bc|ad)"
    r"|(?P<fraction>FF[1-6])"
    r"|(?P<digits>(?i:IYYY|IYY|IY|IDDD|ID|IW|YYYY|YYY|YY|Y|HH24|HH12|HH|MI|MM|MS|US|SSSSS|SSSS|SS"
    r"|DDD|DD|D|WW|W|Q|CC|J|I))(?P<th>TH|th)?"
    r"|(?P<sign>.)",
    re.DOTALL,
)


@function("to_char")
def to_char(value: str, form: str, zoned: int) -> str:
    """Return a timestamp by a template."""
    moment = v.stamp(value)
    return _shown(_Moment(moment, moment.hour, bool(zoned)), form)


@function("interval_to_char")
def interval_to_char(stored: str, form: str) -> str:
    """Return an interval by a template of hours, minutes and seconds."""
    months, days, micros = intervals.parts(stored)
    if months or days or micros < 0 or not re.fullmatch(r"(?:FM|HH24|MI|SS|MS|US|[ :.,])*", form):
        text = f"to_char of the interval `{intervals.shown(stored)}` by `{form}` is not supported"
        raise EmulationError(text, hint="EXTRACT its parts, or format it in Python")
    rest = dt.datetime(1, 1, 1) + dt.timedelta(microseconds=micros % 3_600_000_000)
    return _shown(_Moment(rest, micros // 3_600_000_000, zoned=False), form)


def _shown(moment: _Moment, form: str) -> str:
    parts: list[str] = []
    filled = True
    for match in _CODE.finditer(form):
        if match["fill"]:
            if match["fill"] == "FX":
                raise _refused(form)
            filled = False
            continue
        parts.append(_part(moment, match, form, filled=filled))
        filled = True
    return "".join(parts)


def _refused(form: str) -> EmulationError:
    return EmulationError(f"to_char by `{form}` is not supported", hint="format it in Python")


def _part(moment: _Moment, match: re.Match[str], form: str, *, filled: bool) -> str:
    if match["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", match["quoted"])
    if match["digits"]:
        width, of = _DIGITS[match["digits"].upper()]
        text = str(of(moment))
        if filled and match["digits"].upper() not in _UNPADDED:
            text = text.rjust(width, "0")
        return text + (_ordinal(text, match["th"]) if match["th"] else "")
    if match["name"]:
        return _named(moment, match["name"], filled=filled)
    if match["half"]:
        return _half(moment, match["half"])
    if match["zone"] in ("TZ", "tz", "OF") and moment.zoned:
        return {"TZ": "UTC", "tz": "utc", "OF": "+00"}[match["zone"]]
    if match["fraction"]:
        return f"{moment.date.microsecond:06d}"[: int(match["fraction"][2])]
    if match["sign"] is not None:
        if match["sign"] == "\\":
            raise _refused(form)
        return match["sign"]
    if match["roman"] and filled:
        text = _ROMAN[moment.date.month - 1].ljust(4)
        return text if match["roman"] == "RM" else text.lower()
    raise _refused(form)


def _ordinal(digits: str, form: str) -> str:
    ending = "th"
    if digits[-2:-1] != "1":
        ending = {"1": "st", "2": "nd", "3": "rd"}.get(digits[-1], "th")
    return ending.upper() if form == "TH" else ending


def _named(moment: _Moment, code: str, *, filled: bool) -> str:
    width, of = _NAMES[code.capitalize()]
    text = of(moment)
    text = text.ljust(width) if filled else text
    if code.isupper():
        return text.upper()
    return text.lower() if code.islower() else text


def _half(moment: _Moment, code: str) -> str:
    first, second = _HALVES["A.M." if "." in code else "AM"]
    text = second if moment.hour % 24 >= 12 else first
    return text.lower() if code[0].islower() else text
