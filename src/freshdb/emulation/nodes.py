"""What the parser makes of an expression where sqlglot has no word for it."""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp


class Call(exp.Expression):
    """A call of a function, by the name that was written in upper case."""

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "expressions": False,
        "distinct": False,
        "order": False,
        "separator": False,
        "limit": False,
        "star": False,
    }


class CastTo(exp.Expression):
    """CAST and CONVERT: `to` is a tuple of words and numbers."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "to": True}


class Typed(exp.Expression):
    """A literal with its type before it: DATE'2024-01-01'."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "kind": True}


class Shift(exp.Expression):
    """A distance in time: INTERVAL 1 DAY."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "unit": True}


class BinaryString(exp.Expression):
    """The operator BINARY."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class Calm(exp.Expression):
    """A constant condition that is calculated before strict mode counts."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class Against(exp.Expression):
    """MATCH (columns) AGAINST (text mode)."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "expressions": True, "mode": True}


class JsonRows(exp.Expression):
    """JSON_TABLE; `columns` is a list of dictionaries."""

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "path": True,
        "columns": True,
        "alias": False,
    }


UNITS = frozenset(
    [
        "MICROSECOND",
        "SECOND",
        "MINUTE",
        "HOUR",
        "DAY",
        "WEEK",
        "MONTH",
        "QUARTER",
        "YEAR",
        "SECOND_MICROSECOND",
        "MINUTE_MICROSECOND",
        "MINUTE_SECOND",
        "HOUR_MICROSECOND",
        "HOUR_SECOND",
        "HOUR_MINUTE",
        "DAY_MICROSECOND",
        "DAY_SECOND",
        "DAY_MINUTE",
        "DAY_HOUR",
        "YEAR_MONTH",
    ]
)


AGGREGATES = frozenset(
    [
        "COUNT",
        "SUM",
        "AVG",
        "MIN",
        "MAX",
        "STD",
        "STDDEV",
        "STDDEV_POP",
        "STDDEV_SAMP",
        "VAR_POP",
        "VAR_SAMP",
        "VARIANCE",
        "BIT_AND",
        "BIT_OR",
        "BIT_XOR",
        "GROUP_CONCAT",
        "JSON_ARRAYAGG",
        "JSON_OBJECTAGG",
        "ANY_VALUE",
    ]
)


BARE_CALLS = frozenset(
    [
        "CURRENT_DATE",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "CURRENT_USER",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "UTC_DATE",
        "UTC_TIME",
        "UTC_TIMESTAMP",
        "CURRENT_ROLE",
    ]
)
