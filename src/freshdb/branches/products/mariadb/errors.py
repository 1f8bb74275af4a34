"""What the errors of MariaDB and MySQL mean for whoever branches."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from freshdb.branches.products.mariadb.server import target_of
from freshdb.branches.products.servers import way_in
from freshdb.branches.records import Place
from freshdb.errors import (
    BranchBusyError,
    BranchError,
    BranchInputError,
    BranchNotFoundError,
    BranchServerError,
    BranchSpaceError,
    ServerError,
)

_UNKNOWN_DATABASE, _READ_ONLY = 1049, 1792
_NO_ROOM = (1021, 1114, 3, 28)
_LOCKED = (1205, 1213)
_GONE = (1053, 1927, 2002, 2003, 2006, 2013, 2055)
_NOT_LET_IN = (1045, 1698)
_NOT_ALLOWED = (1044, 1142, 1227)


def missing(place: Place) -> BranchNotFoundError:
    """Return the error that a database is not there."""
    target = target_of(place)
    return BranchNotFoundError(
        f"there is no database `{target.database}` on {target.address}",
        hint="`freshdb branch doctor` looks for more",
    )


@contextlib.contextmanager
def errors_told(place: Place) -> Iterator[None]:
    """Say of a server's error what it means for the caller."""
    try:
        yield
    except ServerError as error:
        raise BranchServerError(
            error.fact, hint=way_in(place, error.hint or "does the server run? Try again")
        ) from error
    except Exception as error:
        import pymysql

        if not isinstance(error, pymysql.err.MySQLError):
            raise
        raise _meaning(error, place) from error


def _meaning(error: Exception, place: Place) -> BranchError:
    number, text = (*error.args, "", "")[:2]
    address = target_of(place).address
    if number == _UNKNOWN_DATABASE:
        return missing(place)
    if number == _READ_ONLY:
        return BranchInputError(
            "this statement writes, and the branch was opened for reading", hint="`--write` lets it"
        )
    if number in _NO_ROOM:
        return BranchSpaceError(f"{address}: {text}", hint="make room on the server")
    if number in _LOCKED:
        return BranchBusyError(f"{address}: {text}", hint="try again when others have committed")
    if number in _NOT_LET_IN:
        return BranchServerError(f"{address}: {text}", hint=way_in(place, None))
    if number in _GONE:
        return BranchServerError(f"{address}: {text}", hint="does the server run? Try again")
    hint = (
        f"`{address.user}` needs the right to create databases" if number in _NOT_ALLOWED else None
    )
    return BranchError(f"MariaDB: {text or error}", hint=hint)
