"""MySQL's functions, operators and collations on one connection of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType

from freshdb.emulation.collations import register_collations
from freshdb.emulation.functions import (  # noqa: F401 - each declares its functions when imported
    aggregates,
    arithmetic,
    casts,
    comparison,
    control,
    date_arithmetic,
    date_distances,
    date_formats,
    extract,
    groups,
    hashing,
    info,
    json_changes,
    json_containing,
    json_layouts,
    json_reading,
    json_searching,
    json_shapes,
    json_table,
    matching,
    misc,
    networks,
    number_texts,
    numbers,
    recursion,
    regexp,
    soundex,
    str_to_date,
    string_codes,
    string_places,
    strings,
    text_search,
    times,
)
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.dates import (  # noqa: F401 - so do these
    counts,
    now,
    parts,
    periods,
    unix_clock,
    weeks,
)
from freshdb.emulation.functions.refused import REFUSED
from freshdb.emulation.functions.spec import SPECS, FunctionSpec, register_all, register_named

__all__ = ["NAMES", "REFUSED", "Context", "FunctionSpec", "register", "register_missing"]

NAMES: Mapping[str, FunctionSpec] = MappingProxyType(
    {name: spec for name, spec in SPECS.items() if not spec.operator}
)


def register_missing(
    connection: sqlite3.Connection, context: Context, error: sqlite3.Error
) -> bool:
    """Register the function that SQLite has not found, and tell whether there is one.

    There are hundreds, and a connection needs a few of them. SQLite names what it misses when it
    prepares a statement, before anything has been done.
    """
    before, found, name = str(error).partition("no such function: ")
    return bool(found) and not before and register_named(connection, context, name)


def register(connection: sqlite3.Connection, context: Context) -> None:
    """Register all functions, aggregates and collations on a connection.

    SQLite's own functions are left as they are, because statements that were compiled for
    SQLite use the same connection: MySQL's are `my_<name>`, and also go by their own name where
    SQLite has none.
    """
    builtins = {row[0] for row in connection.execute("SELECT name FROM pragma_function_list")}
    register_all(connection, context, builtins)
    register_collations(connection, context)
