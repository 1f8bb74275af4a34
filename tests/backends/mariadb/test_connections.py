"""Every driver's connection is known by the database it names, and reaches a branch instead."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pymysql
import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.dialects import registry
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from freshdb.backends import ConnectArguments
from freshdb.backends.mariadb.admin import Address
from freshdb.backends.mariadb.connections import (
    Target,
    covers,
    in_transaction,
    is_harmless,
    missing_table,
    redirect,
    session_id,
    target_of,
)
from tests.mariadb import Databases, connected, execute, require_driver

SYNC = ["mysql+pymysql", "mysql+mysqldb", "mariadb+mariadbconnector", "mariadb+pymysql"]
COMPILED = {"mysql+mysqldb": "MySQLdb", "mariadb+mariadbconnector": "mariadb"}
ASYNC = ["mysql+aiomysql", "mysql+asyncmy", "mariadb+asyncmy"]


@pytest.fixture(scope="module")
def branch(databases: Databases, address: Address) -> str:
    def build(name: str) -> None:
        with connected(address, name) as connection:
            execute(connection, "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, x TEXT)")

    return databases.make_branch(databases.ensure_template("one table", build))


def arguments_for(url: str, **connect_args: Any) -> ConnectArguments:
    parsed = make_url(url)
    dialect = parsed.get_dialect()()
    positional, keywords = dialect.create_connect_args(parsed)
    return ConnectArguments(list(positional), {**keywords, **connect_args})


@pytest.mark.parametrize("driver", [*SYNC, *ASYNC])
@pytest.mark.parametrize(
    ("place", "server"),
    [
        ("me:secret@db.example:3307", "db.example:3307"),
        ("me:secret@localhost", "localhost:3306"),
        ("me@127.0.0.1:3306", "localhost:3306"),
        ("me@DB.example", "db.example:3306"),
    ],
)
def test_a_url_names_its_server_and_database(driver: str, place: str, server: str) -> None:
    assert target_of(arguments_for(f"{driver}://{place}/shop").keywords) == Target(
        server, "shop", "me"
    )


@pytest.mark.parametrize("driver", [*SYNC, *ASYNC])
def test_a_socket_is_a_server(driver: str) -> None:
    arguments = arguments_for(f"{driver}://me@/shop?unix_socket=/run/../run/my.sock")

    assert target_of(arguments.keywords).server == "/run/my.sock"


def test_other_dialects_are_not_covered() -> None:
    assert not covers(registry.load("sqlite")())
    assert covers(registry.load("mysql.asyncmy")())


@pytest.fixture
def redirected(address: Address, branch: str) -> Iterator[list[ConnectArguments]]:
    """All MySQL engines lead to the branch; gives the arguments that the drivers got."""
    seen: list[ConnectArguments] = []

    def lead(dialect: Any, record: Any, positional: list[Any], keywords: dict[str, Any]) -> None:
        seen.append(ConnectArguments(positional, keywords))
        redirect(dialect.driver, keywords, address, branch)

    event.listen(Engine, "do_connect", lead)
    yield seen
    event.remove(Engine, "do_connect", lead)


ELSEWHERE = "://app:secret@db.invalid:3999/shop?charset=utf8mb4"


@pytest.mark.parametrize("driver", SYNC)
def test_a_sync_engine_reaches_the_branch(
    redirected: list[ConnectArguments], branch: str, address: Address, driver: str
) -> None:
    if driver in COMPILED:
        require_driver(COMPILED[driver])
    url = driver + (ELSEWHERE.partition("?")[0] if "connector" in driver else ELSEWHERE)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT DATABASE()")) == branch
        driver_connection = connection.connection.driver_connection
        number = connection.scalar(text("SELECT CONNECTION_ID()"))
        assert session_id(driver_connection) == number
        connection.execute(text("INSERT INTO t (x) VALUES ('a')"))
        assert in_transaction(driver_connection) in (True, None)
        connection.rollback()
        assert in_transaction(driver_connection) in (False, None)
    engine.dispose()

    assert "secret" not in str(redirected[0].keywords)


@pytest.mark.parametrize("driver", ASYNC)
def test_an_async_engine_reaches_the_branch(
    redirected: list[ConnectArguments], branch: str, driver: str
) -> None:
    async def run() -> None:
        engine = create_async_engine(driver + ELSEWHERE)
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT DATABASE()")) == branch
            number = await connection.scalar(text("SELECT CONNECTION_ID()"))
            raw = await connection.get_raw_connection()
            assert session_id(raw.driver_connection) == number
            await connection.execute(text("INSERT INTO t (x) VALUES ('a')"))
            assert in_transaction(raw.driver_connection)
            await connection.rollback()
            assert not in_transaction(raw.driver_connection)
        await engine.dispose()

    asyncio.run(run())


def test_what_the_application_asks_of_its_connections_stays() -> None:
    arguments = arguments_for(
        "mysql+pymysql://app:secret@db/shop?charset=latin1",
        ssl={"ca": "/ca.pem"},
        ssl_verify_cert=True,
        init_command="SET time_zone = '+00:00'",
        read_default_file="/etc/my.cnf",
    )

    redirect(
        "pymysql", arguments.keywords, Address(host="127.0.0.1", port=4000, user="u"), "branch"
    )

    kept = {name: arguments.keywords[name] for name in ("charset", "init_command")}
    assert kept == {"charset": "latin1", "init_command": "SET time_zone = '+00:00'"}
    assert not [name for name in arguments.keywords if name.startswith(("ssl", "read_default"))]
    assert target_of(arguments.keywords) == Target("localhost:4000", "branch", "u")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1", True),
        ("  insert into t values (1)", True),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("SET sql_mode = ''", False),
        ("USE other", False),
        ("CREATE TEMPORARY TABLE t (x INT)", False),
        ("CALL p()", False),
        ("PREPARE s FROM 'SELECT 1'", False),
        ("selection", False),
        ("(SELECT 1) UNION (SELECT 2)", True),
        ("SELECT 1; SET sql_mode = ''", False),
        ("START TRANSACTION WITH CONSISTENT SNAPSHOT", False),
    ],
)
def test_which_statements_leave_a_session_as_it_was(statement: str, expected: bool) -> None:
    assert is_harmless(statement) is expected


def test_a_missing_table_is_named(address: Address, branch: str) -> None:
    with connected(address, branch) as connection:
        with pytest.raises(pymysql.err.ProgrammingError) as caught:
            execute(connection, "SELECT * FROM nothing")

    assert missing_table(str(caught.value)) == "nothing"
    assert missing_table("Unknown column 'x'") is None
