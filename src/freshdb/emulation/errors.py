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
