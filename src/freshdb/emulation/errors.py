"""Errors of the emulated server, and of the emulation itself."""

from __future__ import annotations

from freshdb.errors import FreshDBError


class MySQLError(FreshDBError):
    """Raised where the real server would have answered with this error."""

    def __init__(self, code: int, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.sqlstate = sqlstate
        self.message = message


def wrong_count(name: str) -> MySQLError:
    """Return the error of a function that is called with too few or too many arguments."""
    text = f"Incorrect parameter count in the call to native function '{name}'"
    return MySQLError(1582, "42000", text)
