"""Dates and datetimes read from text, as loosely as MySQL reads them."""

from __future__ import annotations

import re
from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import warn
from freshdb.emulation.functions.temporal.calendar import is_possible
from freshdb.emulation.values import DateTime

PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
SPACE = " \t\n\v\f\r"


def warn_incorrect(kind: str, value: Any) -> None:
    """Note warning 1292 about a value that is no date or time."""
    warn(1292, f"Incorrect {kind} value: '{characters(value)}'")


class _Reader:
    """Reads numbers and separators of a text, and remembers whether all went well."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.fields: list[int] = []

    def number(self, width: int = 0) -> bool:
        """Read digits, at most `width` of them; without a width, more than a field has fail."""
        end = self.at
        limit = len(self.text) if not width else min(len(self.text), self.at + width)
        while end < limit and self.text[end] in "0123456789":
            end += 1
        if end == self.at or (not width and end - self.at > 9):
            return False
        self.fields.append(int(self.text[self.at : end]))
        self.at = end
        return True

    def punctuation(self) -> bool:
        """Step over one character of punctuation; the end of the text is fine."""
        if self.at >= len(self.text):
            return True
        if self.text[self.at] in PUNCTUATION:
            self.at += 1
            return True
        return False

    def clock_separator(self) -> bool:
        """Step over what stands between date and time: a T, punctuation, or spaces."""
        if self.at >= len(self.text):
            return True
        if self.text[self.at] == "T" or self.text[self.at] in PUNCTUATION:
            self.at += 1
            return True
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in SPACE:
            self.at += 1
        return self.at > start

    def fraction(self) -> tuple[int, int]:
        """Read `.123`: its microseconds and how many digits it has, at most six."""
        if self.text[self.at : self.at + 1] != ".":
            return 0, 0
        end = self.at + 1
        while end < len(self.text) and self.text[end] in "0123456789":
            end += 1
        digits = self.text[self.at + 1 : end]
        self.at = end
        return int(digits[:6].ljust(6, "0")) if digits else 0, min(len(digits), 6)


def parse_datetime(
    text: str, *, zero_parts: bool = True, loud: bool = True
) -> tuple[DateTime, bool] | None:
    """Read a date with or without a time; return it and whether the text had a time.

    Delimiters may be any punctuation; years of two digits are 1970 to 2069; without delimiters the
    count of digits decides.
    """
    found = read_datetime(text, zero_parts)
    if found is None:
        if loud:
            warn_incorrect("datetime", text)
        return None
    value, has_time, clean = found
    if not clean and loud:
        warn(1292, f"Truncated incorrect datetime value: '{text}'")
    return value, has_time


def read_datetime(
    text: str, zero_parts: bool, *, checks_day: bool = True
) -> tuple[DateTime, bool, bool] | None:
    """Read a datetime in silence; return it, whether it had a time, and whether all was read."""
    body = text.strip(SPACE)
    if not body or body[0] not in "0123456789":
        return None
    digits = len(body) - len(body.lstrip("0123456789"))
    reader = _Reader(body)
    if digits == len(body) or digits >= 12:
        year_digits = 4 if digits in (4, 8) or digits >= 14 else 2
        clean = _read_compact(reader, year_digits)
    else:
        year_digits = digits
        clean = _read_delimited(reader)
    if len(reader.fields) < 3:
        return None
    micro, fsp = reader.fraction() if clean else (0, 0)
    return _checked(reader, year_digits, micro, fsp, clean, zero_parts, checks_day=checks_day)


def _read_compact(reader: _Reader, year_digits: int) -> bool:
    for index, width in enumerate((year_digits, 2, 2, 2, 2, 2)):
        if reader.at >= len(reader.text):
            return True
        if index == 3 and reader.text[reader.at] == "T":
            reader.at += 1
        if not reader.number(width):
            return index >= 3 and reader.text[reader.at] == "."
    return True


def _read_delimited(reader: _Reader) -> bool:
    steps = (
        reader.number, reader.punctuation, reader.number, reader.punctuation, reader.number,
        reader.clock_separator, reader.number, reader.punctuation, reader.number,
        reader.punctuation, reader.number,
    )  # fmt: skip
    for step in steps:
        if reader.at >= len(reader.text):
            return True
        if not step():
            return False
    return True


def _checked(
    reader: _Reader,
    year_digits: int,
    micro: int,
    fsp: int,
    clean: bool,
    zero_parts: bool,
    *,
    checks_day: bool,
) -> tuple[DateTime, bool, bool] | None:
    fields = reader.fields + [0] * (6 - len(reader.fields))
    if year_digits == 2 and (any(fields) or micro):
        fields[0] += 2000 if fields[0] < 70 else 1900
    year, month, day, hour, minute, second = fields
    if year > 9999 or month > 12 or day > 31 or hour > 23 or minute > 59 or second > 59:
        return None
    if checks_day and not is_possible(year, month, day, zero_parts=zero_parts):
        return None
    clean = clean and reader.at >= len(reader.text)
    value = DateTime(year, month, day, hour, minute, second, micro, fsp)
    return value, len(reader.fields) > 3, clean


def is_no_date(shown: str) -> bool:
    """Tell whether a text has the shape of a datetime and is none: `2024-02-30 10:00:00`."""
    return parse_datetime(shown, loud=False) is None and _DATETIME_SHAPE.match(shown) is not None


_DATETIME_SHAPE = re.compile(r"\s*\d{1,4}-\d{1,2}-\d{1,2}[ T]+\d", re.ASCII)
