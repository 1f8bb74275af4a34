"""MariaDB and MySQL: which database a connection would reach, and how it is sent to a branch."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.backends.mariadb.admin import Address

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

    from freshdb.backends import ConnectArguments

# SQLAlchemy's names of the drivers, and what each calls user, password and database.
_NAMES = {
    "pymysql": ("user", "password", "database"),
    "mysqldb": ("user", "passwd", "db"),
    "mariadbconnector": ("user", "password", "database"),
    "aiomysql": ("user", "password", "db"),
    "asyncmy": ("user", "password", "db"),
}
_USER = ("user", "username")
_PASSWORD = ("password", "passwd")
_DATABASE = ("database", "db")
_HOST = ("host", "hostname")
_THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")
# What would lead elsewhere, or asks for a way in that a private socket does not have.
OF_ITS_SERVER = (
    *_USER, *_PASSWORD, *_DATABASE, *_HOST, "port", "unix_socket",
    "read_default_file", "read_default_group", "default_file", "default_group", "bind_address",
    "auth_plugin", "auth_plugin_map", "server_public_key", "named_pipe", "local_address",
)  # fmt: skip
_IN_ORDER = ("host", "user", "password", "database", "port")
_IN_TRANSACTION = 1
DEFAULT_PORT = 3306


@dataclass(frozen=True)
class Target:
    """The database that an application's connection names.

    Attributes:
        server: `host:port`, or the path of a socket; local ones have one name.
        database: its name; empty where the connection has none of its own.
        address: how freshdb itself would reach the server.
    """

    server: str
    database: str
    user: str
    address: Address = field(default_factory=Address, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.server}/{self.database}"


def covers(dialect: Dialect) -> bool:
    """Tell whether engines with this dialect can be sent to a branch."""
    return dialect.name in ("mysql", "mariadb") and dialect.driver in _NAMES


def name_positional(arguments: ConnectArguments) -> None:
    """Give arguments names that a creator gives without; all drivers have the same order."""
    arguments.keywords.update(zip(_IN_ORDER, arguments.positional, strict=False))
    arguments.positional[:] = []


def target_of(keywords: Mapping[str, Any]) -> Target:
    """Return the database that a connection with these arguments would reach."""
    user, database = str(_first(keywords, _USER)), str(_first(keywords, _DATABASE))
    password = str(_first(keywords, _PASSWORD))
    host = str(_first(keywords, _HOST)).lower()
    path = keywords.get("unix_socket")
    # All drivers use the socket where there is one and the host is this machine, or is not given.
    if path and host in _THIS_MACHINE:
        socket = Path(os.path.realpath(str(path)))
        return Target(str(socket), database, user, Address(socket, user=user, password=password))
    host = "localhost" if host in _THIS_MACHINE else host
    port = int(keywords.get("port") or DEFAULT_PORT)
    # By its number: MariaDB knows users of `localhost` by the socket only.
    number = "127.0.0.1" if host == "localhost" else host
    address = Address(None, number, port, user, password)
    return Target(f"{host}:{port}", database, user, address)


def redirect(
    driver: str, keywords: dict[str, Any], address: Address, database: str, user: str = ""
) -> None:
    """Change connect arguments so that the connection reaches a database on a server of freshdb's.

    What else the application asks of its connections stays: charset, timeouts, converters, flags.

    Args:
        driver: SQLAlchemy's name of it.
        keywords: the arguments.
        address: the server.
        database: the one on it.
        user: whom to connect as, if not the address's own.
    """
    for name in (*OF_ITS_SERVER, *(name for name in keywords if name.startswith("ssl"))):
        keywords.pop(name, None)
    user_name, password, name_of_database = _NAMES[driver]
    keywords[user_name] = user or address.user
    keywords[name_of_database] = database
    if address.password and not user:
        keywords[password] = address.password
    if address.socket is not None:
        keywords["unix_socket"] = str(address.socket)
        if driver == "pymysql":
            # PyMySQL prepares a TLS context for each connection, which takes 30 ms and more.
            keywords["ssl_disabled"] = True
    else:
        keywords["host"], keywords["port"] = address.host, address.port


def session_of(driver_connection: Any) -> int:
    """Return the server's number for a driver's connection, 0 where it has none (any more)."""
    with contextlib.suppress(Exception):
        return session_id(driver_connection)
    return 0


def session_id(driver_connection: Any) -> int:
    """Return the server's number for a driver's connection."""
    number = getattr(driver_connection, "thread_id", None)
    if number is None:
        number = driver_connection.connection_id
    return int(number() if callable(number) else number)


def in_transaction(driver_connection: Any) -> bool | None:
    """Tell whether the server's last answer was given inside a transaction; None if not known.

    mysqlclient does not hand the server's flags on. PyMySQL and aiomysql do not look at them after
    a `SELECT`, so one that only reads may be taken for none.
    """
    status = getattr(driver_connection, "server_status", None)
    return None if status is None else bool(status & _IN_TRANSACTION)


def abandon(connection: Any, loop: asyncio.AbstractEventLoop | None) -> None:
    """End a connection at once, without a warning, whatever has become of its loop."""
    with contextlib.suppress(Exception):
        if loop is None:
            # PyMySQL's `close` waits until the server has read its goodbye.
            getattr(connection, "_force_close", connection.close)()
        elif loop.is_closed():
            _abandon_on_closed_loop(connection)
        elif loop.is_running() and loop is not _running_loop():
            loop.call_soon_threadsafe(connection.close)
        else:
            connection.close()


def _abandon_on_closed_loop(connection: Any) -> None:
    """Close the socket itself: there, a transport cannot, and complains when it is collected."""
    is_aiomysql = hasattr(connection, "_writer")
    transport = connection._writer.transport if is_aiomysql else connection._transport
    # A writer that is collected asks its transport whether it has to be told.
    transport._closing = True
    socket, transport._sock = transport._sock, None
    socket.close()
    if is_aiomysql:
        connection._writer = connection._reader = None
    else:
        connection._transport = None


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@lru_cache(maxsize=4096)
def is_harmless(statement: str) -> bool:
    """Tell whether a statement changes rows at most, and nothing of its session.

    User variables and `GET_LOCK` are not looked for: the server shows who has some. Several
    statements in one text are taken apart at semicolons; one in a literal makes the text look
    harmful, at worst.
    """
    return all(_HARMLESS.match(part) is not None for part in statement.split(";") if part.strip())


_HARMLESS = re.compile(
    r"[\s(]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES|BEGIN|"
    r"START\s+TRANSACTION(?!\s+WITH)|COMMIT|"
    r"ROLLBACK|SAVEPOINT|RELEASE|SHOW|DESCRIBE|DESC|EXPLAIN|TRUNCATE)\b",
    re.IGNORECASE,
)


def missing_table(message: str) -> str | None:
    """Return the table that an error message of the server's says is missing."""
    found = re.search(r"Table '(?:[^']*?\.)?([^'.]+)' doesn't exist", message)
    return found[1] if found else None


def _first(keywords: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((keywords[name] for name in names if keywords.get(name) is not None), "")
