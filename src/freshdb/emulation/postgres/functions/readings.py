"""Texts read by a template: `to_date`, `to_timestamp`, `to_number`."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.templates import MONTHS
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.values import numeric_text
from freshdb.errors import EmulationError

_WIDTHS = {
    "YYYY": 4, "YY": 2, "MM": 2, "DD": 2, "HH24": 2, "HH12": 2, "HH": 2, "MI": 2, "SS": 2,
    "MS": 3, "US": 6, "DDD": 3,
}  # fmt: skip
_CODE = re.compile(
    r"(?P<name>MONTH|Month|month|MON|Mon|mon)|(?P<half>AM|PM|am|pm)|(?P<fill>FM)"
    r'|(?P<quoted>"[^"]*")'
    r"|(?P<digits>(?i:YYYY|YY|HH24|HH12|HH|MI|MM|MS|US|SS|DDD|DD))|(?P<sign>.)",
    re.DOTALL,
)


def _refused(form: str) -> EmulationError:
    text = f"a date that is read by `{form}` is not supported"
    return EmulationError(text, hint="read it in Python, or cast an ISO date")


def _bad(text: str, form: str, state: str = "22007") -> PostgresError:
    return PostgresError(state, f'invalid value "{text}" for "{form}"')


def _fields(text: str, form: str) -> dict[str, int]:
    found: dict[str, int] = {}
    at = 0
    codes = list(_CODE.finditer(form))
    for number, match in enumerate(codes):
        if match["fill"]:
            continue
        if match["quoted"]:
            at += len(match["quoted"]) - 2
            continue
        if match["sign"]:
            at = _separated(text, at, match["sign"], form)
            continue
        text_at = re.compile(r"\s*").match(text, at)
        at = text_at.end() if text_at else at
        if at >= len(text):
            break
        if match["name"]:
            at = _month(text, at, match["name"], found)
        elif match["half"]:
            found["PM"] = int(text[at : at + 2].lower() == "pm")
            if text[at : at + 2].lower() not in ("am", "pm"):
                raise _bad(text[at : at + 2], match["half"])
            at += 2
        else:
            following = codes[number + 1] if number + 1 < len(codes) else None
            at = _number(text, at, match["digits"].upper(), following, found)
    return found


def _separated(text: str, at: int, sign: str, form: str) -> int:
    if sign.isalnum() and sign != "T":
        raise _refused(form)
    if at < len(text) and not text[at].isalnum():
        return at + 1
    if at < len(text) and text[at] == sign:
        return at + 1
    return at


def _month(text: str, at: int, code: str, found: dict[str, int]) -> int:
    is_short = len(code) == 3
    for number, name in enumerate(MONTHS, 1):
        shown = name[:3] if is_short else name
        if text[at : at + len(shown)].lower() == shown.lower():
            found["MM"] = number
            return at + len(shown)
    raise _bad(text[at : at + 3], code)


def _number(
    text: str, at: int, code: str, following: re.Match[str] | None, found: dict[str, int]
) -> int:
    # Digits that follow at once belong to the next code, which is read by its width.
    strict = following is not None and (following["digits"] is not None)
    most = _WIDTHS[code] if strict or code != "YYYY" else 9
    match = re.compile(rf"\d{{1,{most}}}").match(text, at)
    if match is None:
        if text[at] in "+-":
            raise _refused(code)
        raise _bad(text[at : at + _WIDTHS[code]], code)
    value = int(match.group())
    if code == "YY":
        value += 2000 if value < 70 else 1900
        code = "YYYY"
    elif code == "YYYY" and len(match.group()) < 4:
        raise EmulationError("a year of less than four digits is not read", hint="write four")
    elif code in ("MS", "US"):
        value = int(match.group().ljust(_WIDTHS[code], "0"))
    found["HH24" if code == "HH24" else code] = value
    return match.end()


def _moment(text: str, form: str) -> dt.datetime:
    found = _fields(text, form)
    hour = found.get("HH24", 0)
    if "HH12" in found or "HH" in found:
        hour = found.get("HH12", found.get("HH", 0))
        if not 1 <= hour <= 12:
            message = f'hour "{hour}" is invalid for the 12-hour clock'
            raise PostgresError("22007", message)
        hour = hour % 12 + 12 * found.get("PM", 0)
    if "YYYY" not in found or "DDD" in found:
        raise _refused(form)
    micros = found.get("MS", 0) * 1000 + found.get("US", 0)
    try:
        return dt.datetime(
            found["YYYY"], found.get("MM", 1), found.get("DD", 1), hour,
            found.get("MI", 0), found.get("SS", 0), micros,
        )  # fmt: skip
    except ValueError:
        message = f'date/time field value out of range: "{text}"'
        raise PostgresError("22008", message) from None


@function("to_date")
def to_date(text: str, form: str) -> str:
    """Return the date of a text by a template."""
    return _moment(text, form).date().isoformat()


@function("to_stamp")
def to_stamp(text: str, form: str) -> str:
    """Return the timestamp of a text by a template."""
    return v.stamp_text(_moment(text, form))


@function("to_number")
def to_number(text: str, form: str) -> str:
    """Return the number of a text by a template of digits, comma and point."""
    if not re.fullmatch(r"(?:FM)?[90,GD.]+", form):
        raise EmulationError(f"to_number by `{form}` is not supported", hint="cast it to numeric")
    plain = text.strip().replace(",", "")
    if not re.fullmatch(r"[+-]?\d+(?:\.\d*)?", plain):
        raise EmulationError(f"to_number of `{text}` is not supported", hint="cast it to numeric")
    digits = form.replace("D", ".").partition(".")
    whole, _, rest = plain.partition(".")
    if len(whole.lstrip("+-")) > len(re.findall(r"[90]", digits[0])):
        raise EmulationError(f"to_number of `{text}` by `{form}`", hint="write more digits")
    kept = rest[: len(re.findall(r"[90]", digits[2]))]
    return numeric_text(Decimal(whole + (f".{kept}" if kept else "")))
