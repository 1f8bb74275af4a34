"""Periods: months written as YYYYMM."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import to_int
from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.spec import function


@function("PERIOD_ADD", args=2, kind="int")
def period_add(period: Any, months: Any) -> int:
    """Return a period YYYYMM so many months later."""
    found = to_int(period)
    if active.context.is_mysql8 and not _is_period(found):
        return _bad_period("period_add")
    if found == 0:
        return 0
    # The server counts with 32 bits without a sign, and takes what is no period for 0.
    total = (_months(found) + to_int(months)) & 0xFFFFFFFF
    if total == 0:
        return 0
    year, month = divmod(total, 12)
    if year < 100:
        year += 2000 if year < 70 else 1900
    return year * 100 + month + 1


@function("PERIOD_DIFF", args=2, kind="int")
def period_diff(one: Any, other: Any) -> int:
    """Return the number of months between two periods YYYYMM."""
    a, b = to_int(one), to_int(other)
    if active.context.is_mysql8 and not (_is_period(a) and _is_period(b)):
        return _bad_period("period_diff")
    return _months(a) - _months(b)


def _is_period(period: int) -> bool:
    return period > 0 and 1 <= period % 100 <= 12


def _bad_period(name: str) -> int:
    raise MySQLError(1210, "HY000", f"Incorrect arguments to {name}")


def _months(period: int) -> int:
    period &= 0xFFFFFFFF
    if period == 0 or period > 999_912:
        return 0
    year, month = divmod(period, 100)
    if year < 100:
        year += 2000 if year < 70 else 1900
    return year * 12 + month - 1
