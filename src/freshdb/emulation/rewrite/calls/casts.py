"""CAST and CONVERT."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import CastTo
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import (
    BYTES,
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
        sql = f"{name}({this.shown}{more})"
        if charset and not charset.startswith("utf8"):
            sql = f"my_convert_using({sql}, '{charset}')"
        return Written(sql, TEXT, has_aggregate=has_aggregate)
    if word in ("BINARY", "VARBINARY"):
        more = f", {numbers[0]}" if numbers else ""
        return Written(f"my_cast_binary({this.typed}{more})", BYTES, has_aggregate=has_aggregate)
    if word in ("DECIMAL", "DEC", "NUMERIC", "FIXED"):
        precision, scale = (numbers + [10, 0][len(numbers) :])[:2]
        precision = precision or max(10, scale)
        _check_precision(node, precision, scale)
        kind = SqlType("decimal", "decimal", precision, scale)
        return Written(
            f"my_cast_decimal({this.exact}, {precision}, {scale})",
            kind,
            has_aggregate=has_aggregate,
        )
    if word in ("TIME", "DATETIME"):
        digits = numbers[0] if numbers else 0
        if digits > 6:
            text = f"Too big precision specified for '{node.this.sql()}'. Maximum is 6"
            raise MySQLError(1426, "42000", text)
        name, kind = ("my_cast_time", TIME) if word == "TIME" else ("my_cast_datetime", DATETIME)
        value = f"my_year_date({this.sql})" if this.kind == "year" else this.typed
        return Written(
            f"{name}({value}, {digits})",
            replace(kind, scale=digits),
            has_aggregate=has_aggregate,
        )
    if word not in _CASTS or (numbers and word in ("DATE", "JSON", "YEAR")):
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
