"""A text read along a pattern, code by code."""

from __future__ import annotations

import re
from collections.abc import Callable

from freshdb.emulation.functions.dates.parts import MONTHS, WEEKDAYS

_WIDTHS = {"Y": 4, "y": 2, "m": 2, "c": 2, "d": 2, "e": 2, "j": 3, "H": 2, "k": 2, "h": 2, "I": 2,
           "l": 2, "i": 2, "s": 2, "S": 2, "U": 2, "u": 2, "V": 2, "v": 2, "X": 4, "x": 4,
           "w": 1, "D": 2, "f": 6}  # fmt: skip


class NoMatchError(Exception):
    """Raised where a text does not follow its pattern."""


class Reading:
    """Reads a text along a pattern and collects the fields."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.fields: dict[str, int] = {}
        self.afternoon: bool | None = None

    def read(self, pattern: str) -> None:
        """Follow a pattern; the end of the text before that of the pattern is fine."""
        index = 0
        while index < len(pattern) and self.at < len(self.text):
            sign = pattern[index]
            if sign == "%" and index + 1 < len(pattern):
                self._skip_space()
                self._code(pattern[index + 1])
                index += 2
                continue
            if sign.isspace():
                self._skip_space()
            elif self.text[self.at] == sign:
                self.at += 1
            else:
                self._skip_space()
                if self.text[self.at : self.at + 1] != sign:
                    raise NoMatchError
                self.at += 1
            index += 1

    def _skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _digits(self, width: int) -> str:
        match = re.compile(rf"\d{{1,{width}}}", re.ASCII).match(self.text, self.at)
        if match is None:
            raise NoMatchError
        self.at = match.end()
        return match[0]

    def _word(self, words: tuple[str, ...], length: int | None = None) -> int:
        rest = self.text[self.at :].lower()
        best = max(
            (word[:length] for word in words if rest.startswith(word[:length].lower())),
            key=len, default=None,
        )  # fmt: skip
        if best is None:
            return self._beginning_of(words)
        self.at += len(best)
        return next(i for i, word in enumerate(words) if word[:length] == best)

    def _beginning_of(self, words: tuple[str, ...]) -> int:
        """Return which word the letters here are the beginning of, where it is one only."""
        match = re.compile(r"[^\W\d_]+").match(self.text, self.at)
        letters = match[0].lower() if match else ""
        found = [i for i, word in enumerate(words) if letters and word.lower().startswith(letters)]
        if len(found) != 1:
            raise NoMatchError
        self.at += len(letters)
        return found[0]

    def _code(self, code: str) -> None:
        if code in _SPECIAL:
            _SPECIAL[code](self)
        elif code in _WIDTHS:
            self.fields[_FIELD.get(code, code)] = int(self._digits(_WIDTHS[code]))
            if code in "hIl":
                self.fields["twelve"] = 1
            if code in "hIl" and not 1 <= self.fields["H"] <= 12:
                raise NoMatchError
        elif self.text[self.at] == code:
            self.at += 1
        else:
            raise NoMatchError

    def year(self) -> None:
        """Read `%Y`; fewer digits than three mean 1970 to 2069."""
        digits = self._digits(4)
        self.fields["Y"] = _full_year(int(digits)) if len(digits) <= 2 else int(digits)

    def short_year(self) -> None:
        """Read `%y`."""
        self.fields["Y"] = _full_year(int(self._digits(2)))

    def month_name(self) -> None:
        """Read `%M`, a name."""
        self.fields["m"] = self._word(MONTHS) + 1

    def short_month_name(self) -> None:
        """Read `%b`, the first three letters of a name."""
        self.fields["m"] = self._word(MONTHS, 3) + 1

    def day_name(self) -> None:
        """Read `%W`, a name."""
        self.fields["weekday"] = self._word(WEEKDAYS) + 1

    def short_day_name(self) -> None:
        """Read `%a`, the first three letters of a name."""
        self.fields["weekday"] = self._word(WEEKDAYS, 3) + 1

    def day_number(self) -> None:
        """Read `%w`: 0 is Sunday."""
        digit = int(self._digits(1))
        if digit > 6:
            raise NoMatchError
        self.fields["weekday"] = digit or 7

    def ordinal(self) -> None:
        """Read `%D`: a number and two letters."""
        self.fields["d"] = int(self._digits(2))
        self.at = min(len(self.text), self.at + 2)

    def fraction(self) -> None:
        """Read `%f`: up to six digits after the point."""
        self.fields["f"] = int(self._digits(6).ljust(6, "0"))

    def half(self) -> None:
        """Read `%p`."""
        word = self.text[self.at : self.at + 2].upper()
        if word not in ("AM", "PM"):
            raise NoMatchError
        self.afternoon = word == "PM"
        self.at += 2

    def clock(self) -> None:
        """Read `%T`."""
        self.read("%H:%i:%S")

    def clock_of_twelve(self) -> None:
        """Read `%r`."""
        self.read("%I:%i:%S %p")

    def skip(self, test: Callable[[str], bool]) -> None:
        """Step over characters of a kind."""
        while self.at < len(self.text) and test(self.text[self.at]):
            self.at += 1


_FIELD = {"c": "m", "e": "d", "k": "H", "h": "H", "I": "H", "l": "H", "S": "s"}
_SPECIAL: dict[str, Callable[[Reading], None]] = {
    "Y": Reading.year,
    "y": Reading.short_year,
    "M": Reading.month_name,
    "b": Reading.short_month_name,
    "W": Reading.day_name,
    "a": Reading.short_day_name,
    "w": Reading.day_number,
    "D": Reading.ordinal,
    "f": Reading.fraction,
    "p": Reading.half,
    "T": Reading.clock,
    "r": Reading.clock_of_twelve,
    "#": lambda reading: reading.skip(str.isdigit),
    "@": lambda reading: reading.skip(str.isalpha),
    ".": lambda reading: reading.skip(lambda sign: not sign.isalnum() and not sign.isspace()),
}


def _full_year(value: int) -> int:
    return value + (2000 if value < 70 else 1900)
