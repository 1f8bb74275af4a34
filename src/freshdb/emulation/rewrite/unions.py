"""One type for values that come from several places: CASE, IF, UNION."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from decimal import Decimal

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import NATIVE_NUMBERS, SqlType, unify
from freshdb.errors import EmulationError

_NO_NUMBERS = frozenset({"text", "bytes", "enum", "set", "date", "time", "datetime", "json"})


def converted(found: list[Written]) -> tuple[SqlType, list[str], bool]:
    """Return the type that fits all, each value in it, and whether they keep the stored form."""
    kind = unify([_type_of(one) for one in found])
    if kind.kind == "text":
        # Two columns may exclude one another, which is no error before they are compared.
        with contextlib.suppress(MySQLError):
            kind = replace(kind, collation=pick_collation(*found)[0])
    same = [one for one in found if one.kind != "null"]
    kinds = {one.kind for one in same}
    if kinds == {"bit"} or ("bit" in kinds and kinds & _NO_NUMBERS):
        raise EmulationError("a choice of BIT values is not supported", hint="write `column + 0`")
    alike = same and all(one.type == same[0].type and one.is_raw == same[0].is_raw for one in same)
    if kind.kind == "hex":
        return kind, [one.typed for one in found], False
    has_decimal = any(one.literal.__class__ is Decimal for one in same)
    if alike and kind.name == "float" and same[0].column is not None:
        return kind, [one.typed for one in found], False
    if alike and not (same[0].is_raw and has_decimal):
        return kind, [one.sql for one in found], same[0].is_raw
    return kind, [as_type(one, kind) for one in found], False


def _type_of(one: Written) -> SqlType:
    if one.kind in {"enum", "set"}:
        return SqlType("text", "varchar", collation=one.type.collation)
    return replace(one.type, scale=None) if one.kind in {"text", "json"} else replace(one.type)


def as_branch(one: Written, kind: SqlType) -> str:
    """Return a value of one branch of a UNION in the type of all of them.

    Raises:
        EmulationError: a BIT meets another type, and the server makes bytes of both.
    """
    if one.kind == "bit" and one.column is not None:
        raise EmulationError("BIT in a UNION is not supported", hint="write `column + 0`")
    if one.sql in ("my_json_array()", "my_json_object()"):
        raise EmulationError(f"{one.sql[3:].upper()} in a UNION is not supported", hint="write it")
    return as_type(one, kind)


def as_type(one: Written, kind: SqlType) -> str:
    """Return a value in the type that it shares with others."""
    sql = one.typed
    if one.kind == "null" or kind.kind in {"any", "null"}:
        return sql
    match kind.kind:
        case "text":
            name = "my_as_text" if one.kind == "any" else "my_cast_char"
            return sql if one.is_text else f"{name}({one.shown})"
        case "bytes":
            if one.kind == "hex":
                return one.sql if one.is_raw else f"my_cast_binary({sql})"
            return sql if one.kind == "bytes" else f"my_cast_binary({one.shown})"
        case "double":
            if one.kind == "decimal" and one.wide:
                return f"my_cast_double({one.wide})"
            is_short = one.type.name == "float" and one.column is not None
            return f"my_cast_double({one.number})" if one.kind != "double" or is_short else sql
        case "decimal":
            if kind.scale is None:
                return sql if one.kind == "decimal" else f"my_cast_decimal({one.number}, 65, 0)"
            if one.kind == "decimal" and one.type.scale == kind.scale:
                return sql
            return f"my_cast_decimal({one.number}, 65, {kind.scale})"
        case "datetime":
            return f"my_cast_datetime({sql}, {kind.scale or 0})" if one.type != kind else sql
        case "time":
            return f"my_cast_time({sql}, {kind.scale or 0})" if one.type != kind else sql
        case "uint" if one.kind != "uint":
            return f"my_cast_unsigned({one.number})"
        case "int" | "bool":
            return one.sql if one.kind in NATIVE_NUMBERS else f"my_cast_signed({one.number})"
    return sql
