"""MariaDB and MySQL: which database a connection would reach, and how it is sent to a branch."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

    from freshdb.backends import ConnectArguments
    from freshdb.backends.mariadb.admin import Address

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
_DROPPED = (
    *_USER, *_PASSWORD, *_DATABASE, *_HOST, "port", "unix_socket",
    "read_default_file", "read_default_group", "default_file", "default_group", "bind_address",
    "auth_plugin", "auth_plugin_map", "server_public_key", "named_pipe", "local_address",
)  # fmt: skip
_IN_TRANSACTION = 1
DEFAULT_PORT = 3306


@dataclass(frozen=True)
class Target:
    """The database that an application's connection names.

    Attributes:
        server: `host:port`, or the path of a socket; local ones have one name.
        database: its name; empty where the connection has none of its own.
    """

    server: str
    database: str
    user: str

    def __str__(self) -> str:
        return f"{self.server}/{self.database}"


def covers(dialect: Dialect) -> bool:
    """Tell whether engines with this dialect can be sent to a branch."""
    return dialect.name in ("mysql", "mariadb") and dialect.driver in _NAMES


def target_of(arguments: ConnectArguments) -> Target:
    """Return the database that a connection with these arguments would reach."""
    given = arguments.keywords
    user, database = str(_first(given, _USER)), str(_first(given, _DATABASE))
    host = str(_first(given, _HOST)).lower()
    path = given.get("unix_socket")
    # All drivers use the socket where there is one and the host is this machine, or is not given.
    if path and host in _THIS_MACHINE:
        return Target(os.path.realpath(str(path)), database, user)
    host = "localhost" if host in _THIS_MACHINE else host
    return Target(f"{host}:{given.get('port') or DEFAULT_PORT}", database, user)


def redirect(
    dialect: Dialect, arguments: ConnectArguments, address: Address, database: str
) -> None:
    """Change the arguments so that the connection reaches a database on a server of freshdb's.

    What else the application asks of its connections stays: charset, timeouts, converters, flags.
    """
    keywords = arguments.keywords
    for name in (*_DROPPED, *(name for name in keywords if name.startswith("ssl"))):
        keywords.pop(name, None)
    user, password, name_of_database = _NAMES[dialect.driver]
    keywords[user] = address.user
    keywords[name_of_database] = database
    if address.password:
        keywords[password] = address.password
    if address.socket is not None:
        keywords["unix_socket"] = str(address.socket)
        if dialect.driver == "pymysql":
            # PyMySQL prepares a TLS context for each connection, which takes 30 ms and more.
            keywords["ssl_disabled"] = True
    else:
        keywords["host"], keywords["port"] = address.host, address.port


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


@lru_cache(maxsize=4096)
def is_harmless(statement: str) -> bool:
    """Tell whether a statement changes rows at most, and nothing of its session.

    User variables and `GET_LOCK` are not looked for: the server shows who has some.
    """
    return _HARMLESS.match(statement) is not None


_HARMLESS = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES|BEGIN|START\s+TRANSACTION|COMMIT|"
    r"ROLLBACK|SAVEPOINT|RELEASE|SHOW|DESCRIBE|DESC|EXPLAIN|TRUNCATE)\b",
    re.IGNORECASE,
)


def missing_table(message: str) -> str | None:
    """Return the table that an error message of the server's says is missing."""
    found = re.search(r"Table '(?:[^']*?\.)?([^'.]+)' doesn't exist", message)
    return found[1] if found else None


def _first(keywords: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((keywords[name] for name in names if keywords.get(name) is not None), "")
