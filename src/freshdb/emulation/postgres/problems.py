"""The server's errors, and the exceptions that psycopg raises for them.

An application catches what its driver raises. So each error is one of SQLite's classes (which
SQLAlchemy recognises) and, where psycopg or psycopg2 is imported, one of theirs as well.
"""

from __future__ import annotations

import sqlite3
import sys
from functools import lru_cache
from typing import Any


class PostgresError(Exception):
    """An error of the server's: SQLSTATE and message."""

    def __init__(self, state: str, message: str, constraint: str | None = None) -> None:
        super().__init__(state, message)
        self.state, self.message, self.constraint = state, message, constraint


def bad_input(kind: str, text: str) -> PostgresError:
    """Return the error of a text that is no value of a type."""
    state = "22007" if kind in ("date", "time", "timestamp", "interval") else "22P02"
    return PostgresError(state, f'invalid input syntax for type {kind}: "{text}"')


# As psycopg maps the first two signs of SQLSTATE; what is not here is an OperationalError.
_CLASSES = {
    "0A": "NotSupportedError", "20": "ProgrammingError", "21": "ProgrammingError",
    "22": "DataError", "23": "IntegrityError", "24": "InternalError", "25": "InternalError",
    "26": "ProgrammingError", "2B": "InternalError", "2D": "InternalError",
    "2F": "OperationalError", "34": "ProgrammingError", "38": "OperationalError",
    "39": "OperationalError", "3B": "OperationalError", "3D": "ProgrammingError",
    "3F": "ProgrammingError", "42": "ProgrammingError", "44": "ProgrammingError",
    "08": "OperationalError", "55": "OperationalError", "XX": "InternalError",
}  # fmt: skip
_DRIVERS = ("psycopg", "psycopg2")


class Diagnostics:
    """What psycopg's `error.diag` tells, as far as it is known."""

    def __init__(self, error: PostgresError) -> None:
        self.sqlstate, self.message_primary = error.state, error.message
        self.constraint_name = error.constraint
        self.severity = "ERROR"

    def __getattr__(self, name: str) -> None:
        if name.startswith("_"):
            raise AttributeError(name)


def driver_error(error: PostgresError) -> Exception:
    """Return the exception of the driver's, with the server's SQLSTATE as its first argument."""
    loaded = tuple(one for one in _DRIVERS if f"{one}.errors" in sys.modules)
    made = _exception_class(error.state, loaded)(error.state, error.message)
    made._facts = error  # type: ignore[attr-defined]
    return made


@lru_cache(maxsize=256)
def _exception_class(state: str, drivers: tuple[str, ...]) -> type[Exception]:
    name = _CLASSES.get(state[:2], "OperationalError")
    bases: list[type] = []
    for driver in drivers:
        try:
            bases.append(sys.modules[f"{driver}.errors"].lookup(state))
        except (AttributeError, KeyError):
            bases.append(getattr(sys.modules[driver], name))
    shown = bases[0].__name__ if bases else name
    bases.append(getattr(sqlite3, name))
    facts: dict[str, Any] = {
        "__module__": "freshdb.emulation",
        "__doc__": "An error of the emulated server.",
        "sqlstate": state,
        "pgcode": state,
        "diag": property(lambda self: Diagnostics(self._facts)),
        "pgerror": property(lambda self: f"ERROR:  {self.args[1]}\n"),
        "__reduce__": lambda self: (_again, (state, self.args[1])),
    }
    try:
        return type(shown, tuple(bases), facts)
    except TypeError:  # the driver's class cannot be a second base
        return type(name, (getattr(sqlite3, name),), facts)


def _again(state: str, message: str) -> Exception:
    return driver_error(PostgresError(state, message))
