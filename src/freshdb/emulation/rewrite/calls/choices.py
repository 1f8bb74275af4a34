"""IF, COALESCE and their kin, where types meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from freshdb.emulation import values
from freshdb.emulation.errors import MySQLError, wrong_count
from freshdb.emulation.functions import NAMES
from freshdb.emulation.rewrite.calls.by_name import arguments_of, special, strength
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.comparing import as_text, compare, is_numeric, or_zero
from freshdb.emulation.rewrite.unions import converted
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, BOOL, CI, DOUBLE, INT


@special("IF", "NVL2")
def _condition(writer: Writer, node: Any) -> Written:
    arguments = _arguments(writer, node, 3)
    test, chosen = arguments[0], arguments[1:]
    condition = test.truth if node.this == "IF" else f"{test.sql} IS NOT NULL"

    def choose(one: str, other: str) -> str:
        return f"CASE WHEN {condition} THEN {one} ELSE {other} END"

    return _chosen(arguments, chosen, choose)


@special("IFNULL", "COALESCE", "NVL")
def _first(writer: Writer, node: Any) -> Written:
    arguments = _arguments(writer, node)
    return _chosen(arguments, arguments, _coalesce)


def _coalesce(*sqls: str) -> str:
    return f"COALESCE({', '.join(sqls)})" if len(sqls) > 1 else sqls[0]


def _arguments(writer: Writer, node: Any, count: int | None = None) -> list[Written]:
    """Return the arguments of a call, which are so many or as many as the function takes."""
    name, found = node.this, arguments_of(writer, node)
    if count is None and name in NAMES:
        is_right = bool(found) and NAMES[name].takes(len(found))
    else:
        is_right = len(found) == count if count is not None else bool(found)
    if not is_right and name == "IF":
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'IF'")
    if not is_right:
        raise wrong_count(name)
    return found


def _in_places(one: Written, sql: str, scale: int | None) -> str:
    """Return a value with the digits of the choice, of a quotient those that it does not show."""
    if one.wide is None or scale is None or one.type.scale == scale:
        return sql
    return f"my_cast_decimal({one.wide}, 65, {scale})"


def _chosen(arguments: list[Written], chosen: list[Written], choose: Callable[..., str]) -> Written:
    """Return what has the value of one of several, in the type that they share."""
    kind, sqls, is_raw = converted(chosen)
    wide = None
    if kind.kind == "decimal" and any(one.wide for one in chosen):
        sqls = [_in_places(one, sql, kind.scale) for one, sql in zip(chosen, sqls, strict=True)]
        wide = f"({choose(*(one.wide or one.typed for one in chosen))})"
    return Written(
        f"({choose(*sqls)})",
        kind,
        is_raw=is_raw,
        strength=strength(chosen),
        has_aggregate=any(one.has_aggregate for one in arguments),
        wide=wide,
    )


@special("GREATEST", "LEAST")
def _extreme(writer: Writer, node: Any) -> Written:
    arguments = [as_text(writer, one) for one in _arguments(writer, node)]
    kind, _, _ = converted(arguments)
    name = f"my_{node.this.lower()}"
    has_aggregate = any(one.has_aggregate for one in arguments)
    has_number = any(is_numeric(one) for one in arguments)
    listed = ", ".join(
        f"my_cast_double({one.wide})"
        if one.wide and one.kind == "decimal" and kind.kind in ("text", "double")
        else _compared(one, has_number=has_number)
        for one in arguments
    )
    sql, kinds = f"{name}({listed})", {one.kind for one in arguments}
    collation, _ = pick_collation(*arguments)
    if kind.kind == "text" and collation != CI:
        sql = f"{name}_by({values.quote(collation)}, {listed})"
        kind = replace(kind, collation=collation)
    if kind.kind == "text" and all(one.is_text for one in arguments):
        # As a number it is the greatest of the numbers, and not that of the texts.
        numbers = ", ".join(f"my_cast_double({one.number})" for one in arguments)
        return Written(sql, kind, has_aggregate=has_aggregate, wide=f"{name}({numbers})")
    if "hex" in kinds and any(one.is_number for one in arguments):
        return Written(f"my_cast_double({sql})", DOUBLE, has_aggregate=has_aggregate)
    if kind.kind == "decimal" and "decimal" not in kinds:
        sql = f"my_cast_decimal({sql}, 65, 0)"
    found = Written(sql, kind if len(kinds) == 1 else ANY, has_aggregate=has_aggregate)
    if kind.kind == "decimal" and kind.scale is not None and any(one.wide for one in arguments):
        found.type, found.wide = kind, f"{name}({', '.join(one.exact for one in arguments)})"
        found.sql = f"my_cast_decimal({found.wide}, 65, {kind.scale})"
    return found


def _compared(one: Written, *, has_number: bool) -> str:
    """Return an argument as it is compared with the others.

    What is no date counts as the zero date, and what is no time as NULL; members of an ENUM meet
    numbers as their index.
    """
    if one.kind == "time":
        return one.typed
    is_index = has_number and one.kind in ("enum", "set")
    return or_zero(one.number if is_index else one.compared)


@special("NULLIF")
def _nullif(writer: Writer, node: Any) -> Written:
    first, second = _arguments(writer, node, 2)
    sql = f"(CASE WHEN {compare('=', first, second)} THEN NULL ELSE {first.typed} END)"
    kind = first.type if first.kind != "bool" else INT
    wide = f"(CASE WHEN {compare('=', first, second)} THEN NULL ELSE {first.wide} END)"
    return Written(
        sql,
        kind,
        wide=wide if first.wide is not None and first.kind == "decimal" else None,
        has_aggregate=first.has_aggregate or second.has_aggregate,
        strength=first.strength,
    )


@special("ISNULL")
def _isnull(writer: Writer, node: Any) -> Written:
    (one,) = _arguments(writer, node, 1)
    return Written(f"({one.sql} IS NULL)", BOOL, has_aggregate=one.has_aggregate)
