"""The Postgres server that runs are measured on: a private one, with a database for each run."""

from __future__ import annotations

import atexit
import itertools
import os
from functools import cache
from typing import TYPE_CHECKING

from freshdb.servers.postgres.private import PrivateServer, ensure_server
from freshdb.servers.postgres.wire import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

_numbers: Iterator[int] = itertools.count(1)


def new_database() -> str:
    """Return the URL of a new and empty database, with `{driver}` for the driver's name.

    The one before is dropped: a baseline may be large.
    """
    server = _server()
    number = next(_numbers)
    with Connection(server.address, "postgres") as connection:
        connection.query(f"DROP DATABASE IF EXISTS {_name(number - 1)} WITH (FORCE)")
        connection.query(f"CREATE DATABASE {_name(number)}")
    return server.url(_name(number)).replace("postgresql://", "postgresql+{driver}://")


def _name(number: int) -> str:
    return f"bench_{os.getpid()}_{number}"


@cache
def _server() -> PrivateServer:
    server = ensure_server()
    atexit.register(server.release)
    return server
