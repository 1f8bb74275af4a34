"""CAST, CONVERT, BINARY, and the types of columns."""

from __future__ import annotations

import codecs
import re
from decimal import Decimal
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import (
    LARGEST_INT,
    LARGEST_UINT,
    SMALLEST_INT,
    characters,
    int_of_text,
    integer_digits,
    number,
    octets,
    rescale,
    text,
    to_decimal,
    to_float,
    wide_int,
)
from freshdb.emulation.functions.context import active, warn
from freshdb.emulation.functions.json_values import to_json
from freshdb.emulation.functions.rounding import round_datetime, round_time
from freshdb.emulation.functions.spec import operator
from freshdb.emulation.functions.temporal.conversions import to_date, to_datetime, to_time
from freshdb.emulation.values import Date, DateTime, Hex, Json, Time, UInt


@operator("CAST_SIGNED", args=1, kind="int")
def cast_signed(value: Any) -> int:
    """Return `CAST(value AS SIGNED)`: too large a text wraps around, other numbers are clipped."""
    kind = value.__class__
    if kind is DateTime or kind is Time:
        return int(value.number)
    if kind is str or kind is bytes or kind is Json:
        found = int_of_text(characters(value))
        if LARGEST_INT < found <= LARGEST_UINT:
            warn(
                1105,
                "Cast to signed converted positive out-of-range integer to its negative complement",
            )
            return found - 2**64
        return max(SMALLEST_INT, found) if found <= LARGEST_UINT else -1
    if kind is UInt:
        return int(value) - 2**64 if value > LARGEST_INT else int(value)
    found = wide_int(value)
    if not SMALLEST_INT <= found <= LARGEST_INT:
        warn(1916, f"Got overflow when casting '{characters(value)}' to INT. Value truncated")
    return max(SMALLEST_INT, min(LARGEST_INT, found))


@operator("CAST_UNSIGNED", args=1, kind="uint")
def cast_unsigned(value: Any) -> UInt:
    """Return `CAST(value AS UNSIGNED)`: a negative integer wraps around."""
    kind = value.__class__
    if kind is DateTime or kind is Time:
        return UInt(int(value.number) & LARGEST_UINT)
    if kind is float or kind is Decimal:
        found = wide_int(value)
        if found < 0:
            warn(
                1916,
                f"Got overflow when casting '{characters(value)}' to UNSIGNED INT. Value truncated",
            )
            return UInt(0)
        return UInt(min(LARGEST_UINT, found))
    found = int_of_text(characters(value)) if kind is Json else wide_int(value)
    if found < 0:
        return UInt(max(found, SMALLEST_INT) + 2**64)
    return UInt(min(LARGEST_UINT, found))


@operator("CAST_DECIMAL", args=(1, 3), kind="decimal")
def cast_decimal(value: Any, precision: int = 10, scale: int = 0) -> Decimal:
    """Return `CAST(value AS DECIMAL(precision, scale))`; what does not fit becomes the largest."""
    found = rescale(to_decimal(value), scale)
    if integer_digits(found) > precision - scale and found:
        warn(1264, "Out of range value for column 'cast' at row 1")
        largest = Decimal(10**precision - 1).scaleb(-scale)
        return -largest if found < 0 else largest
    return found


_BROKEN = re.compile("[\udc80-\udcff]")


@operator("CAST_CHAR", args=(1, 2), kind="text")
def cast_char(value: Any, length: Any = None) -> str:
    """Return `CAST(value AS CHAR(length))`."""
    if value.__class__ is Hex:
        return text_of_bytes(value, length)
    if isinstance(value, bytes) and not active.context.is_mysql8:
        found = _BROKEN.sub("?", value.decode("utf-8", "surrogateescape"))
    else:
        found = characters(value)
    return found if length is None else found[:length]


@operator("AS_TEXT", args=1, kind="any")
def as_text(value: Any) -> Any:
    """Return what a value is beside text: bytes stay bytes."""
    return value if value.__class__ in (str, bytes) else characters(value)


@operator("TEXT_OF_BYTES", args=(1, 2), kind="text")
def text_of_bytes(value: Any, length: Any = None) -> str:
    """Return bytes as text: what is no UTF-8 becomes `?`, byte by byte."""
    codecs.register_error("mysql", lambda error: ("?", error.start + 1))  # type: ignore[attr-defined]
    found = octets(value).decode("utf-8", "mysql")
    return found if length is None else found[:length]


@operator("CAST_BINARY", args=(1, 2), kind="bytes")
def cast_binary(value: Any, length: Any = None) -> bytes:
    """Return `CAST(value AS BINARY(length))`, filled up with zero bytes to its length."""
    if isinstance(value, str) and length is not None:
        # The server counts characters where it cuts, and bytes where it fills up.
        return octets(value[:length]).ljust(length, b"\0")
    found = octets(value)
    return found if length is None else found[:length].ljust(length, b"\0")


@operator("CAST_DATE", args=1, kind="date", deterministic=True)
def cast_date(value: Any) -> Date | None:
    """Return `CAST(value AS DATE)`."""
    return to_date(value)


@operator("CAST_DATETIME", args=(1, 2), kind="datetime")
def cast_datetime(value: Any, fsp: int = 0) -> DateTime | None:
    """Return `CAST(value AS DATETIME(fsp))`."""
    moment = to_datetime(value)
    return round_datetime(moment, fsp) if moment else None


@operator("CAST_TIME", args=(1, 2), kind="time")
def cast_time(value: Any, fsp: int = 0) -> Time | None:
    """Return `CAST(value AS TIME(fsp))`."""
    found = to_time(value)
    return round_time(found, fsp) if found else None


@operator("YEAR_DATE", args=1, kind="date")
def year_date(value: Any) -> Date:
    """Return what a column of type YEAR is as a date: its month and day are zero."""
    return Date(wide_int(value), 0, 0)


@operator("YEAR_TEXT", args=1, kind="text")
def year_text(value: Any) -> str:
    """Return a year as text, which always has four digits."""
    return f"{value:04d}"


@operator("DIGITS_TEXT", args=2, kind="text")
def digits_text(value: Any, width: int) -> str:
    """Return an integer of a ZEROFILL column as text."""
    return f"{value:0{width}d}"


@operator("PLACES_TEXT", args=2, kind="text")
def places_text(value: Any, places: int) -> str:
    """Return a number of a FLOAT(7,3) or DOUBLE(7,3) as text."""
    return f"{value:.{places}f}"


# What a comparison sees of a cast to a date or time: of what is none the zero value.


@operator("OR_ZERO_DATE", args=1, kind="date")
def date_or_zero(value: Any) -> Date:
    """Return `CAST(value AS DATE)` for a comparison."""
    return cast_date(value) or Date(0, 0, 0)


@operator("OR_ZERO_DATETIME", args=(1, 2), kind="datetime")
def datetime_or_zero(value: Any, fsp: int = 0) -> DateTime:
    """Return `CAST(value AS DATETIME)` for a comparison."""
    return cast_datetime(value, fsp) or DateTime(0, 0, 0, fsp=fsp)


@operator("OR_ZERO_TIME", args=(1, 2), kind="time")
def time_or_zero(value: Any, fsp: int | None = None) -> Time:
    """Return `CAST(value AS TIME)` or `TIME(value)` for a comparison."""
    found = to_time(value)
    if found is None:
        return Time(0, fsp or 0)
    return found if fsp is None else round_time(found, fsp)


@operator("OR_ZERO_TIMESTAMP", args=(1, 2), kind="datetime")
def timestamp_or_zero(value: Any, time: Any = None) -> DateTime | None:
    """Return `TIMESTAMP(value)` for a comparison."""
    from freshdb.emulation.functions.times import timestamp

    found: DateTime | None = timestamp(value) if time is None else timestamp(value, time)
    return found or (DateTime(0, 0, 0) if time is None else None)


@operator("CAST_DOUBLE", args=1, kind="double")
def cast_double(value: Any) -> float:
    """Return `CAST(value AS DOUBLE)`."""
    return to_float(value)


_LARGEST_FLOAT = 3.4028234663852886e38


@operator("CAST_FLOAT", args=1, kind="double")
def cast_float(value: Any) -> float:
    """Return `CAST(value AS FLOAT)`: a double with the precision of 24 bits."""
    import struct

    wide = max(-_LARGEST_FLOAT, min(_LARGEST_FLOAT, to_float(value)))
    found: float = struct.unpack("f", struct.pack("f", wide))[0]
    return float(f"{found:.6g}")


@operator("CAST_YEAR", args=1, kind="int")
def cast_year(value: Any) -> int | None:
    """Return `CAST(value AS YEAR)`."""
    if isinstance(value, (Date, DateTime)):
        return value.year
    found = wide_int(value)
    if found < 100:
        if found == 0 and not isinstance(value, str):
            return 0
        return found + (2000 if found < 70 else 1900)
    return found if 1901 <= found <= 2155 else None


@operator("CAST_JSON", args=1, kind="json")
def cast_json(value: Any) -> Json:
    """Return `CAST(value AS JSON)`, which only MySQL 8 has."""
    return to_json(value, parse=True)


@operator("CONVERT_USING", args=2, kind="text")
def convert_using(value: Any, charset: str) -> str | bytes:
    """Return `CONVERT(value USING charset)`; what the character set lacks becomes `?`."""
    name = charset.lower()
    if name == "binary":
        return octets(value)
    if name not in CHARSETS:
        raise MySQLError(1115, "42000", f"Unknown character set: '{charset}'")
    found = text(value)
    if isinstance(found, bytes):
        codecs.register_error("mysql", lambda error: ("?", error.start + 1))  # type: ignore[attr-defined]
        return found.decode(CHARSETS[name], "mysql")
    return found.encode(CHARSETS[name], "replace").decode(CHARSETS[name])


CHARSETS = {
    "utf8": "utf-8",
    "utf8mb3": "utf-8",
    "utf8mb4": "utf-8",
    "latin1": "cp1252",
    "ascii": "ascii",
    "ucs2": "utf-16-be",
    "utf16": "utf-16-be",
    "utf32": "utf-32-be",
    "latin2": "iso8859-2",
    "cp1251": "cp1251",
    "cp1250": "cp1250",
    "koi8r": "koi8-r",
    "gbk": "gbk",
    "big5": "big5",
    "sjis": "shift-jis",
    "cp932": "cp932",
    "ujis": "euc-jp",
    "euckr": "euc-kr",
    "greek": "iso8859-7",
    "hebrew": "iso8859-8",
    "latin5": "iso8859-9",
    "latin7": "iso8859-13",
    "tis620": "tis-620",
    "gb2312": "gb2312",
}


@operator("TYPED", args=(2, 3))
def typed(value: Any, kind: str, detail: Any = None) -> Any:
    """Return what a column holds as its declared type: see the table of tags in `values`."""
    if value.__class__ not in (int, float, str, bytes):
        return value
    if kind == "decimal":
        return rescale(to_decimal(value), detail) if detail is not None else to_decimal(value)
    if kind == "date":
        return to_date(value)
    if kind == "datetime":
        moment = to_datetime(value)
        return round_datetime(moment, detail or 0) if moment else None
    if kind == "time":
        found = to_time(value)
        return round_time(found, detail or 0) if found else None
    if kind == "float":
        return float(f"{value:.6g}") if isinstance(value, float) else value
    if kind == "bit":
        return int(value).to_bytes((detail + 7) // 8, "big")
    return _typed_otherwise(value, kind)


def _typed_otherwise(value: Any, kind: str) -> Any:
    if kind == "uint":
        return UInt(wide_int(value))
    if kind == "json":
        return Json(characters(value))
    if kind == "double":
        return to_float(value)
    if kind == "text":
        return characters(value)
    return number(value)
