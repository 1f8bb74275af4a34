"""Postgres's names of types, and what type two values share."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.scope import INTEGERS, NUMBERS, STAMPS, Written, quote, refused
from freshdb.emulation.postgres.values import PostgresError

_OF_NODE = {
    "INT": "int4", "BIGINT": "int8", "SMALLINT": "int2", "SERIAL": "int4", "BIGSERIAL": "int8",
    "TEXT": "text", "VARCHAR": "text", "CHAR": "char", "BOOLEAN": "bool", "DECIMAL": "numeric",
    "DOUBLE": "float8", "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMPTZ": "timestamptz",
    "INTERVAL": "interval", "JSON": "json", "JSONB": "jsonb", "UUID": "uuid",
    "SMALLSERIAL": "int2", "VARBINARY": "bytea",
}  # fmt: skip
_DECLARED = {
    "integer": "int4", "int": "int4", "bigint": "int8", "smallint": "int2", "boolean": "bool",
    "text": "text", "varchar": "text", "numeric": "numeric", "decimal": "numeric",
    "float": "float8", "double": "float8", "double precision": "float8", "date": "date",
    "datetime": "timestamp", "timestamp": "timestamp", "timestamptz": "timestamptz",
    "json": "json", "jsonb": "jsonb", "uuid": "uuid", "blob": "bytea", "interval": "interval",
}  # fmt: skip
STORAGE = {
    "int2": "SMALLINT", "int4": "INTEGER", "int8": "BIGINT", "text": "VARCHAR", "bool": "BOOLEAN",
    "numeric": "NUMERIC", "float8": "DOUBLE PRECISION", "date": "DATE", "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ", "json": "JSON", "jsonb": "JSONB", "uuid": "UUID",
    "interval": "INTERVAL_TEXT", "bytea": "BLOB",
}  # fmt: skip


def type_of(node: Any) -> tuple[str, list[int]]:
    """Return the type of a cast or column, with its length or digits.

    Raises:
        EmulationError: it is not supported.
    """
    shown = node.sql("postgres")
    found = _OF_NODE.get(getattr(node.this, "name", ""))
    if found is None or found == "char" or node.args.get("nested"):
        raise refused(f"the type {shown}")
    numbers = [int(one.this.name) for one in node.expressions]
    if numbers and found not in ("text", "numeric"):
        raise refused(f"the type {shown}", "leave the digits out")
    return found, numbers


def declared(text: str) -> tuple[str, int | None]:
    """Return the type of a column that is declared to SQLite, and its digits behind the point."""
    match = re.fullmatch(r"\s*([a-z_ ]+?)\s*(?:\((\d+)(?:\s*,\s*(\d+))?\))?\s*", text.lower())
    if match is None:
        return "any", None
    kind = _DECLARED.get(match[1].replace("_text", ""), "any")
    if match[1] == "char":
        kind = "uuid" if match[2] == "32" else "any"
    scale = int(match[3] or 0) if kind == "numeric" and match[2] else None
    return kind, scale


def as_kind(one: Written, kind: str) -> Written:
    """Return a value as another type, as the server does it by itself."""
    if one.kind == kind:
        return one
    if one.kind == "null":
        return Written("NULL", kind)
    return Written(f"pg_cast({one.sql}, '{one.kind}', '{kind}')", kind)


def shared(parts: list[Written], what: str) -> str:
    """Return the type that values have in common.

    Raises:
        PostgresError: 42804, where there is none.
    """
    kinds = {one.kind for one in parts} - {"unknown", "null"}
    if "any" in kinds:
        raise refused("a column of a type that is not known")
    if not kinds:
        return "text"
    if len(kinds) == 1:
        return kinds.pop()
    for family in (NUMBERS, STAMPS):
        if kinds <= set(family):
            return max(kinds, key=family.index)
    if kinds <= {"text", "unknown"}:
        return "text"
    listed = " and ".join(sorted(kinds))
    raise PostgresError("42804", f"{what} types {listed} cannot be matched")


def settled(parts: list[Written], what: str) -> tuple[str, list[Written]]:
    """Return the type that values share, and each of them as that."""
    kind = shared(parts, what)
    return kind, [as_kind(one, kind) for one in parts]


def is_integer(kind: str) -> bool:
    """Tell whether a type holds integers."""
    return kind in INTEGERS


def number_literal(text: str) -> Written:
    """Return a constant number with the smallest type that holds it, int4 at least."""
    if text.isdigit():
        size = int(text)
        if size < 2**63:
            return Written(text, "int4" if size < 2**31 else "int8")
        return Written(quote(text), "numeric")
    from freshdb.emulation.postgres.values import numeric, numeric_text

    return Written(quote(numeric_text(numeric(text))), "numeric")


__all__ = ["exp"]
