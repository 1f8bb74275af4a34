"""Where a MariaDB or MySQL database is, and how freshdb reaches it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freshdb.backends.mariadb.admin import Address, Admin
from freshdb.branches.products.servers import ServerUrl, parts_of, text_of, this_user
from freshdb.branches.records import Place

_DEFAULT_PORT = 3306
_LOCAL = ("", "localhost")
# As many bytes as a key can have; the server sorts values by no more than it is told.
SORTED_BYTES = 3072
# Values are read and written in one form, whatever the server's settings.
_READING = (
    "SET time_zone = '+00:00', sql_mode = ''",
    f"SET max_sort_length = {SORTED_BYTES}, sort_buffer_size = 67108864",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)


@dataclass(frozen=True)
class Target:
    """A database on a server.

    Attributes:
        scheme: the product's name in URLs: `mysql` or `mariadb`.
    """

    address: Address
    database: str
    scheme: str = "mysql"


def target_of(place: Place) -> Target:
    """Return what a place means; the password comes from the environment."""
    url = parts_of(place)
    socket = url.query.get("unix_socket")
    address = Address(
        Path(socket) if socket and url.host in _LOCAL else None,
        # By its number: a driver takes `localhost` for a socket, wherever that is.
        "127.0.0.1" if url.host in _LOCAL else url.host,
        url.port or _DEFAULT_PORT,
        url.user or this_user(),
        url.password or os.environ.get("MYSQL_PWD", ""),
    )
    return Target(address, url.database, url.scheme)


def url_of(
    target: Target, database: str, *, driver: str | None = None, with_password: bool | None = None
) -> str:
    """Return a URL; `with_password` None leaves the password out, False masks it."""
    address = target.address
    query = {"unix_socket": str(address.socket)} if address.socket is not None else {}
    host = "" if address.socket is not None else address.host
    url = ServerUrl(
        target.scheme, address.user, host, address.port, database, query, address.password
    )
    return text_of(url, driver=driver, with_password=with_password)


@contextlib.contextmanager
def admin_of(place: Place) -> Iterator[Admin]:
    """Open a connection that commits by itself to the server of a place."""
    admin = Admin(target_of(place).address)
    try:
        yield admin
    finally:
        admin.close()


@contextlib.contextmanager
def opened(place: Place, *, write: bool = False) -> Iterator[Any]:
    """Open a connection to a database; without `write` it sees one state, and changes nothing.

    It gives values as the server has them: text is `str`, bytes are `bytes`, a number is its text.
    """
    import pymysql
    from pymysql.constants import CLIENT
    from pymysql.converters import encoders

    target = target_of(place)
    address = target.address
    writers: dict[Any, Any] = dict(encoders)
    where: dict[str, Any] = {"host": address.host, "port": address.port}
    if address.socket is not None:
        where = {"unix_socket": str(address.socket)}
    with contextlib.closing(
        pymysql.connect(
            **where, user=address.user, password=address.password, charset="utf8mb4",
            conv=writers, database=target.database, autocommit=write,
            client_flag=CLIENT.MULTI_STATEMENTS if write else 0,
            ssl_disabled=address.socket is not None,
        )
    ) as connection:  # fmt: skip
        if not write:
            with connection.cursor() as cursor:
                for sql in _READING:
                    cursor.execute(sql)
        yield connection
