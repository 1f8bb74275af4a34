"""A MariaDB server for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from freshdb.backends.mariadb.admin import Address
from freshdb.servers.mariadb.private import PrivateServer
from tests import mariadb


@pytest.fixture(scope="session")
def address(private_mariadb: PrivateServer) -> Address:
    return mariadb.address_of(private_mariadb)


@pytest.fixture(scope="module")
def databases(address: Address) -> Iterator[mariadb.Databases]:
    databases = mariadb.Databases(address, mariadb.word())
    yield databases
    databases.close()
