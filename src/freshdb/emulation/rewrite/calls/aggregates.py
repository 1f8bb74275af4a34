"""Aggregates."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation import values
from freshdb.emulation.catalog import Column
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.calls.by_name import arguments_of, json_argument, special
from freshdb.emulation.rewrite.operators.number_types import number_kind
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, CI, DOUBLE, INT, JSON, TEXT, SqlType
from freshdb.errors import EmulationError


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
    if writer.has_bare_columns and not node.meta.get("is_windowed"):
        # SQLite's own would decide which row the columns beside it are from.
        shown = one.number if one.is_number else one.typed
        by = f", '{one.type.collation}'" if one.is_text and one.type.collation != CI else ""
        column = one.column if one.type.name == "float" or one.kind == "bit" else None
        return _helped_extreme(node.this, one, shown + by, column)
    native = _native_extreme(node.this, one)
    return native if native is not None else _helped_extreme(node.this, one, one.typed)


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
    return Written(f"my_{name.lower()}({arguments})", kind, has_aggregate=True, column=column)


@special("SUM", "AVG")
def _total(writer: Writer, node: Any) -> Written:
    one = _only_argument(writer, node)
    distinct = "DISTINCT " if node.args.get("distinct") else ""
    if distinct and one.kind == "hex":
        raise EmulationError(f"{node.this}(DISTINCT 0x…) is not supported", hint="write the number")
    kind = _type_of_total(node.this, one)
    argument = one.number
    if distinct and one.is_mixed:
        argument += " COLLATE mysql_ci"
    sql = f"my_{node.this.lower()}({distinct}{argument})"
    if kind.kind == "double" and kind.scale is not None and not node.meta.get("is_windowed"):
        # The server keeps the sums of groups in columns of that many places.
        sql = f"round({sql}, {kind.scale})"
    wide = None
    if node.this == "AVG" and kind.kind == "decimal" and not node.meta.get("is_windowed"):
        wide = f"my_div_wide(my_sum({distinct}{argument}), COUNT({distinct}{argument}))"
    return Written(sql, kind, has_aggregate=True, wide=wide)


def _type_of_total(name: str, one: Written) -> SqlType:
    """Return the type of a sum or mean: the latter has four places more."""
    counted = number_kind(one)
    if counted == "any":
        return ANY
    if counted == "double":
        places = one.type.scale if one.kind == "double" else None
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
        return Written(f"my_json_arrayagg({shown[0]})", JSON, has_aggregate=True)
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
