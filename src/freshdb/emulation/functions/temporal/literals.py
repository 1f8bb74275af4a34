"""The constants `DATE'…'`, `TIME'…'` and `TIMESTAMP'…'`."""

from __future__ import annotations

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.temporal.datetime_texts import SPACE, read_datetime
from freshdb.emulation.functions.temporal.time_texts import whole_time
from freshdb.emulation.values import Date, DateTime, Time


def literal(kind: str, text: str) -> Date | DateTime | Time:
    """Return the value of `DATE'…'`, `TIME'…'` or `TIMESTAMP'…'`.

    Raises:
        MySQLError: 1525, when it is none.
    """
    value: Date | DateTime | Time | None = None
    if kind == "time":
        value = whole_time(text.strip(SPACE))
    else:
        found = read_datetime(text, True)
        if found is not None and found[2] and found[1] is (kind == "datetime"):
            value = found[0] if kind == "datetime" else found[0].date
    if value is None:
        name = {"date": "DATE", "time": "TIME"}.get(kind, "DATETIME")
        raise MySQLError(1525, "HY000", f"Incorrect {name} value: '{text}'")
    return value
