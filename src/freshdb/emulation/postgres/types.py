"""Postgres's names of types, which of them change into which, and what type values share."""

from __future__ import annotations

import re
from typing import Any

from freshdb.emulation.postgres.functions.casts import cast
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import INTEGERS, NUMBERS, STAMPS, Written, quote, refused
from freshdb.emulation.postgres.values import numeric, numeric_text

_OF_NODE = {
    "INT": "int4", "BIGINT": "int8", "SMALLINT": "int2", "SERIAL": "int4", "BIGSERIAL": "int8",
    "TEXT": "text", "VARCHAR": "text", "BOOLEAN": "bool", "DECIMAL": "numeric",
    "DOUBLE": "float8", "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMPTZ": "timestamptz",
    "INTERVAL": "interval", "JSON": "json", "JSONB": "jsonb", "UUID": "uuid", "TIME": "time",
    "SMALLSERIAL": "int2", "VARBINARY": "bytea",
}  # fmt: skip
_DECLARED = {
    "integer": "int4", "int": "int4", "bigint": "int8", "smallint": "int2", "boolean": "bool",
    "text": "text", "varchar": "text", "numeric": "numeric", "decimal": "numeric",
    "float": "float8", "double": "float8", "double precision": "float8", "date": "date",
    "datetime": "timestamp", "timestamp": "timestamp", "timestamptz": "timestamptz",
    "json": "jsonb", "jsonb": "jsonb", "json_exact": "json", "uuid": "uuid", "blob": "bytea",
    "interval": "interval", "interval_text": "interval", "time": "time", "real": "any",
}  # fmt: skip
STORAGE = {
    "int2": "SMALLINT", "int4": "INTEGER", "int8": "BIGINT", "text": "VARCHAR", "bool": "BOOLEAN",
    "numeric": "NUMERIC", "float8": "DOUBLE PRECISION", "date": "DATE", "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ", "json": "JSON_EXACT", "jsonb": "JSONB", "uuid": "UUID",
    "interval": "INTERVAL_TEXT", "bytea": "BLOB", "time": "TIME",
}  # fmt: skip
NAMES = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "bool": "boolean",
    "float8": "double precision", "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone", "time": "time without time zone",
    "null": "unknown",
}  # fmt: skip
_ARRAY = "_ARRAY_TEXT"
_TO_STAMPS = {"date": {"timestamp", "timestamptz"}, "time": {"interval"}, "interval": {"time"}}
_CHANGES = {
    "bool": {"int4"},
    "int4": {"bool"},
    "timestamp": {"date", "time", "timestamptz"},
    "timestamptz": {"date", "time", "timestamp"},
    "json": {"jsonb"},
    "jsonb": {"json", "bool", "numeric", "float8", *INTEGERS},
    **_TO_STAMPS,
}
"""Which types change into which, but for numbers and texts."""


def shown(kind: str) -> str:
    """Return a type by the name that the server gives it."""
    if kind.endswith("[]"):
        return f"{shown(kind[:-2])}[]"
    return NAMES.get(kind, kind)


def element(kind: str) -> str | None:
    """Return what an array is made of; None for other types."""
    return kind[:-2] if kind.endswith("[]") else None


def type_of(node: Any) -> tuple[str, list[int]]:
    """Return the type of a cast or column, with its length or digits.

    Raises:
        EmulationError: it is not supported.
    """
    name = getattr(node.this, "name", "")
    if name == "ARRAY" and len(node.expressions) == 1:
        inner, numbers = type_of(node.expressions[0])
        if element(inner):
            raise refused("an array of arrays", "use jsonb")
        return f"{inner}[]", numbers
    text = node.sql("postgres")
    found = _OF_NODE.get(name)
    if found is None or node.args.get("nested"):
        raise refused(f"the type {text}", _INSTEAD.get(text.partition("(")[0].upper(), ""))
    numbers = [int(one.this.name) for one in node.expressions]
    if numbers and found not in ("text", "numeric", "timestamp", "timestamptz"):
        raise refused(f"the type {text}", "leave the digits out")
    return found, numbers


_INSTEAD = {
    "REAL": "declare DOUBLE PRECISION",
    "FLOAT": "declare DOUBLE PRECISION",
    "CHAR": "declare VARCHAR: CHAR(n) is filled up with spaces",
}


def storage(kind: str) -> str:
    """Return what a column of a type is declared as to SQLite."""
    inner = element(kind)
    return f"{STORAGE[inner].replace(' ', '_')}{_ARRAY}" if inner else STORAGE[kind]


def declared(text: str) -> tuple[str, int | None]:
    """Return the type of a column that is declared to SQLite, and its digits behind the point."""
    match = re.fullmatch(r"\s*([a-z_ ]+?)\s*(?:\((\d+)(?:\s*,\s*(\d+))?\))?\s*", text.lower())
    if match is None:
        return "any", None
    name = match[1]
    if name.endswith(_ARRAY.lower()):
        inner = _DECLARED.get(name.removesuffix(_ARRAY.lower()).replace("_precision", ""), "any")
        return f"{inner}[]", None
    kind = _DECLARED.get(name, "any")
    if name == "char":
        return ("uuid", 32) if match[2] == "32" else ("any", None)
    scale = int(match[3] or 0) if kind == "numeric" and match[2] else None
    return kind, scale


def can_cast(source: str, target: str) -> bool:
    """Tell whether CAST changes one type into another."""
    if source == target or {"text", "unknown", "null"} & {source, target}:
        return True
    if element(source) and element(target):
        return can_cast(source[:-2], target[:-2])
    if source in NUMBERS and target in NUMBERS:
        return True
    return target in _CHANGES.get(source, ())


def constant(value: Any) -> str | None:
    """Return a value as SQLite's constant; None where there is none that is exact."""
    if isinstance(value, str):
        return quote(value) if "\0" not in value else None
    if isinstance(value, int):
        return str(value)
    return f"x'{value.hex()}'" if isinstance(value, bytes) else None


def as_kind(one: Written, kind: str, *numbers: int) -> Written:
    """Return a value as another type.

    A constant becomes it at once, so that a wrong one is an error though there be no row.
    """
    if one.kind == kind and not numbers:
        return one
    if one.is_list:
        return Written(one.sql, kind)
    if one.kind == "null":
        return Written("NULL", kind)
    if one.literal is not None:
        found = constant(cast(one.literal, "unknown", kind, *numbers))
        if found is not None:
            return Written(found, kind, literal=one.literal if kind == "text" else None)
    more = "".join(f", {number}" for number in numbers)
    return Written(f"pg_cast({one.sql}, '{one.kind}', '{kind}'{more})", kind)


def is_implicit(source: str, target: str) -> bool:
    """Tell whether the server takes a value of one type for another where that is asked for."""
    if source == target or source in ("unknown", "null"):
        return True
    for family in (NUMBERS, STAMPS):
        if source in family and target in family:
            return family.index(source) <= family.index(target)
    return False


def shared(parts: list[Written], what: str) -> str:
    """Return the type that values have in common.

    Raises:
        PostgresError: 42804, where there is none.
    """
    kinds = {one.kind for one in parts} - {"unknown", "null"}
    if any("any" in one for one in kinds):
        raise refused("a column of a type that is not known")
    if not kinds:
        return "text"
    if len(kinds) == 1:
        return kinds.pop()
    for family in (NUMBERS, STAMPS):
        if kinds <= set(family):
            return max(kinds, key=family.index)
    listed = " and ".join(shown(one) for one in sorted(kinds))
    if what.endswith("operator"):
        raise PostgresError("42883", f"{what} does not exist: {listed}")
    raise PostgresError("42804", f"{what} types {listed} cannot be matched")


def settled(parts: list[Written], what: str) -> tuple[str, list[Written]]:
    """Return the type that values share, and each of them as that."""
    kind = shared(parts, what)
    return kind, [as_kind(one, kind) for one in parts]


def number_literal(text: str) -> Written:
    """Return a constant number with the smallest type that holds it, int4 at least."""
    if text.removeprefix("-").isdigit():
        size = int(text)
        if -(2**63) <= size < 2**63:
            small = -(2**31) <= size < 2**31
            # SQLite reads -9223372036854775808 as a double.
            shown = text if size > -(2**63) else f"({size + 1} - 1)"
            return Written(shown, "int4" if small else "int8")
        return Written(quote(text), "numeric")
    return Written(quote(numeric_text(numeric(text))), "numeric")


def collation(kind: str) -> str | None:
    """Return the collation by which SQLite compares a type as the server does; None for its own."""
    if element(kind):
        if kind[:-2] in ("numeric", "interval", "jsonb", "json"):
            raise refused(f"groups by {shown(kind)}")
        return "pg_array"
    return f"pg_{kind}" if kind in ("numeric", "interval", "jsonb") else None


def collated(one: Written) -> str:
    """Return a value that groups, sorts or is told apart as on the server."""
    if one.kind == "json":
        raise PostgresError("42883", "could not identify an equality operator for type json")
    if one.kind == "any":
        raise refused("a column of a type that is not known")
    found = collation(one.kind)
    return f"{one.sql} COLLATE {found}" if found else one.sql
