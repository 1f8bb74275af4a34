"""What functions make of their arguments: the one table that the rewriter and the bodies go by."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

ALL = range(9)


@dataclass(frozen=True)
class Traits:
    """What is special in how a function takes and gives values.

    Attributes:
        numbers: the arguments that are numbers to it, so that an ENUM counts by its index.
        moments: the arguments that are dates to it, so that a YEAR is one.
        takes_dates: a date that was calculated from text is a date to it; to others it is text.
        takes_text: its arguments are text to it, so that a YEAR has four digits.
        makes_json: it puts its arguments into JSON, where TRUE is no number.
        calculates: it goes on with all the digits of a quotient, and not only with those shown.
        keeps_bytes: it gives bytes where it is given bytes.
        spreads: it gives four digits more than its argument has.
        searches: it compares by the arguments' collation.
    """

    numbers: Collection[int] = ()
    moments: Collection[int] = ()
    takes_dates: bool = False
    takes_text: bool = False
    makes_json: bool = False
    calculates: bool = False
    keeps_bytes: bool = False
    spreads: bool = False
    searches: bool = False


def _rows() -> Iterator[tuple[str, Traits]]:
    arithmetic = "ADD SUB MUL DIV DIV_WIDE INTDIV NEG SHL SHR BITAND BITOR BITXOR BITNOT"
    comparison = "EQ NE LT LE GT GE NULLSAFE_EQ IN BETWEEN BOOL NOT XOR"
    yield f"{arithmetic} {comparison}", Traits(takes_dates=True)
    yield "CAST_DECIMAL CAST_DOUBLE CAST_TIME SUM AVG", Traits(takes_dates=True)

    trigonometry = "ACOS ASIN ATAN ATAN2 COT DEGREES RADIANS"
    yield f"{trigonometry} RAND INTERVAL CHAR SPACE SLEEP", Traits(ALL)
    yield "BIT_AND BIT_OR BIT_XOR FROM_DAYS MAKETIME INET_NTOA", Traits(ALL)
    logarithms = "EXP LN LOG LOG2 LOG10 POW POWER SQRT"
    yield f"ABS SIN COS TAN MOD BIT_COUNT {logarithms}", Traits(ALL, takes_dates=True)
    yield "MAKEDATE PERIOD_ADD PERIOD_DIFF SEC_TO_TIME", Traits(ALL, takes_dates=True)
    rounding = Traits(ALL, takes_dates=True, calculates=True)
    yield "CEIL CEILING FLOOR ROUND TRUNCATE SIGN", rounding
    yield "FORMAT", Traits((0, 1), takes_dates=True, calculates=True)
    spread = Traits(ALL, takes_dates=True, spreads=True)
    yield "STD STDDEV STDDEV_POP STDDEV_SAMP VARIANCE VAR_POP VAR_SAMP", spread

    dates = "DATE DATE_FORMAT LAST_DAY TIMESTAMP CONVERT_TZ UNIX_TIMESTAMP TO_DAYS TO_SECONDS"
    parts = "YEAR QUARTER MONTH MONTHNAME WEEKOFYEAR WEEKDAY DAY DAYNAME DAYOFMONTH DAYOFWEEK"
    yield f"{dates} {parts} DAYOFYEAR", Traits(moments=(0,))
    yield "DATEDIFF", Traits(moments=(0, 1))
    yield "WEEK YEARWEEK", Traits((1,), moments=(0,))
    times = "TIME TIME_FORMAT TIME_TO_SEC HOUR MINUTE SECOND MICROSECOND"
    yield times, Traits(moments=(0,), takes_dates=True)
    yield "ADDTIME SUBTIME TIMEDIFF", Traits(takes_dates=True)

    yield (
        "CONCAT CONCAT_WS LOWER LCASE UPPER UCASE REVERSE",
        Traits(takes_text=True, keeps_bytes=True),
    )
    yield "LEFT RIGHT REPEAT", Traits((1,), takes_text=True, keeps_bytes=True)
    yield "MID SUBSTR SUBSTRING", Traits((1, 2), takes_text=True, keeps_bytes=True)
    lengths = "LENGTH OCTET_LENGTH BIT_LENGTH CHAR_LENGTH CHARACTER_LENGTH"
    yield "TRIM LTRIM RTRIM", Traits(keeps_bytes=True)
    yield "LPAD RPAD SHA2", Traits((1,), takes_text=True)
    yield f"{lengths} REPLACE QUOTE CRC32 MD5 SHA SHA1 TO_BASE64 UNHEX", Traits(takes_text=True)
    yield "ELT FROM_UNIXTIME", Traits((0,))
    yield "CONV", Traits((1, 2))
    yield "INSERT", Traits((1, 2), takes_text=True)
    yield "FROM_BASE64 REGEXP_INSTR REGEXP_SUBSTR REGEXP_REPLACE", Traits(takes_text=True)
    layouts = "JSON_COMPACT JSON_LOOSE JSON_DETAILED JSON_PRETTY JSON_NORMALIZE JSON_EQUALS"
    yield f"{layouts} JSON_DEPTH JSON_TYPE JSON_VALID", Traits(takes_text=True)
    yield "LAST_INSERT_ID", Traits(ALL)
    yield "SUBSTRING_INDEX", Traits((2,))
    yield "LOCATE", Traits((2,), takes_text=True, searches=True)
    yield "INSTR", Traits(takes_text=True, searches=True)
    yield "FIELD FIND_IN_SET POSITION STRCMP", Traits(searches=True)

    changes = "JSON_SET JSON_INSERT JSON_REPLACE JSON_ARRAY_APPEND JSON_ARRAY_INSERT"
    makers = "JSON_ARRAY JSON_OBJECT JSON_ARRAYAGG JSON_OBJECTAGG"
    yield f"{changes} {makers}", Traits(makes_json=True)


_TRAITS = {name: traits for names, traits in _rows() for name in names.split()}
_PLAIN = Traits()


def traits_of(name: str) -> Traits:
    """Return what is special in a function; most are plain."""
    return _TRAITS.get(name, _PLAIN)
