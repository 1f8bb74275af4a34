"""The Postgres server that runs are measured on: a private one, with a database for each run."""

from __future__ import annotations

import atexit
import itertools
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb.servers.postgres.private import PrivateServer, ensure_server
from freshdb.servers.postgres.wire import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = f"bench_{os.getpid()}_"
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


def postmaster() -> int:
    """Return the process that all of the server's others are children of."""
    with Connection(_server().address, "postgres") as connection:
        place = connection.query("SHOW data_directory")[0][0]
    lines = (Path(str(place)) / "postmaster.pid").read_text(encoding="ascii").splitlines()
    return int(lines[0])


def sizes() -> tuple[float, float]:
    """Return the MiB of memory that a connection has for itself, and of a branch's files.

    The branch is as large as the last database that was made here.
    """
    with Connection(_server().address, "postgres") as connection:
        pid = connection.query("SELECT pg_backend_pid()")[0][0]
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        own_kib = sum(map(int, re.findall(r"^Private_\w+: +(\d+) kB", text, re.MULTILINE)))
        ours = f"SELECT max(pg_database_size(oid)) FROM pg_database WHERE datname ~ '^{_PREFIX}'"
        size = connection.query(ours)[0][0]
    return own_kib / 1024, int(size or 0) / 2**20


def _name(number: int) -> str:
    return f"{_PREFIX}{number}"


@cache
def _server() -> PrivateServer:
    server = ensure_server()
    atexit.register(server.release)
    return server
