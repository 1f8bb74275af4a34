"""A MariaDB server for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from freshdb.backends.mariadb.admin import Address
from freshdb.servers.mariadb.private import PrivateServer
from tests import mariadb


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[PrivateServer]:
    with mariadb.start() as server:
        yield server


@pytest.fixture(scope="session")
def address(mariadb_server: PrivateServer) -> Address:
    return mariadb.address_of(mariadb_server)


@pytest.fixture(scope="module")
def databases(address: Address) -> Iterator[mariadb.Databases]:
    databases = mariadb.Databases(address, mariadb.word())
    yield databases
    databases.close()
