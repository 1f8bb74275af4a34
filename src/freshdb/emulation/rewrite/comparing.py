"""One comparison: SQLite's own where it compares as MySQL does, a helper elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.comparable import as_compared, comparable
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import OF_CONSTANT, Written
from freshdb.emulation.types import CI, TEXT
from freshdb.errors import EmulationError

HELPERS = {
    "=": "my_eq",
    "<>": "my_ne",
    "<": "my_lt",
    "<=": "my_le",
    ">": "my_gt",
    ">=": "my_ge",
    "IS": "my_nullsafe_eq",
}


_INVALID = re.compile(r"my_(cast_date|cast_datetime|cast_time|date|timestamp|time)\(")


def or_zero(sql: str) -> str:
    """Return a cast as a comparison sees it: what is no date counts as the zero date."""
    match = _INVALID.match(sql)
    if match is None or not _is_one_call(sql, match.end()):
        return sql
    return f"my_or_zero_{match[1].removeprefix('cast_')}({sql[match.end() :]}"


def _is_one_call(sql: str, start: int) -> bool:
    depth, quoted = 1, False
    for index in range(start, len(sql)):
        sign = sql[index]
        if sign == "'":
            quoted = not quoted
        elif not quoted and sign in "()":
            depth += 1 if sign == "(" else -1
            if not depth:
                return index == len(sql) - 1
    return False


def _check_bytes(left: Written, right: Written) -> None:
    """Raise what the server does where a constant of bytes meets text, and is no UTF-8."""
    for constant, text in ((left, right), (right, left)):
        if isinstance(constant.literal, bytes) and text.is_text and text.strength < OF_CONSTANT:
            try:
                constant.literal.decode()
            except UnicodeDecodeError:
                shown = "".join(f"\\x{byte:02X}" for byte in constant.literal)
                message = f"Invalid utf8mb4 character string: '{shown}'"
                raise MySQLError(1300, "HY000", message) from None


def compare(operator: str, left: Written, right: Written) -> str:
    """Return a comparison of two values."""
    _check_bytes(left, right)
    pair = comparable(left, right)
    if pair is not None:
        return f"{pair[0]} {operator} {pair[1]}"
    left, right = as_compared(left), as_compared(right)
    left_sql, right_sql = _helped(left, right)
    if {left.kind, right.kind} == {"year", "date"} or {left.kind, right.kind} == {
        "year",
        "datetime",
    }:
        raise EmulationError("a YEAR compared with a date is not supported", hint="use YEAR(date)")
    collation, _ = pick_collation(left, right)
    has_text = any(one.is_text or one.kind == "json" for one in (left, right))
    more = f", '{collation}'" if collation != CI and has_text else ""
    return f"{HELPERS[operator]}({left_sql}, {right_sql}{more})"


def _helped(left: Written, right: Written) -> tuple[str, str]:
    """Return both sides for a helper; members of an ENUM meet numbers as their index."""
    one = left.number if is_numeric(right) else left.compared
    other = right.number if is_numeric(left) else right.compared
    return or_zero(one), or_zero(other)


def is_numeric(one: Written) -> bool:
    """Tell whether it is a number of any kind."""
    return one.is_number or one.kind in ("decimal", "uint")


def as_text(writer: Writer, this: Written) -> Written:
    """Return what GREATEST and MAX compare: to MariaDB JSON is text, told apart by code points."""
    if this.kind != "json" or writer.context.is_mysql8:
        return this
    kind = replace(TEXT, collation=this.type.collation)
    return replace(this, sql=f"my_cast_char({this.typed})", type=kind, is_raw=False, column=None)


def json_as_text(writer: Writer, this: Written) -> Written:
    """Return what IN and CASE compare: MariaDB takes JSON for the text that it is there."""
    if this.kind != "json" or writer.context.is_mysql8:
        return this
    return Written(f"my_cast_char({this.typed})", TEXT, has_aggregate=this.has_aggregate)
