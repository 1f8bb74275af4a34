"""Calls of functions: most by their name, and the ones that need more than their arguments."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation import values
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions import NAMES, REFUSED
from freshdb.emulation.nodes import AGGREGATES, Against, Call, CastTo, Shift
from freshdb.emulation.rewrite.operators import number_kind, or_zero, shifted
from freshdb.emulation.rewrite.unions import converted
from freshdb.emulation.rewrite.writer import (
    Writer,
    Written,
    emits,
    pick_collation,
    unsupported,
)
from freshdb.emulation.types import (
    ANY,
    BOOL,
    BY_KIND,
    BYTES,
    CI,
    DATE,
    DATETIME,
    DOUBLE,
    INT,
    JSON,
    TEXT,
    TIME,
    UINT,
    SqlType,
)
from freshdb.errors import EmulationError

Special = Callable[[Writer, Any], Written]
_SPECIAL: dict[str, Special] = {}


def special(*names: str) -> Callable[[Special], Special]:
    """Declare what writes calls of these functions."""

    def declare(function: Special) -> Special:
        for name in names:
            _SPECIAL[name] = function
        return function

    return declare


@emits(Call)
def _call(writer: Writer, node: Any) -> Written:
    name = node.this
    if node.meta.get("arrow") and not writer.context.is_mysql8:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near '>'")
    found = _SPECIAL.get(name)
    if found is not None:
        return found(writer, node)
    return _by_name(writer, name, node)


def _by_name(writer: Writer, name: str, node: Any) -> Written:
    if name in _WINDOW_ONLY:
        raise MySQLError(1064, "42000", f"You have an error in your SQL syntax near '{name}'")
    spec = NAMES.get(name)
    if spec is None or writer.context.flavor not in spec.flavors:
        raise _unknown(writer, name, spec)
    is_aggregate = spec.aggregate
    if is_aggregate:
        with writer.unmasked():
            arguments = _written(writer, node)
    else:
        arguments = _written(writer, node)
    if not spec.takes(len(arguments)):
        message = f"Incorrect parameter count in the call to native function '{name}'"
        raise MySQLError(1582, "42000", message)
    if node.args.get("distinct") and not is_aggregate:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'DISTINCT'")
    collated = _collated_call(name, arguments)
    if collated is not None:
        return collated
    _refuse_odd(name, node, arguments)
    if name.startswith("REGEXP_") and _tells_case(arguments):
        arguments[1] = replace(arguments[1], sql=f"('(?-i)' || {arguments[1].typed})", is_raw=False)
    as_json = name in _JSON_MAKERS
    if name in _CALCULATING and arguments and arguments[0].wide:
        listed = ", ".join([arguments[0].wide, *(one.typed for one in arguments[1:])])
    else:
        listed = ", ".join(
            _json_argument(one) if as_json else _argument(name, at, one)
            for at, one in enumerate(arguments)
        )
    distinct = "DISTINCT " if node.args.get("distinct") else ""
    kind = _result(spec.kind, name, arguments)
    has_aggregate = is_aggregate or any(one.has_aggregate for one in arguments)
    sql = f"{spec.registered}({distinct}{listed})"
    if name == "QUOTE" and arguments[0].kind in ("null", "bytes"):
        sql, kind = f"my_cast_binary({sql})", BYTES
    if name in _OF_NO_ROW and not node.meta.get("is_windowed"):
        sql = f"COALESCE({sql}, {_OF_NO_ROW[name]})"
    return Written(
        sql,
        kind,
        has_aggregate=has_aggregate,
        strength=_strength(arguments) if kind.kind in ("text", "json") else 4,
    )


def _written(writer: Writer, node: Any) -> list[Written]:
    if any(isinstance(one, (str, Shift)) or one is None for one in node.expressions):
        raise MySQLError(1064, "42000", f"You have an error in your SQL syntax near '{node.this}'")
    return [writer.write(one) for one in node.expressions]


_JSON_MAKERS = frozenset(
    [
        "JSON_ARRAY",
        "JSON_OBJECT",
        "JSON_SET",
        "JSON_INSERT",
        "JSON_REPLACE",
        "JSON_ARRAY_APPEND",
        "JSON_ARRAY_INSERT",
        "JSON_OBJECTAGG",
        "JSON_ARRAYAGG",
    ]
)


def _json_argument(one: Written) -> str:
    if one.kind == "bit":
        raise EmulationError("BIT in JSON is not supported", hint="CAST it AS UNSIGNED")
    # The server writes TRUE, and what a comparison gives, as JSON's true.
    return f"my_json_bool({one.typed})" if one.kind == "bool" else one.typed


_ALL = range(9)
_NUMBERS: dict[str, Collection[int]] = {
    **dict.fromkeys(
        [
            "ABS",
            "SIGN",
            "CEIL",
            "CEILING",
            "FLOOR",
            "ROUND",
            "TRUNCATE",
            "SIN",
            "COS",
            "TAN",
            "ASIN",
            "ACOS",
            "COT",
            "ATAN",
            "ATAN2",
            "DEGREES",
            "RADIANS",
            "EXP",
            "SQRT",
            "LN",
            "LOG",
            "LOG2",
            "LOG10",
            "POW",
            "POWER",
            "RAND",
            "MOD",
            "BIT_COUNT",
            "SPACE",
            "CHAR",
            "INET_NTOA",
            "FROM_DAYS",
            "MAKEDATE",
            "PERIOD_ADD",
            "PERIOD_DIFF",
            "SEC_TO_TIME",
            "MAKETIME",
            "INTERVAL",
            "SLEEP",
            "BIT_AND",
            "BIT_OR",
            "BIT_XOR",
            "STD",
            "STDDEV",
            "STDDEV_POP",
            "STDDEV_SAMP",
            "VARIANCE",
            "VAR_POP",
            "VAR_SAMP",
        ],
        _ALL,
    ),
    **dict.fromkeys(["LEFT", "RIGHT", "REPEAT", "SHA2", "WEEK", "YEARWEEK", "LPAD", "RPAD"], (1,)),
    **dict.fromkeys(["SUBSTRING", "SUBSTR", "MID", "INSERT", "CONV"], (1, 2)),
    **dict.fromkeys(["SUBSTRING_INDEX", "LOCATE"], (2,)),
    "FORMAT": (0, 1),
    "FROM_UNIXTIME": (0,),
    "ELT": (0,),
}
"""Which arguments of a function are numbers to it."""
_MOMENTS: dict[str, Collection[int]] = {
    **dict.fromkeys(
        [
            "YEAR",
            "MONTH",
            "DAY",
            "DAYOFMONTH",
            "QUARTER",
            "MONTHNAME",
            "DAYNAME",
            "WEEKDAY",
            "DAYOFWEEK",
            "DAYOFYEAR",
            "DATE",
            "TIME",
            "LAST_DAY",
            "WEEK",
            "WEEKOFYEAR",
            "YEARWEEK",
            "TO_DAYS",
            "TO_SECONDS",
            "UNIX_TIMESTAMP",
            "CONVERT_TZ",
            "TIMESTAMP",
            "DATE_FORMAT",
            "TIME_FORMAT",
            "HOUR",
            "MINUTE",
            "SECOND",
            "MICROSECOND",
            "TIME_TO_SEC",
        ],
        (0,),
    ),
    "DATEDIFF": (0, 1),
}


_TEXTS = frozenset(
    [
        "CONCAT",
        "CONCAT_WS",
        "REVERSE",
        "LEFT",
        "RIGHT",
        "SUBSTRING",
        "SUBSTR",
        "MID",
        "LPAD",
        "RPAD",
        "REPLACE",
        "LENGTH",
        "CHAR_LENGTH",
        "CRC32",
        "MD5",
        "SHA1",
        "SHA2",
        "UPPER",
        "LOWER",
        "REPEAT",
        "TO_BASE64",
        "QUOTE",
    ]
)


def _argument(name: str, place: int, one: Written) -> str:
    """Return an argument in the form that a function takes it in."""
    if place in _NUMBERS.get(name, ()) or (
        one.kind == "bit" and name in ("BIN", "OCT", "CONV", "HEX")
    ):
        return one.number
    if one.kind == "year" and name in _TEXTS:
        return f"my_year_text({one.sql})"
    if one.kind == "year" and place in _MOMENTS.get(name, ()):
        return f"my_year_date({one.sql})"
    return one.typed


# Python's sqlite3 gives NULL where an aggregate has met no row.
_OF_NO_ROW = {
    "BIT_AND": values.sql_literal("uint", str(2**64 - 1)),
    "BIT_OR": values.sql_literal("uint", "0"),
    "BIT_XOR": values.sql_literal("uint", "0"),
}
_CALCULATING = frozenset(["ROUND", "TRUNCATE", "FORMAT", "CEIL", "CEILING", "FLOOR", "SIGN"])


def _refuse_odd(name: str, node: Any, arguments: list[Written]) -> None:
    """Refuse calls whose answer on the server follows no rule that could be kept."""
    if name in ("ROUND", "TRUNCATE", "FLOOR", "CEIL", "CEILING") and arguments[0].kind in _MOMENT:
        raise EmulationError(f"{name} of a date or time is not supported", hint="CAST it first")
    inner = node.expressions[0] if node.expressions else None
    if name in ("JSON_VALID", "JSON_UNQUOTE") and isinstance(inner, Call) and inner.this in _PRETTY:
        raise EmulationError(
            f"{name}({inner.this}(…)) is not supported", hint=f"leave {inner.this} out"
        )


_MOMENT = ("date", "time", "datetime")
_PRETTY = ("JSON_COMPACT", "JSON_LOOSE", "JSON_DETAILED", "JSON_PRETTY")


def _tells_case(arguments: list[Written]) -> bool:
    collation = pick_collation(*(one for one in arguments if one.is_text))[0]
    return collation.endswith("_bin") and {one.kind for one in arguments[:2]} <= {"text", "json"}


_SEARCHES = frozenset(["INSTR", "LOCATE", "POSITION", "FIND_IN_SET", "FIELD", "STRCMP"])


def _collated_call(name: str, arguments: list[Written]) -> Written | None:
    """Return a search that tells upper from lower case; None where the usual one will do."""
    if name not in _SEARCHES or not all(one.is_text for one in arguments[:2]):
        return None
    collation, _ = pick_collation(*arguments)
    has_aggregate = any(one.has_aggregate for one in arguments)
    if collation == "binary" or (collation.endswith("_bin") and name == "FIND_IN_SET"):
        listed = ", ".join(
            f"my_cast_binary({one.typed})" if one.is_text else one.typed for one in arguments
        )
        return Written(f"my_{name.lower()}({listed})", INT, has_aggregate=has_aggregate)
    if not collation.endswith("_bin"):
        return None
    if name in ("INSTR", "LOCATE", "POSITION") and len(arguments) == 2:
        text, part = arguments if name == "INSTR" else reversed(arguments)
        return Written(f"instr({text.sql}, {part.sql})", INT, has_aggregate=has_aggregate)
    raise EmulationError(
        f"{name} by the collation {collation} is not supported", hint="compare with BINARY"
    )


def _strength(arguments: list[Written]) -> int:
    return min((one.strength for one in arguments if one.is_text or one.kind == "json"), default=4)


def _result(kind: str, name: str, arguments: list[Written]) -> SqlType:
    found = BY_KIND[kind]
    if kind == "text":
        texts = [one for one in arguments if one.is_text or one.kind == "json"]
        if texts:
            return replace(found, collation=pick_collation(*texts)[0])
    if kind == "json":
        texts = [one for one in arguments if one.is_text or one.kind == "json"]
        return replace(found, collation=pick_collation(*texts)[0] if texts else CI)
    if name in _SPREADS and arguments:
        return replace(found, scale=_shown_places(arguments[0]))
    if name in _LIKE_THEIR_ARGUMENTS and any(one.kind in ("bytes", "hex") for one in arguments):
        return BYTES
    if name == "PI":
        return replace(found, scale=6)
    if kind in ("decimal", "datetime", "time"):
        return replace(found, scale=None) if kind == "decimal" else found
    return found


_LIKE_THEIR_ARGUMENTS = frozenset(
    [
        "CONCAT",
        "CONCAT_WS",
        "LEFT",
        "RIGHT",
        "SUBSTRING",
        "SUBSTR",
        "MID",
        "TRIM",
        "LTRIM",
        "RTRIM",
        "REPEAT",
        "REVERSE",
        "LOWER",
        "UPPER",
        "LCASE",
        "UCASE",
    ]
)
_SPREADS = frozenset(
    ["STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VAR_POP", "VAR_SAMP", "VARIANCE"]
)


def _shown_places(one: Written) -> int | None:
    """Return the digits that the server shows of a deviation: four more than of its argument."""
    if one.kind in ("int", "bool", "uint", "year", "bit", "enum", "set", "date"):
        return 4
    if one.kind in ("time", "datetime") and one.column is not None:
        return (one.type.scale or 0) + 4
    if one.kind in ("decimal", "double") and one.type.scale is not None:
        return one.type.scale + 4
    return None


def _unknown(writer: Writer, name: str, spec: Any) -> Exception:
    if name in REFUSED:
        return EmulationError(f"the function {name} is not supported", hint=REFUSED[name])
    if spec is None:
        near = difflib.get_close_matches(name, list(NAMES), n=1)
        text = f"FUNCTION {writer.context.database}.{name.lower()} does not exist"
        error = MySQLError(1305, "42000", text)
        if near:
            error.add_note(f"did you mean {near[0]}?")
        return error
    flavor = "MariaDB" if writer.context.flavor == "mariadb" else "MySQL 8"
    return MySQLError(
        1305,
        "42000",
        f"FUNCTION {writer.context.database}.{name.lower()} does not exist ({flavor})",
    )


# Where types meet


@special("IF", "IFNULL", "COALESCE", "NVL", "NVL2", "GREATEST", "LEAST")
def _choice(writer: Writer, node: Any) -> Written:
    arguments = _written(writer, node)
    name = node.this
    first = 1 if name in ("IF", "NVL2") else 0
    chosen = arguments[first:]
    if (name in NAMES and not NAMES[name].takes(len(arguments))) or not chosen:
        if name == "IF":
            raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'IF'")
        raise MySQLError(
            1582, "42000", f"Incorrect parameter count in the call to native function '{name}'"
        )
    kind, sqls, is_raw = converted(chosen)
    has_aggregate = any(one.has_aggregate for one in arguments)
    strength = _strength(chosen)
    if name in ("GREATEST", "LEAST"):
        listed = ", ".join(or_zero(one.compared) for one in arguments)
        sql = f"my_{name.lower()}({listed})"
        if any(one.kind == "hex" for one in chosen) and any(one.is_number for one in chosen):
            sql, kind = f"my_cast_double({sql})", DOUBLE
            return Written(sql, kind, has_aggregate=has_aggregate)
        if kind.kind == "decimal" and not any(one.kind == "decimal" for one in chosen):
            sql = f"my_cast_decimal({sql}, 65, 0)"
        return Written(
            sql,
            kind if len({one.kind for one in chosen}) == 1 else ANY,
            has_aggregate=has_aggregate,
        )
    if name in ("IF", "NVL2"):
        if len(chosen) != 2:
            raise MySQLError(
                1582, "42000", f"Incorrect parameter count in the call to native function '{name}'"
            )
        test = arguments[0].truth if name == "IF" else f"{arguments[0].sql} IS NOT NULL"
        sql = f"CASE WHEN {test} THEN {sqls[0]} ELSE {sqls[1]} END"
    elif len(sqls) == 1:
        sql = sqls[0]
    else:
        sql = f"COALESCE({', '.join(sqls)})"
    wide = None
    if kind.kind == "decimal" and any(one.wide for one in chosen):
        exact = [one.wide or one.typed for one in chosen]
        wide = f"COALESCE({', '.join([*exact, 'NULL'])})"
        if name in ("IF", "NVL2"):
            wide = f"(CASE WHEN {test} THEN {exact[0]} ELSE {exact[1]} END)"
    return Written(
        f"({sql})", kind, is_raw=is_raw, strength=strength, has_aggregate=has_aggregate, wide=wide
    )


@special("NULLIF")
def _nullif(writer: Writer, node: Any) -> Written:
    from freshdb.emulation.rewrite.operators import compare

    arguments = _written(writer, node)
    if len(arguments) != 2:
        raise MySQLError(
            1582, "42000", "Incorrect parameter count in the call to native function 'NULLIF'"
        )
    first, second = arguments
    sql = f"(CASE WHEN {compare('=', first, second)} THEN NULL ELSE {first.typed} END)"
    kind = first.type if first.kind != "bool" else INT
    return Written(
        sql,
        kind,
        has_aggregate=first.has_aggregate or second.has_aggregate,
        strength=first.strength,
    )


@special("ISNULL")
def _isnull(writer: Writer, node: Any) -> Written:
    arguments = _written(writer, node)
    if len(arguments) != 1:
        raise MySQLError(
            1582, "42000", "Incorrect parameter count in the call to native function 'ISNULL'"
        )
    return Written(f"({arguments[0].sql} IS NULL)", BOOL, has_aggregate=arguments[0].has_aggregate)


@special("CHARSET", "COLLATION", "COERCIBILITY")
def _about_text(writer: Writer, node: Any) -> Written:
    (one,) = _written(writer, node)
    asked = node.expressions[0]
    unsure = isinstance(asked, exp.Column) and one.column is None and one.is_text
    named = isinstance(asked, CastTo) and asked.args["to"][2]
    if unsure or named or (isinstance(asked, Call) and asked.this in ("CHARSET", "COLLATION")):
        raise EmulationError(f"{node.this} of this is not supported", hint="ask it of a column")
    collation = one.type.collation if one.is_text else "binary"
    charset = collation.split("_")[0]
    text = {"CHARSET": charset, "COLLATION": collation}.get(node.this)
    if text is None:
        strength = one.strength if one.is_text else (6 if one.kind == "null" else 5)
        return Written(str(strength), INT, has_aggregate=one.has_aggregate)
    return Written(values.quote(text), TEXT, has_aggregate=one.has_aggregate)


# Dates


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
        raise MySQLError(
            1582, "42000", f"Incorrect parameter count in the call to native function '{node.this}'"
        )
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
    written = _by_name(writer, node.this, node)
    digits = node.expressions[0] if node.expressions else None
    if isinstance(digits, exp.Literal) and written.kind in ("time", "datetime"):
        written.type = replace(written.type, scale=int(digits.this) if digits.this.isdigit() else 0)
    return written


# Text


@special("FIND_IN_SET")
def _find_in_set(writer: Writer, node: Any) -> Written:
    written = _by_name(writer, "FIND_IN_SET", node)
    wanted, members = (writer.write(one) for one in node.expressions)
    if members.kind != "set" or members.column is None or not isinstance(wanted.literal, str):
        return written
    # Of a SET column the server tells the member's number, and not its place in the value.
    lower = [one.lower() for one in members.type.members]
    number = lower.index(wanted.literal.lower()) + 1 if wanted.literal.lower() in lower else 0
    return replace(written, sql=f"(({written.sql} > 0) * {number})")


@special("STR_TO_DATE")
def _str_to_date(writer: Writer, node: Any) -> Written:
    written = _by_name(writer, "STR_TO_DATE", node)
    if not isinstance(node.expressions[1], (exp.Literal, exp.Placeholder)):
        # The server cannot know the format's parts beforehand, and takes all of them.
        sql = written.sql.replace("my_str_to_date(", "my_str_to_datetime(", 1)
        return replace(written, sql=sql, type=replace(DATETIME, scale=6))
    return written


@special("TRIM")
def _trim(writer: Writer, node: Any) -> Written:
    text, *rest = node.expressions
    this = writer.write(text)
    if not rest:
        return Written(
            f"my_trim({this.typed})", TEXT, strength=this.strength, has_aggregate=this.has_aggregate
        )
    remove, where = rest
    other = writer.write(remove).typed if remove is not None else "' '"
    return Written(
        f"my_trim({this.typed}, {other}, '{where}')",
        TEXT,
        strength=this.strength,
        has_aggregate=this.has_aggregate,
    )


@special("CHAR_USING", "CONVERT_USING")
def _named_charset(writer: Writer, node: Any) -> Written:
    arguments = _written(writer, node)
    listed = ", ".join(one.typed for one in arguments)
    binary = any(one.literal == "binary" for one in arguments)
    return Written(f"my_{node.this.lower()}({listed})", BYTES if binary else TEXT)


@emits(Against)
def _against(writer: Writer, node: Any) -> Written:
    if writer.clause not in ("where clause", "on clause", "having clause"):
        raise EmulationError(
            "the relevance that MATCH … AGAINST gives is not supported",
            hint="use it as a condition in WHERE",
        )
    text = writer.write(node.this)
    columns = [writer.write(one) for one in node.expressions]
    listed = ", ".join(one.typed for one in columns)
    return Written(f"my_match('{node.args['mode']}', {text.typed}, {listed})", DOUBLE)


# Casts


_CASTS: dict[str, tuple[str, SqlType]] = {
    "SIGNED": ("my_cast_signed", INT),
    "INT": ("my_cast_signed", INT),
    "INTEGER": ("my_cast_signed", INT),
    "BIGINT": ("my_cast_signed", INT),
    "UNSIGNED": ("my_cast_unsigned", UINT),
    "DOUBLE": ("my_cast_double", DOUBLE),
    "REAL": ("my_cast_double", DOUBLE),
    "FLOAT": ("my_cast_float", DOUBLE),
    "DATE": ("my_cast_date", DATE),
    "JSON": ("my_cast_json", JSON),
    "YEAR": ("my_cast_year", SqlType("year", "year")),
}


@emits(CastTo)
def _cast(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    word, numbers, charset = node.args["to"]
    has_aggregate = this.has_aggregate
    if word in ("CHAR", "VARCHAR", "NCHAR", "CHARACTER", "NATIONAL", "TEXT"):
        more = f", {numbers[0]}" if numbers else ""
        if charset == "binary":
            return Written(
                f"my_cast_binary({this.typed}{more})", BYTES, has_aggregate=has_aggregate
            )
        name = "my_text_of_bytes" if this.kind in ("bytes", "bit") else "my_cast_char"
        sql = f"{name}({this.typed}{more})"
        if charset and not charset.startswith("utf8"):
            sql = f"my_convert_using({sql}, '{charset}')"
        return Written(sql, TEXT, has_aggregate=has_aggregate)
    if word in ("BINARY", "VARBINARY"):
        more = f", {numbers[0]}" if numbers else ""
        return Written(f"my_cast_binary({this.typed}{more})", BYTES, has_aggregate=has_aggregate)
    if word in ("DECIMAL", "DEC", "NUMERIC", "FIXED"):
        precision, scale = (numbers + [10, 0][len(numbers) :])[:2]
        _check_precision(node, precision, scale)
        kind = SqlType("decimal", "decimal", precision, scale)
        return Written(
            f"my_cast_decimal({this.exact}, {precision}, {scale})",
            kind,
            has_aggregate=has_aggregate,
        )
    if word in ("TIME", "DATETIME", "TIMESTAMP"):
        digits = numbers[0] if numbers else 0
        name, kind = ("my_cast_time", TIME) if word == "TIME" else ("my_cast_datetime", DATETIME)
        value = f"my_year_date({this.sql})" if this.kind == "year" else this.typed
        return Written(
            f"{name}({value}, {digits})",
            replace(kind, scale=digits),
            has_aggregate=has_aggregate,
        )
    if word not in _CASTS:
        raise MySQLError(1064, "42000", f"You have an error in your SQL syntax near '{word}'")
    if word == "JSON" and not writer.context.is_mysql8:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'JSON)'")
    if word == "YEAR" and not writer.context.is_mysql8:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'YEAR)'")
    name, kind = _CASTS[word]
    argument = this.exact if kind in (INT, UINT, DOUBLE) else this.typed
    if word == "DATE" and this.kind == "year":
        argument = f"my_year_date({this.sql})"
    return Written(f"{name}({argument})", kind, has_aggregate=has_aggregate)


def _check_precision(node: Any, precision: int, scale: int) -> None:
    if precision > 65:
        raise MySQLError(
            1426, "42000", f"Too big precision specified for '{node.this.sql()}'. Maximum is 65"
        )
    if scale > 38:
        raise MySQLError(
            1425, "42000", f"Too big scale specified for '{node.this.sql()}'. Maximum is 38"
        )
    if scale > precision:
        raise MySQLError(
            1427, "42000", "For float(M,D), double(M,D) or decimal(M,D), M must be >= D"
        )


# Aggregates


@special("COUNT")
def _count(writer: Writer, node: Any) -> Written:
    if node.args.get("star"):
        return Written("COUNT(*)", INT, has_aggregate=True)
    with writer.unmasked():
        arguments = _written(writer, node)
    if not arguments:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ')'")
    if not node.args.get("distinct"):
        if len(arguments) > 1:
            raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ','")
        return Written(f"COUNT({arguments[0].sql})", INT, has_aggregate=True)
    if len(arguments) == 1:
        return Written(f"COUNT(DISTINCT {arguments[0].collated})", INT, has_aggregate=True)
    listed = ", ".join(one.typed for one in arguments)
    # Python's sqlite3 gives NULL where an aggregate has met no row.
    return Written(f"COALESCE(my_count_distinct({listed}), 0)", INT, has_aggregate=True)


@special("MIN", "MAX")
def _extreme(writer: Writer, node: Any) -> Written:
    with writer.unmasked():
        arguments = _written(writer, node)
    if len(arguments) != 1:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ','")
    (one,) = arguments
    if writer.has_bare_columns and not node.meta.get("is_windowed"):
        kind = INT if one.kind == "bool" else TEXT if one.kind in ("enum", "set") else one.type
        # MIN of an ENUM goes by its text.
        shown = one.number if one.is_number else one.typed
        by = f", '{one.type.collation}'" if one.is_text and one.type.collation != CI else ""
        sql = f"my_{node.this.lower()}({shown}{by})"
        column = one.column if one.type.name == "float" or one.kind == "bit" else None
        return Written(sql, kind, has_aggregate=True, column=column)
    plain = one.is_number or (one.is_raw and one.is_ours and one.kind in ("date", "datetime"))
    if plain and one.kind != "bit":
        kind = INT if one.kind == "bool" else one.type
        is_raw = one.is_raw and not (one.kind == "decimal" and one.column is None)
        sql = f"{node.this}({one.sql if is_raw == one.is_raw else one.typed})"
        if is_raw == one.is_raw:
            return Written(
                sql,
                kind,
                is_raw=is_raw,
                has_aggregate=True,
                column=replace(one.column, is_nullable=True) if one.column is not None else None,
                is_ours=one.is_ours,
            )
    if one.is_text and one.kind == "text":
        return Written(
            f"{node.this}({one.collated})", one.type, has_aggregate=True, strength=one.strength
        )
    kind = TEXT if one.kind in ("enum", "set") else one.type
    return Written(f"my_{node.this.lower()}({one.typed})", kind, has_aggregate=True)


@special("SUM", "AVG")
def _total(writer: Writer, node: Any) -> Written:
    with writer.unmasked():
        arguments = _written(writer, node)
    if len(arguments) != 1:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ','")
    (one,) = arguments
    distinct = "DISTINCT " if node.args.get("distinct") else ""
    if distinct and one.kind == "hex":
        raise EmulationError(f"{node.this}(DISTINCT 0x…) is not supported", hint="write the number")
    places = one.type.scale if one.kind == "double" else None
    if places is not None and node.this == "AVG":
        places += 4
    kind = (
        replace(DOUBLE, scale=places)
        if number_kind(one) == "double"
        else SqlType("decimal", "decimal", 30, None)
    )
    if number_kind(one) == "any":
        kind = ANY
    elif kind.kind == "decimal":
        scale = one.type.scale if one.kind == "decimal" else 0
        if scale is not None:
            kind = replace(kind, scale=scale if node.this == "SUM" else min(scale + 4, 38))
    argument = one.number
    if distinct and one.is_mixed:
        argument += " COLLATE mysql_ci"
    sql = f"my_{node.this.lower()}({distinct}{argument})"
    if kind.kind == "double" and kind.scale is not None and not node.meta.get("is_windowed"):
        # The server keeps the sums of groups in columns of that many places.
        sql = f"round({sql}, {kind.scale})"
    return Written(sql, kind, has_aggregate=True)


@special("GROUP_CONCAT", "JSON_ARRAYAGG")
def _group_concat(writer: Writer, node: Any) -> Written:
    with writer.unmasked():
        arguments = _written(writer, node)
        order = node.args.get("order")
        keys = [
            (_group_order(writer, one.this, arguments), bool(one.args.get("desc")))
            for one in (order.expressions if order is not None else ())
        ]
        separator = node.args.get("separator")
    limit = node.args.get("limit")
    as_json = node.this == "JSON_ARRAYAGG"
    shown = [_json_argument(one) if as_json else one.typed for one in arguments]
    if node.this == "JSON_ARRAYAGG" and not (keys or limit or node.args.get("distinct")):
        return Written(f"my_json_arrayagg({shown[0]})", JSON, has_aggregate=True)
    options: dict[str, Any] = {"n": len(arguments)}
    if node.args.get("distinct"):
        options["distinct"] = True
    if keys:
        options["order"] = "".join("-" if desc else "+" for _, desc in keys)
    if separator is not None:
        found = writer.write(separator).literal
        options["separator"] = found.decode() if isinstance(found, bytes) else str(found)
    if limit:
        options["limit"] = limit
    listed = [
        values.quote(json.dumps(options)),
        *shown,
        *(key for key, _ in keys),
    ]
    name = "my_group_concat" if node.this == "GROUP_CONCAT" else "my_json_arrayagg_options"
    kind = TEXT if node.this == "GROUP_CONCAT" else JSON
    return Written(f"{name}({', '.join(listed)})", kind, has_aggregate=True)


def _group_order(writer: Writer, node: Any, arguments: list[Written]) -> str:
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        position = int(node.this)
        if 0 < position <= len(arguments):
            return arguments[position - 1].typed
        raise MySQLError(1054, "42S22", f"Unknown column '{position}' in 'order clause'")
    written = writer.write(node)
    return written.number if written.kind in ("enum", "set") else written.typed


@special("ANY_VALUE")
def _any_value(writer: Writer, node: Any) -> Written:
    (one,) = _written(writer, node)
    return one


# Windows


_WINDOW_ONLY: dict[str, SqlType] = {
    "ROW_NUMBER": INT,
    "RANK": INT,
    "DENSE_RANK": INT,
    "NTILE": INT,
    "PERCENT_RANK": DOUBLE,
    "CUME_DIST": DOUBLE,
    "LAG": ANY,
    "LEAD": ANY,
    "FIRST_VALUE": ANY,
    "LAST_VALUE": ANY,
    "NTH_VALUE": ANY,
}


@emits(exp.Window)
def _window(writer: Writer, node: Any) -> Written:
    call = node.this
    if not isinstance(call, Call):
        raise unsupported(node)
    if call.this in _WINDOW_ONLY:
        written = _window_function(writer, call)
    else:
        if call.this not in AGGREGATES and not (call.this in NAMES and NAMES[call.this].aggregate):
            raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'OVER'")
        if call.args.get("distinct"):
            raise MySQLError(
                1235,
                "42000",
                "This version of MariaDB doesn't yet support "
                "'COUNT(DISTINCT) aggregate as window function'",
            )
        call.meta["is_windowed"] = True
        written = writer.write(call)
    spec = node.args.get("spec")
    sql = f"{written.sql} OVER {_over(writer, node)}"
    if spec is not None and written.sql.startswith("my_") and _leaves_out_its_row(spec):
        # Python's sqlite3 crashes where a frame has no row when an aggregate of ours begins.
        name, _, rest = written.sql.partition("(")
        sql = f"fd_window('{name}', json_group_array(json_array({rest}) OVER {_over(writer, node)})"
    return replace(written, sql=sql, has_aggregate=False, is_collated=False)


def _leaves_out_its_row(spec: Any) -> bool:
    """Tell whether a frame may not hold the row that it belongs to, and so be empty."""
    sides = [str(spec.args.get(name) or "").upper() for name in ("start_side", "end_side")]
    return sides[0] == "FOLLOWING" or sides[1] == "PRECEDING"


def _window_function(writer: Writer, call: Any) -> Written:
    arguments = _written(writer, call)
    kind = _WINDOW_ONLY[call.this]
    first = arguments[0] if arguments else None
    if kind is ANY and first is not None:
        kind = first.type if first.kind != "bool" else INT
        if (
            len(arguments) > 1
            and call.this in ("LAG", "LEAD")
            and isinstance(arguments[1].literal, int)
            and arguments[1].literal < 0
        ):
            call.set("this", "LEAD" if call.this == "LAG" else "LAG")
            arguments[1].sql = str(-arguments[1].literal)
        if len(arguments) == 3 and not writer.context.is_mysql8:
            raise MySQLError(
                1064, "42000", f"You have an error in your SQL syntax near '{call.this}'"
            )
        if len(arguments) == 3:
            kind, sqls, is_raw = converted([first, arguments[2]])
            return Written(
                f"{call.this}({sqls[0]}, {arguments[1].sql}, {sqls[1]})", kind, is_raw=is_raw
            )
        listed = ", ".join([first.sql, *(one.sql for one in arguments[1:])])
        return Written(
            f"{call.this}({listed})",
            kind,
            is_raw=first.is_raw,
            column=first.column,
            is_ours=first.is_ours,
        )
    return Written(f"{call.this}({', '.join(one.sql for one in arguments)})", kind)


def _over(writer: Writer, node: Any) -> str:
    alias = node.args.get("alias")
    if (
        alias is not None
        and node.args.get("over")
        and not (node.args.get("order") or node.args.get("partition_by") or node.args.get("spec"))
    ):
        definition = writer.windows.get(alias.name.lower())
        if definition is None:
            raise MySQLError(
                4015, "HY000", f"Window specification with name '{alias.name}' is not defined"
            )
        return _over(writer, definition)
    base = None
    if alias is not None:
        base = writer.windows.get(alias.name.lower())
        if base is None:
            raise MySQLError(
                4015, "HY000", f"Window specification with name '{alias.name}' is not defined"
            )
    parts = []
    partition = node.args.get("partition_by") or (
        base.args.get("partition_by") if base is not None else None
    )
    order = node.args.get("order") or (base.args.get("order") if base is not None else None)
    if partition:
        keys = [one.this if isinstance(one, exp.Ordered) else one for one in partition]
        parts.append("PARTITION BY " + ", ".join(writer.write(one).ordered for one in keys))
    if order is not None:
        keys_ = [
            writer.write(one.this).ordered + (" DESC" if one.args.get("desc") else "")
            for one in order.expressions
        ]
        parts.append("ORDER BY " + ", ".join(keys_))
    spec = node.args.get("spec") or (base.args.get("spec") if base is not None else None)
    if spec is not None:
        parts.append(_frame(writer, spec))
    return f"({' '.join(parts)})"


def _frame(writer: Writer, spec: Any) -> str:
    def bound(value: Any, side: Any) -> str:
        text = value if isinstance(value, str) else writer.write(value).sql
        return f"{text} {side or ''}".strip()

    start = bound(spec.args["start"], spec.args.get("start_side"))
    end = spec.args.get("end")
    kind = spec.args["kind"].upper()
    if end is None:
        return f"{kind} {start}"
    return f"{kind} BETWEEN {start} AND {bound(end, spec.args.get('end_side'))}"


@special("JSON_UNQUOTE_EXTRACT")
def _unquoted(writer: Writer, node: Any) -> Written:
    inner = _by_name(writer, "JSON_EXTRACT", node)
    return Written(f"my_json_unquote({inner.sql})", TEXT)


# What depends on the statement


@special("VALUES", "VALUE")
def _new_value(writer: Writer, node: Any) -> Written:
    (column,) = node.expressions
    found = writer.new_values.get(column.name.lower())
    if found is None:
        if not writer.new_values:
            return Written("NULL", ANY)
        raise MySQLError(1054, "42S22", f"Unknown column '{column.name}' in 'field list'")
    return found


@special("DEFAULT")
def _default(writer: Writer, node: Any) -> Written:
    (column,) = node.expressions
    written = writer.write(column)
    if written.column is None:
        raise MySQLError(1054, "42S22", f"Unknown column '{column.name}' in 'field list'")
    from freshdb.emulation.rewrite.storing import default_of

    return default_of(writer, written.column)


@special("ROW_COUNT", "FOUND_ROWS", "LAST_INSERT_ID")
def _session_fact(writer: Writer, node: Any) -> Written:
    return _by_name(writer, node.this, node)
