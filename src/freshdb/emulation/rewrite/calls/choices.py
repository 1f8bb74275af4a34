"""IF, COALESCE and their kin, where types meet."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions import NAMES
from freshdb.emulation.rewrite.calls.by_name import (
    arguments_of,
    special,
    strength,
)
from freshdb.emulation.rewrite.operators import or_zero
from freshdb.emulation.rewrite.unions import converted
from freshdb.emulation.rewrite.writer import (
    Writer,
    Written,
)
from freshdb.emulation.types import (
    ANY,
    BOOL,
    DOUBLE,
    INT,
)


@special("IF", "IFNULL", "COALESCE", "NVL", "NVL2", "GREATEST", "LEAST")
def _choice(writer: Writer, node: Any) -> Written:
    arguments = arguments_of(writer, node)
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
    if name in ("GREATEST", "LEAST"):
        # What is no date counts as the zero date, and what is no time as NULL.
        listed = ", ".join(
            one.typed if one.kind == "time" else or_zero(one.compared) for one in arguments
        )
        sql = f"my_{name.lower()}({listed})"
        if kind.kind == "text" and all(one.is_text for one in chosen):
            # As a number it is the greatest of the numbers, and not that of the texts.
            numbers = ", ".join(f"my_cast_double({one.number})" for one in arguments)
            wide = f"my_{name.lower()}({numbers})"
            return Written(sql, kind, has_aggregate=has_aggregate, wide=wide)
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
        f"({sql})",
        kind,
        is_raw=is_raw,
        strength=strength(chosen),
        has_aggregate=has_aggregate,
        wide=wide,
    )


@special("NULLIF")
def _nullif(writer: Writer, node: Any) -> Written:
    from freshdb.emulation.rewrite.operators import compare

    arguments = arguments_of(writer, node)
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
    arguments = arguments_of(writer, node)
    if len(arguments) != 1:
        raise MySQLError(
            1582, "42000", "Incorrect parameter count in the call to native function 'ISNULL'"
        )
    return Written(f"({arguments[0].sql} IS NULL)", BOOL, has_aggregate=arguments[0].has_aggregate)
