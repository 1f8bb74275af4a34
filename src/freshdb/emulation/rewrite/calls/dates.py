"""Calls with a unit of time, and the moment that it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation import values
from freshdb.emulation.errors import MySQLError, wrong_count
from freshdb.emulation.nodes import Shift
from freshdb.emulation.rewrite.calls.by_name import by_name, special
from freshdb.emulation.rewrite.operators.intervals import shifted
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, DATETIME, INT, TEXT


@special("DATE_ADD", "DATE_SUB", "ADDDATE", "SUBDATE")
def _date_shift(writer: Writer, node: Any) -> Written:
    if len(node.expressions) != 2:
        raise MySQLError(1064, "42000", f"You have an error in your SQL syntax near '{node.this}'")
    this, distance = node.expressions
    if not isinstance(distance, Shift):
        if node.this in ("DATE_ADD", "DATE_SUB"):
            raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ')'")
        distance = Shift(this=distance, unit="DAY")
    return shifted(writer, this, distance, subtract=node.this in ("DATE_SUB", "SUBDATE"))


@special("EXTRACT", "TIMESTAMPDIFF", "TIMESTAMPADD", "GET_FORMAT")
def _with_unit(writer: Writer, node: Any) -> Written:
    unit, *rest = node.expressions
    written = [writer.write(one) for one in rest]
    shown = [one.number if one.kind == "bit" else one.typed for one in written]
    listed = ", ".join([values.quote(unit), *shown])
    kinds = {"EXTRACT": INT, "TIMESTAMPDIFF": INT, "TIMESTAMPADD": ANY, "GET_FORMAT": TEXT}
    if node.this in ("TIMESTAMPDIFF", "TIMESTAMPADD") and len(rest) != 2:
        raise wrong_count(node.this)
    return Written(
        f"my_{node.this.lower()}({listed})",
        kinds[node.this],
        has_aggregate=any(one.has_aggregate for one in written),
    )


@special(
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "UTC_DATE",
    "UTC_TIME",
    "UTC_TIMESTAMP",
    "NOW",
    "SYSDATE",
    "CURTIME",
    "CURDATE",
)
def _moment(writer: Writer, node: Any) -> Written:
    written = by_name(writer, node.this, node)
    digits = node.expressions[0] if node.expressions else None
    if isinstance(digits, exp.Literal) and written.kind in ("time", "datetime"):
        written.type = replace(written.type, scale=int(digits.this) if digits.this.isdigit() else 0)
    return written


_VARYING = (exp.Column, exp.Query, exp.Parameter)


@special("STR_TO_DATE")
def _str_to_date(writer: Writer, node: Any) -> Written:
    written = by_name(writer, "STR_TO_DATE", node)
    if any(isinstance(one, _VARYING) for one in node.expressions[1].walk()):
        # The server cannot know the format's parts beforehand, and takes all of them.
        sql = written.sql.replace("my_str_to_date(", "my_str_to_datetime(", 1)
        return replace(written, sql=sql, type=replace(DATETIME, scale=6))
    return written
