"""Aggregates."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation import values
from freshdb.emulation.catalog import Column
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import Call, CastTo
from freshdb.emulation.rewrite.calls.by_name import (
    arguments_of,
    json_argument,
    made_of_bytes,
    special,
)
from freshdb.emulation.rewrite.comparing import as_text
from freshdb.emulation.rewrite.operators.number_types import number_kind
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, CI, DOUBLE, INT, JSON, TEXT, SqlType
from freshdb.emulation.values import Date, DateTime, Time
from freshdb.errors import EmulationError

_MOMENTS = ("date", "time", "datetime")


@special("COUNT")
def _count(writer: Writer, node: Any) -> Written:
    if node.args.get("star"):
        return Written("COUNT(*)", INT, has_aggregate=True)
    with writer.unmasked():
        arguments = arguments_of(writer, node)
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


def _only_argument(writer: Writer, node: Any) -> Written:
    """Return the one argument that an aggregate takes."""
    with writer.unmasked():
        arguments = arguments_of(writer, node)
    if len(arguments) != 1:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ','")
    return arguments[0]


@special("MIN", "MAX")
def _extreme(writer: Writer, node: Any) -> Written:
    one = _only_argument(writer, node)
    if one.kind == "bit":
        raise EmulationError(
            f"{node.this} of BIT is not supported", hint=f"write {node.this}(column + 0)"
        )
    _refuse_short_floats(node, one)
    if one.column is None:
        one = as_text(writer, one)
    one = _or_zero(writer, node.expressions[0], one)
    found = _extreme_of(writer, node, one)
    if one.wide is None or one.kind != "decimal" or node.meta.get("is_windowed"):
        return found
    if not writer.rounds_groups:
        # The greatest is chosen by all its digits, and keeps them.
        found.wide = f"my_{node.this.lower()}({one.wide})"
        found.sql = f"my_cast_decimal({found.wide}, 65, {one.type.scale})"
    return found


def _or_zero(writer: Writer, node: Any, one: Written) -> Written:
    """Return a date or time for MIN and MAX, to whom one that cannot be read is the zero one."""
    is_read = isinstance(node, Call) and node.this in ("DATE", "TIME", "TIMESTAMP")
    source = node.this if isinstance(node, CastTo) else None
    if is_read and len(node.expressions) == 1:
        source = node.expressions[0]
    if source is None or writer.context.is_mysql8 or one.kind not in _MOMENTS:
        return one
    if node.find_ancestor(exp.Window) and source.find(exp.Column):
        return one
    read = writer.write(source)
    if read.kind in (*_MOMENTS, "null", "year", "any"):
        return one
    places = 6 if is_read and read.kind in ("text", "json", "bytes") else one.type.scale or 0
    zeros = {"date": Date(0, 0, 0), "time": Time(0, places)}
    zero = values.encode(zeros.get(one.kind) or DateTime(0, 0, 0, 0, 0, 0, 0, places))
    known = f"CASE WHEN {read.sql} IS NOT NULL THEN {values.quote(str(zero))} END"
    return replace(one, sql=f"COALESCE({one.typed}, {known})", is_raw=False)


def _refuse_short_floats(node: Any, one: Written) -> None:
    """Refuse MIN and MAX of a FLOAT that WHERE compares with a number of more digits.

    The server reads the answer off an index, if there is one, where the number counts with the
    digits of the column.
    """
    select = node.find_ancestor(exp.Select)
    where = select.args.get("where") if select is not None else None
    if one.column is None or one.type.name != "float" or where is None:
        return
    for test in where.find_all(exp.Predicate):
        sides = (test.this, test.args.get("expression"))
        is_about = any(getattr(side, "name", "") == one.column.name for side in sides)
        if is_about and any(isinstance(side, exp.Literal) and "." in side.name for side in sides):
            raise EmulationError(
                f"{node.this} of a FLOAT that WHERE compares with a number is not supported",
                hint="order by the column, with LIMIT 1",
            )


def _extreme_of(writer: Writer, node: Any, one: Written) -> Written:
    if writer.has_bare_columns and not node.meta.get("is_windowed"):
        # SQLite's own would decide which row the columns beside it are from.
        shown = one.number if one.is_number else one.typed
        by = f", '{one.type.collation}'" if one.is_text and one.type.collation != CI else ""
        column = one.column if one.type.name == "float" or one.kind == "bit" else None
        return _helped_extreme(node.this, one, shown + by, column)
    native = _native_extreme(node.this, one)
    if native is not None:
        return native
    by = f", '{one.type.collation}'" if one.kind == "json" and one.column is not None else ""
    return _helped_extreme(node.this, one, one.typed + by)


def _native_extreme(name: str, one: Written) -> Written | None:
    """Return SQLite's own MIN or MAX, where it orders values as MySQL does."""
    is_moment = one.is_raw and one.is_ours and one.kind in ("date", "datetime")
    is_calculated = one.is_raw and one.kind == "decimal" and one.column is None
    if (one.is_number or is_moment) and one.kind != "bit" and not is_calculated:
        return Written(
            f"{name}({one.sql})",
            INT if one.kind == "bool" else one.type,
            is_raw=one.is_raw,
            has_aggregate=True,
            column=replace(one.column, is_nullable=True) if one.column is not None else None,
            is_ours=one.is_ours,
        )
    if one.is_text and one.kind == "text":
        return Written(
            f"{name}({one.collated})", one.type, has_aggregate=True, strength=one.strength
        )
    return None


def _helped_extreme(
    name: str, one: Written, arguments: str, column: Column | None = None
) -> Written:
    """Return our MIN or MAX; that of an ENUM goes by its text."""
    kind = INT if one.kind == "bool" else TEXT if one.kind in ("enum", "set") else one.type
    sql = f"my_{name.lower()}({arguments})"
    is_member = one.kind in ("enum", "set")
    return Written(sql, kind, has_aggregate=True, column=column, is_member=is_member)


@special("SUM", "AVG")
def _total(writer: Writer, node: Any) -> Written:
    one = _only_argument(writer, node)
    distinct = "DISTINCT " if node.args.get("distinct") else ""
    if distinct and one.kind == "hex":
        raise EmulationError(f"{node.this}(DISTINCT 0x…) is not supported", hint="write the number")
    kind = _type_of_total(node.this, one)
    is_windowed = bool(node.meta.get("is_windowed"))
    is_exact = one.wide is not None and kind.kind == "decimal" and not distinct
    is_exact = is_exact and not (is_windowed or writer.rounds_groups)
    argument = one.exact if is_exact else one.number
    if distinct and one.is_mixed:
        argument += " COLLATE mysql_ci"
    sql = f"my_{node.this.lower()}({distinct}{argument})"
    if kind.kind == "double" and kind.scale is not None and not is_windowed:
        # The server keeps the sums of groups in columns of that many places.
        sql = f"round({sql}, {kind.scale})"
    wide = sql if is_exact else None
    if node.this == "AVG" and kind.kind == "decimal" and not is_windowed:
        wide = f"my_div_wide(my_sum({distinct}{argument}), COUNT({distinct}{argument}))"
    if is_exact and kind.scale is not None:
        sql = f"my_cast_decimal({wide}, 65, {kind.scale})"
    return Written(sql, kind, has_aggregate=True, wide=wide)


def _type_of_total(name: str, one: Written) -> SqlType:
    """Return the type of a sum or mean: the latter has four places more."""
    counted = number_kind(one)
    if counted == "any":
        return ANY
    if counted == "double":
        places = one.type.scale if one.kind in ("double", "text", "json") else None
        return replace(DOUBLE, scale=places if places is None or name == "SUM" else places + 4)
    scale = one.type.scale if one.kind == "decimal" else 0
    if scale is not None and name == "AVG":
        scale = min(scale + 4, 38)
    return SqlType("decimal", "decimal", 30, scale)


@special("GROUP_CONCAT", "JSON_ARRAYAGG")
def _group_concat(writer: Writer, node: Any) -> Written:
    with writer.unmasked():
        arguments = arguments_of(writer, node)
        order = node.args.get("order")
        ordered = order.expressions if order is not None else ()
        keys = [_group_order(writer, one.this, arguments) for one in ordered]
        separator = node.args.get("separator")
    limit = node.args.get("limit")
    as_json = node.this == "JSON_ARRAYAGG"
    shown = [json_argument(one) if as_json else one.shown for one in arguments]
    if node.this == "JSON_ARRAYAGG" and not (keys or limit or node.args.get("distinct")):
        sql, kind = f"my_json_arrayagg({shown[0]})", JSON
        if not writer.context.is_mysql8:
            sql, kind = made_of_bytes(sql, kind, arguments)
        return Written(sql, kind, has_aggregate=True)
    options: dict[str, Any] = {"n": len(arguments)}
    if node.args.get("distinct"):
        options["distinct"] = True
        options["of"] = [_collation_of(one) for one in arguments]
    if keys:
        options["order"] = "".join("-" if one.args.get("desc") else "+" for one in ordered)
        options["by"] = [_collation_of(one) for one in keys]
    if separator is not None:
        found = writer.write(separator).literal
        options["separator"] = found.decode() if isinstance(found, bytes) else str(found)
    if limit:
        options["limit"] = limit
    listed = [
        values.quote(json.dumps(options)),
        *shown,
        *(one.number if one.kind in ("enum", "set") else one.typed for one in keys),
    ]
    name = "my_group_concat" if node.this == "GROUP_CONCAT" else "my_json_arrayagg_options"
    kind = TEXT if node.this == "GROUP_CONCAT" else JSON
    return Written(f"{name}({', '.join(listed)})", kind, has_aggregate=True)


def _group_order(writer: Writer, node: Any, arguments: list[Written]) -> Written:
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        position = int(node.this)
        if 0 < position <= len(arguments):
            return arguments[position - 1]
        raise MySQLError(1054, "42S22", f"Unknown column '{position}' in 'order clause'")
    return writer.write(node)


def _collation_of(one: Written) -> str | None:
    is_text = one.is_text or one.kind == "json"
    return one.type.collation if is_text and one.type.collation != CI else None


@special("ANY_VALUE")
def _any_value(writer: Writer, node: Any) -> Written:
    (one,) = arguments_of(writer, node)
    return one
