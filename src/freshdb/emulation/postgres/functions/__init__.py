"""Postgres's functions and operators, as functions of SQLite's called `pg_…`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

from freshdb.emulation.postgres.functions import (  # noqa: F401  # each declares its functions
    arithmetic,
    arrays,
    casts,
    json_changes,
    json_values,
    making,
    moments,
    number_templates,
    numbers,
    parts,
    patterns,
    powers,
    readings,
    regular,
    rows,
    spans,
    storing,
    templates,
    texts,
    uuids,
    zones,
)
from freshdb.emulation.postgres.functions.aggregates import Extreme, Least, Mean, Sum
from freshdb.emulation.postgres.functions.comparing import compare
from freshdb.emulation.postgres.functions.declaring import FUNCTIONS
from freshdb.emulation.postgres.functions.folding import Fold
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.errors import EmulationError


def register(connection: sqlite3.Connection, fail: Callable[[Exception], None]) -> None:
    """Register everything on a connection; `fail` keeps the error that SQLite would hide."""
    for name, (body, strict) in FUNCTIONS.items():
        call = _guarded(body, fail, strict=strict)
        connection.create_function(name, -1, call, deterministic=name != "pg_uuid_new")
    aggregates: dict[str, Any] = {"sum": Sum, "avg": Mean, "max": Extreme, "min": Least}
    for name, kind in aggregates.items():
        connection.create_window_function(f"pg_{name}", 2, kind)
    connection.create_window_function("pg_fold", -1, Fold)
    for name in ("numeric", "interval", "jsonb"):
        connection.create_collation(f"pg_{name}", partial(compare, name))
    connection.create_collation("pg_array", partial(compare, "any[]"))


def _guarded(
    body: Callable[..., Any], fail: Callable[[Exception], None], *, strict: bool
) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        if strict and None in arguments:
            return None
        try:
            return body(*arguments)
        except (PostgresError, EmulationError) as error:
            fail(error)
            raise
        except Exception as error:
            refusal = EmulationError(f"a value is not supported: {error}", hint="")
            fail(refusal)
            raise refusal from error

    return call
