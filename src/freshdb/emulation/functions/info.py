"""What a session knows of itself: database, user, last insert id, variables."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.functions.coercions import characters, unsigned
from freshdb.emulation.functions.context import VERSIONS, Context
from freshdb.emulation.functions.spec import function, operator
from freshdb.emulation.values import Json, UInt, decode, encode
from freshdb.errors import EmulationError


@function("DATABASE", "SCHEMA", args=0, kind="text", context=True)
def database(context: Context) -> str | None:
    """Return the name of the default database."""
    return context.database


@function("USER", "SESSION_USER", "SYSTEM_USER", args=0, kind="text", context=True)
def user(context: Context) -> str:
    """Return the user and host of the session."""
    return context.user


@function("CURRENT_USER", args=0, kind="text", context=True)
def current_user(context: Context) -> str:
    """Return the account that the session's rights come from."""
    return context.user


@function("CONNECTION_ID", args=0, kind="int", context=True)
def connection_id(context: Context) -> int:
    """Return the number of the connection."""
    return context.connection_id


@function("VERSION", args=0, kind="text", context=True)
def version(context: Context) -> str:
    """Return the version of the server that is imitated."""
    return VERSIONS[context.flavor]


@function("LAST_INSERT_ID", args=(0, 1), kind="uint", strict=False, context=True)
def last_insert_id(context: Context, *values: Any) -> UInt | None:
    """Return the id that the last insert made; with an argument remember and return that."""
    if not values:
        return UInt(context.last_insert_id)
    context.has_set_last_id = True
    if values[0] is None:
        context.last_insert_id = 0
        return None
    context.last_insert_id = unsigned(values[0])
    return UInt(context.last_insert_id)


@function("ROW_COUNT", args=0, kind="int", context=True)
def row_count(context: Context) -> int:
    """Return how many rows the statement before has changed."""
    return context.row_count


@function("FOUND_ROWS", args=0, kind="int", context=True)
def found_rows(context: Context) -> int:
    """Return how many rows the query before has found."""
    if context.found_rows is None:
        raise EmulationError(
            "FOUND_ROWS() after a statement that writes what it has selected is not supported",
            hint="ask it right after a SELECT",
        )
    return context.found_rows


@operator("GETVAR", args=1, context=True)
def get_variable(context: Context, name: str) -> Any:
    """Return a user variable, NULL for one that was never set."""
    return decode(context.variables.get(characters(name).lower()))


@operator("SETVAR", args=2, strict=False, context=True)
def set_variable(context: Context, name: str, value: Any) -> Any:
    """Set a user variable and return its value."""
    kept = str(value) if value.__class__ is Json else value
    context.variables[characters(name).lower()] = encode(kept)
    return value
