"""What a column makes of a value: MySQL's conversions on storing, strict or not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from freshdb.emulation.catalog import Column
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.casts import text_of_bytes
from freshdb.emulation.functions.coercions import characters, octets, rescale, to_decimal, to_float
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.rounding import round_datetime, round_time
from freshdb.emulation.functions.temporal.conversions import to_date, to_datetime, to_time
from freshdb.emulation.types import BLOB_LENGTHS, INTEGER_BITS, TEXT_LENGTHS
from freshdb.emulation.values import Date, DateTime, Hex, Json, Time, UInt, decode, encode, fraction
from freshdb.errors import EmulationError

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_HOURS = re.compile(r"\s*-?(\d+):")
_DATE_WORDS = {"date": "date", "datetime": "datetime", "time": "time"}


class Rules:
    """How values are stored in one column.

    Attributes:
        strict: what does not fit is an error, and not a warning with something near.
    """

    def __init__(self, column: Column, table: str, context: Context) -> None:
        self.column = column
        self.type = column.type
        self.table = table
        self.context = context
        self.strict = True
        self.row = 1
        self._store: Callable[[Any], Any] = getattr(self, f"_{self.type.kind}", self._any)

    def store(self, stored: Any, *, strict: bool = True, row: int = 1) -> Any:
        """Return what SQLite keeps for a value.

        Raises:
            MySQLError: 1264, 1265, 1292, 1366, 1406, where the value does not fit.
        """
        if stored is None:
            return None
        self.strict = strict and self.context_is_strict()
        self.row = row
        return self._store(decode(stored))

    def context_is_strict(self) -> bool:
        """Whether the connection's sql_mode refuses what does not fit."""
        modes = self.context.sql_mode
        return "STRICT_TRANS_TABLES" in modes or "STRICT_ALL_TABLES" in modes

    # What is said of a value that does not fit

    def _complain(self, code: int, sqlstate: str, message: str) -> None:
        if self.strict:
            raise MySQLError(code, sqlstate, message)
        self.context.warn(code, message)

    def _out_of_range(self) -> None:
        self._complain(
            1264, "22003", f"Out of range value for column '{self.column.name}' at row {self.row}"
        )

    def _truncated(self) -> None:
        self._complain(
            1265, "01000", f"Data truncated for column '{self.column.name}' at row {self.row}"
        )

    def _too_long(self) -> None:
        self._complain(
            1406, "22001", f"Data too long for column '{self.column.name}' at row {self.row}"
        )

    def _incorrect(self, word: str, value: Any) -> None:
        code, state = (1292, "22007") if word in _DATE_WORDS else (1366, "22007")
        name = f"`{self.context.database}`.`{self.table}`.`{self.column.name}`"
        self._complain(
            code,
            state,
            f"Incorrect {word} value: '{characters(value)}' for column {name} at row {self.row}",
        )

    # Numbers

    def _any(self, value: Any) -> Any:
        return encode(value)

    def _number(self, value: Any, word: str) -> Decimal | float | int:
        if isinstance(value, Hex):
            return int.from_bytes(value, "big")
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str):
            match = _NUMBER.match(value)
            if match is None:
                self._incorrect(word, value)
                return 0
            if match.end() != len(value):
                self._truncated()
            return Decimal(match.group().strip())
        if isinstance(value, (Date, DateTime, Time)):
            return value.number
        return value  # type: ignore[no-any-return]

    def _int(self, value: Any) -> Any:
        number = self._number(value, "integer")
        if isinstance(number, float):
            if number != number or abs(number) > 1e30:
                self._out_of_range()
                number = 0.0 if number != number else (1e30 if number > 0 else -1e30)
            number = round(number)
        elif isinstance(number, Decimal):
            number = (
                int(number.to_integral_value(ROUND_HALF_UP))
                if abs(number) < Decimal("1e40")
                else 10**40 * (-1 if number < 0 else 1)
            )
        return self._within(int(number))

    def _within(self, number: int) -> int:
        bits = INTEGER_BITS.get(self.type.name, 64)
        least, most = (
            (0, 2**bits - 1) if self.type.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        )
        if not least <= number <= most:
            self._out_of_range()
            number = max(least, min(number, most))
        return encode(UInt(number)) if number >= 2**63 else number  # type: ignore[return-value]

    _uint = _int
    _bool = _int

    def _year(self, value: Any) -> Any:
        if isinstance(value, (Date, DateTime)):
            return value.year
        is_text = isinstance(value, str)
        number = int(self._number(value, "integer"))
        if number < 100 and (number or is_text):
            number += 2000 if number < 70 else 1900
        if number and not 1901 <= number <= 2155:
            self._out_of_range()
            return 0
        return number

    def _bit(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.encode()
        number = (
            int.from_bytes(value, "big") if isinstance(value, bytes) else int(to_decimal(value))
        )
        if not 0 <= number < 2 ** (self.type.length or 1):
            self._too_long()
            number = 2 ** (self.type.length or 1) - 1
        return number

    def _decimal(self, value: Any) -> Any:
        number = self._number(value, "decimal")
        exact = to_decimal(number) if not isinstance(number, Decimal) else number
        precision, scale = self.type.length or 10, self.type.scale
        if scale is None:
            return float(exact)
        largest = Decimal(10) ** (precision - scale) - Decimal(1).scaleb(-scale)
        if abs(exact) <= largest + 1:
            exact = rescale(exact, scale)
        if abs(exact) > largest or (self.type.unsigned and exact < 0):
            self._out_of_range()
            exact = rescale(max(-largest, min(exact, largest)), scale)
            if self.type.unsigned and exact < 0:
                exact = rescale(Decimal(0), scale)
        if self.type.is_long_decimal:
            return encode(exact)
        return int(exact) if exact == exact.to_integral_value() else float(exact)

    def _double(self, value: Any) -> Any:
        number = to_float(self._number(value, "double"))
        if self.type.unsigned and number < 0:
            self._out_of_range()
            number = 0.0
        if self.type.scale is not None and self.type.length is not None:
            number = float(rescale(Decimal(repr(number)), self.type.scale))
            largest = float(10 ** (self.type.length - self.type.scale)) - 10.0**-self.type.scale
            if abs(number) > largest:
                self._out_of_range()
                number = max(-largest, min(number, largest))
        if self.type.name == "float":
            import struct

            try:
                number = struct.unpack("f", struct.pack("f", number))[0]
            except OverflowError:
                self._out_of_range()
                return 3.40282e38
        return number

    # Text and bytes

    def _text(self, value: Any) -> Any:
        text = self._decoded(value) if isinstance(value, bytes) else _text_of(value)
        if not self.type.is_unicode and not text.isascii():
            charset = self.type.collation.partition("_")[0]
            raise EmulationError(
                f"letters beyond ASCII in `{self.column.name}`, a column of the character set "
                f"{charset}, are not supported",
                hint="declare it utf8mb4",
            )
        name, limit = self.type.name, self.type.length
        if name == "char":
            text = text.rstrip(" ")
        if limit is not None and len(text) > limit:
            if text[limit:].strip(" "):
                self._too_long()
            text = text[:limit]
        longest = TEXT_LENGTHS.get(name)
        if longest is not None and len(text) * 4 > longest and len(text.encode()) > longest:
            self._too_long()
            text = text.encode()[:longest].decode("utf-8", "ignore")
        return text

    def _decoded(self, value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            shown = "".join(f"\\x{byte:02X}" for byte in value[error.start : error.start + 6])
            self._incorrect("string", shown)
            return str(text_of_bytes(value))

    def _bytes(self, value: Any) -> Any:
        data = value if isinstance(value, bytes) else octets(_text_of(value))
        limit = self.type.length or BLOB_LENGTHS.get(self.type.name)
        if limit is not None and len(data) > limit:
            self._too_long()
            data = data[:limit]
        if self.type.name == "binary":
            data = data.ljust(self.type.length or 1, b"\0")
        return data

    def _json(self, value: Any) -> Any:
        text = str(value) if isinstance(value, Json) else _text_of(value)
        try:
            json.loads(text)
        except ValueError:
            if self.context.is_mysql8:
                message = (
                    'Invalid JSON text: "Invalid value." at position 0 in value for column '
                    f"'{self.table}.{self.column.name}'."
                )
                raise MySQLError(3140, "22032", message) from None
            name = f"`{self.table}.{self.column.name}`"
            message = f"CONSTRAINT {name} failed for `{self.context.database}`.`{self.table}`"
            self._complain(4025, "23000", message)
        return text

    # ENUM and SET

    def _enum(self, value: Any) -> Any:
        members = self.type.members
        if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            index = int(value)
            if 1 <= index <= len(members):
                return members[index - 1]
            self._truncated()
            return ""
        text = _text_of(value).rstrip(" ")
        for member in members:
            if member.casefold() == text.casefold():
                return member
        if text.isdigit() and 1 <= int(text) <= len(members):
            return members[int(text) - 1]
        self._truncated()
        return ""

    def _set(self, value: Any) -> Any:
        members = self.type.members
        if isinstance(value, (int, float, Decimal)):
            bits = int(value)
            if bits >= 2 ** len(members) or bits < 0:
                self._truncated()
            return ",".join(one for index, one in enumerate(members) if bits >> index & 1)
        wanted = {one.casefold().rstrip(" ") for one in _text_of(value).split(",")} - {""}
        known = {one.casefold() for one in members}
        if not wanted <= known:
            self._truncated()
        return ",".join(one for one in members if one.casefold() in wanted)

    # Dates

    def _date(self, value: Any) -> Any:
        found = to_date(value)
        if found is None or self._is_forbidden(value, found):
            self._incorrect("date", _shown(value))
            return "0000-00-00"
        return str(found)

    def _datetime(self, value: Any) -> Any:
        found = to_datetime(value)
        if found is None or self._is_forbidden(value, found):
            self._incorrect("datetime", _shown(value))
            return "0000-00-00 00:00:00" + fraction(0, self.type.scale or 0)
        return str(round_datetime(found, self.type.scale or 0))

    def _is_forbidden(self, value: Any, found: Any) -> bool:
        modes = self.context.sql_mode
        if "NO_ZERO_DATE" in modes and not (found.year or found.month or found.day):
            return True
        return (
            "NO_ZERO_IN_DATE" in modes
            and bool(found.year or found.month)
            and not (found.month and found.day)
        )

    def _time(self, value: Any) -> Any:
        found = to_time(value)
        if found is None:
            self._incorrect("time", _shown(value))
            return "00:00:00"
        hours = _HOURS.match(value) if isinstance(value, str) else None
        if hours is not None and int(hours[1]) > 838:
            self._incorrect("time", value)
        return str(round_time(found, self.type.scale or 0))


def _shown(value: Any) -> Any:
    return value


def _text_of(value: Any) -> str:
    if isinstance(value, bytes):
        return characters(value)
    from freshdb.emulation.functions.coercions import text

    return str(text(value))


@lru_cache(maxsize=4096)
def column_of(facts: str) -> tuple[Column, str]:
    """Return the column that a statement's text describes."""
    described = json.loads(facts)
    return Column.from_facts(described["c"]), described["t"]


def enum_number(value: Any, members: str) -> Any:
    """Return the index of an ENUM's member, as numbers see it."""
    if not isinstance(value, str):
        return value
    listed = members.split("\x1f")
    return listed.index(value) + 1 if value in listed else 0


def set_number(value: Any, members: str) -> Any:
    """Return the bits of a SET, as numbers see it."""
    if not isinstance(value, str):
        return value
    listed = members.split("\x1f")
    return sum(1 << listed.index(one) for one in value.split(",") if one in listed)
