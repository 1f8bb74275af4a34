"""What the codes of a pattern for dates and times are about."""

from __future__ import annotations

import re

CODE = re.compile(r"%(.)", re.DOTALL)


_READ_DATE = frozenset("MVUXYWabcjmvuxyw")
_READ_TIME = frozenset("fHISThiklrs")


def kind_name(pattern: str) -> str:
    """Return what a message calls the value of a pattern: date, time or datetime."""
    codes = set(CODE.findall(pattern))
    if codes & _READ_DATE:
        return "datetime" if codes & _READ_TIME else "date"
    return "time" if codes & _READ_TIME else "datetime"


def shape(pattern: str) -> tuple[bool, bool, bool]:
    """Return whether a pattern has codes of a date, of a time, and of microseconds."""
    codes = set(CODE.findall(pattern))
    return bool(codes & _READ_DATE), bool(codes & _READ_TIME), "f" in codes
