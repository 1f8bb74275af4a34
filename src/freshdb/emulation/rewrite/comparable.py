"""The form in which SQLite compares two values as MySQL does, where there is one."""

from __future__ import annotations

import re
from dataclasses import replace

from freshdb.emulation import values
from freshdb.emulation.catalog import collation_of
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.written import NOTHING, Written
from freshdb.emulation.types import BIN, TEXT

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?)?")
_CLEAN_NUMBER = re.compile(r"-?(\d{1,18}|\d{1,15}\.\d{1,9})")


def comparable(left: Written, right: Written) -> tuple[str, str] | None:
    """Return both sides in a form that SQLite compares as MySQL does; None where there is none."""
    if "null" in (left.kind, right.kind):
        return left.sql, right.sql
    left, right = as_compared(left), as_compared(right)
    if left.is_number and right.is_number and "year" not in (left.kind, right.kind):
        return left.sql, right.sql
    if left.is_text and right.is_text:
        return _texts(left, right)
    if all(one.kind == "bytes" or (one.kind == "hex" and one.is_raw) for one in (left, right)):
        return left.sql, right.sql
    for column, constant, swapped in ((left, right, False), (right, left, True)):
        text = _as_stored(column, constant)
        if text is not None:
            return (text, column.sql) if swapped else (column.sql, text)
    if left.is_number and right.is_number:
        return left.sql, right.sql
    normalised = left.is_raw and right.is_raw and left.is_ours and right.is_ours
    same = left.kind == right.kind and left.type.scale == right.type.scale
    if normalised and same and left.kind in ("date", "datetime"):
        return left.sql, right.sql
    return None


def as_compared(one: Written) -> Written:
    """Return what is compared: a column of JSON is text, told apart by code points."""
    if one.kind == "json" and one.column is not None:
        return replace(one, type=replace(TEXT, collation=BIN), is_raw=False, column=None)
    return one


def _texts(left: Written, right: Written) -> tuple[str, str]:
    collation, _ = pick_collation(left, right)
    first = next((one for one in (left, right) if one.is_collated), None)
    if first is not None and first.type.collation == collation:
        # SQLite takes the collation of the left side, and only without one that of the right.
        if left.is_collated and left.type.collation == collation:
            return left.sql, right.sql
        if not left.is_collated:
            return left.sql, right.sql
    return f"{left.sql} COLLATE {collation_of(collation)}", right.sql


def _as_stored(column: Written, constant: Written) -> str | None:
    """Return a constant in the form in which a column's values are stored."""
    if column.column is None or constant.literal is NOTHING:
        return None
    if column.kind == "year" and isinstance(constant.literal, (int, str)):
        return _stored_year(str(constant.literal))
    if isinstance(constant.literal, str):
        text = constant.literal.strip()
        if column.is_raw and column.is_ours and column.kind in ("date", "datetime"):
            return _stored_moment(column, text)
        if column.is_number and _CLEAN_NUMBER.fullmatch(text):
            return text
    return None


def _stored_year(text: str) -> str | None:
    if not text.isdigit():
        return None
    number = int(text)
    if number < 100 and (number or len(text) > 1):
        number += 2000 if number < 70 else 1900
    return str(number)


def _stored_moment(column: Written, text: str) -> str | None:
    if not ("01" <= text[5:7] <= "12" and "01" <= text[8:10] <= "31"):
        return None
    # The thirtieth of February is compared as it stands, and warned of.
    if column.kind == "date":
        return values.quote(text) if _DATE.fullmatch(text) else None
    match = _DATETIME.fullmatch(text)
    if match is None:
        return None
    day, clock, digits = match.groups()
    if clock and not (clock < "24" and clock[3:5] < "60" and clock[6:] < "60"):
        return None
    scale = column.type.scale or 0
    fraction = (digits or "").rstrip("0").ljust(scale, "0")
    return values.quote(f"{day} {clock or '00:00:00'}" + (f".{fraction}" if fraction else ""))
