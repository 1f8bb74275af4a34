"""Fixtures for freshdb's own suite: a project in a directory, run by pytest."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

# Imported before any inner run, which forgets the modules that it was the first to import.
import aiomysql  # noqa: F401
import aiosqlite  # noqa: F401
import alembic.command  # noqa: F401
import asyncmy  # noqa: F401
import asyncpg  # noqa: F401
import fastapi.testclient  # noqa: F401
import psycopg  # noqa: F401
import psycopg2  # noqa: F401
import pymysql  # noqa: F401
import pytest
import sqlalchemy.ext.asyncio  # noqa: F401
import sqlmodel  # noqa: F401
from hypothesis import HealthCheck, settings

from freshdb.backends.postgres.backend import Postgres
from freshdb.servers.mariadb.programs import FINDERS
from freshdb.servers.postgres.private import PrivateServer, ensure_server
from freshdb.servers.postgres.programs import of_debian, of_wheel
from tests import mariadb
from tests.postgres import NEWEST, Products
from tests.project import Project

# What a developer or a CI says in the environment is not for the projects that the tests make:
# under CI pytest prints otherwise, and freshdb rewrites no files.
for _name in list(os.environ):
    if _name in {"CI", "BUILD_NUMBER", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "PY_COLORS"}:
        del os.environ[_name]

# How long an example takes says how busy the machine is.
settings.register_profile(
    "freshdb", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("freshdb")

for _compiled in ("MySQLdb.constants.CLIENT", "MySQLdb.cursors", "mariadb"):
    with contextlib.suppress(ImportError):
        importlib.import_module(_compiled)

# Which servers and drivers the suite is run on where they are there; CI requires them all.
SERVERS: dict[str, Callable[[], Iterable[object]]] = {
    "postgres-debian": of_debian,
    "postgres-wheel": of_wheel,
    "mariadb": lambda: (found for _, find in FINDERS for found in find()),
    # Drivers of MariaDB's that have to be compiled.
    "mysqlclient": lambda: filter(None, [importlib.util.find_spec("MySQLdb")]),
    "mariadb-connector": lambda: filter(None, [importlib.util.find_spec("mariadb")]),
    # The browser in which pages are looked at.
    "chromium": lambda: filter(None, [shutil.which("chromium")]),
}


def pytest_report_header() -> str:
    found = [name for name, find in SERVERS.items() if any(find())]
    missing = [name for name in SERVERS if name not in found]
    left_out = f"; left out, as they are not installed: {', '.join(missing)}" if missing else ""
    return f"servers: {', '.join(found)}{left_out}"


def pytest_sessionstart() -> None:
    required = [name for name in os.environ.get("TEST_REQUIRE_SERVERS", "").split(",") if name]
    missing = [name for name in required if not any(SERVERS[name]())]
    if missing:
        raise pytest.UsageError(f"TEST_REQUIRE_SERVERS: not installed: {', '.join(missing)}")


@pytest.fixture(scope="session")
def private_postgres() -> Iterator[PrivateServer]:
    """A private server that the runs of all projects share; it ends with this process."""
    server = ensure_server()
    yield server
    server.release()


@pytest.fixture(scope="session")
def private_mariadb() -> Iterator[mariadb.PrivateServer]:
    """The same for MariaDB; what needs it is left out where there is none, and says so."""
    with mariadb.start() as server:
        yield server


@pytest.fixture
def server_of_url(request: pytest.FixtureRequest) -> None:
    """The private server of the product that a test's parameter `url` names."""
    url = str(request.node.callspec.params.get("url", ""))
    if "mysqldb" in url:
        mariadb.require_driver("MySQLdb")
    for product, fixture in (("postgresql", "private_postgres"), ("mysql", "private_mariadb")):
        if url.startswith(product):
            request.getfixturevalue(fixture)


@pytest.fixture(scope="session")
def postgres_products() -> Iterator[Products]:
    """Postgres of each version that is on this machine, on private servers."""
    products = Products()
    yield products
    products.close()


@pytest.fixture(scope="session")
def postgres(postgres_products: Products) -> Postgres:
    """The newest Postgres that is on this machine."""
    return postgres_products.of_version(NEWEST)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project, whose runs are those of a stranger: no options of ours reach them."""
    for name in list(os.environ):
        if name.startswith(("PYTEST_ADDOPTS", "PYTEST_XDIST_", "FRESHDB_", "PG")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("FRESHDB_SERVER", "private")
    directory = pytester.path / "branches"
    monkeypatch.setenv("FRESHDB_DIRECTORY", str(directory))
    return Project(pytester, Path(directory))
