"""A private MariaDB server for freshdb's own suite, shared by the workers of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pymysql
import pytest

from freshdb.backends.mariadb.admin import Address
from freshdb.backends.mariadb.databases import Databases
from freshdb.errors import ServerError
from freshdb.servers.mariadb.private import PrivateServer, ensure_server
from freshdb.servers.mariadb.programs import find_programs

# Names what must not be missing: CI leaves out nothing.
REQUIRE = "TEST_REQUIRE_SERVERS"


def urls(*drivers: str) -> list[str]:
    """Return an application's URLs with these drivers."""
    return [f"mysql+{driver}://app:secret@localhost/shop" for driver in drivers]


def require_programs() -> None:
    """Skip where there is no MariaDB, saying so; fail where there has to be one."""
    try:
        find_programs()
    except ServerError as error:
        if "mariadb" in os.environ.get(REQUIRE, ""):
            raise
        pytest.skip(f"left out, since there is no MariaDB here: {error.hint}")


def require_driver(module: str) -> None:
    """Skip where a driver that has to be compiled is not installed; the tests' header says so."""
    pytest.importorskip(module, reason=f"left out, since `{module}` is not installed here")


def start() -> PrivateServer:
    """Return the server of this test run, held by this process."""
    require_programs()
    return ensure_server()


def address_of(server: PrivateServer) -> Address:
    return Address(server.socket, data=server.data)


def connect(address: Address, database: str | None = None, **options: Any) -> Any:
    """Return a connection of a test's own, as an application would make it."""
    return pymysql.connect(
        unix_socket=str(address.socket),
        user="root",
        database=database,
        autocommit=options.pop("autocommit", True),
        ssl_disabled=True,
        **options,
    )


@contextmanager
def connected(address: Address, database: str | None = None, **options: Any) -> Iterator[Any]:
    """Return a connection that is closed at the end."""
    connection = connect(address, database, **options)
    try:
        yield connection
    finally:
        if connection.open:
            connection.close()


def execute(connection: Any, *statements: str) -> list[tuple[Any, ...]]:
    """Run statements, and return the rows of the last."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


def word() -> str:
    """Return a word for names that no other process of the machine uses."""
    return f"{os.getpid():x}"


__all__ = [
    "Address",
    "Databases",
    "PrivateServer",
    "address_of",
    "connect",
    "connected",
    "execute",
    "start",
    "urls",
    "word",
]
