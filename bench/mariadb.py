"""The MariaDB server that runs are measured on: a private one, with a database for each run."""

from __future__ import annotations

import atexit
import itertools
import os
from functools import cache
from typing import TYPE_CHECKING

from freshdb.backends.mariadb.admin import Address, Admin
from freshdb.servers.mariadb.private import PrivateServer, ensure_server

if TYPE_CHECKING:
    from collections.abc import Iterator

_runs: Iterator[int] = itertools.count(1)


def new_database() -> str:
    """Return the URL of a new and empty database; the one before is dropped."""
    server, number = _server(), next(_runs)
    admin = Admin(Address(server.socket, data=server.data))
    admin.run(f"DROP DATABASE IF EXISTS {_name(number - 1)}", f"CREATE DATABASE {_name(number)}")
    admin.close()
    return server.url(_name(number))


def _name(number: int) -> str:
    return f"bench_{os.getpid()}_{number}"


@cache
def _server() -> PrivateServer:
    server = ensure_server()
    atexit.register(server.release)
    return server
