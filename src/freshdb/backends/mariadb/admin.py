"""freshdb's own connection to a MariaDB or MySQL server: several statements in one round trip."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from freshdb.errors import ServerError
from freshdb.model import Peer

Row = tuple[Any, ...]
CONNECT_TIMEOUT_S = 10
# What freshdb's own connections call themselves, so that no other process of a run ends them.
PROGRAM = "freshdb"
# Statements are put together up to this size; the server takes 16 MB by default, MariaDB too.
_BATCH_BYTES = 1_000_000
# The protocol's number of the command that runs SQL.
_QUERY = 3
# The client's and the server's numbers for a connection that is no more.
_GONE = (0, 1053, 1927, 2006, 2013, 2055)


@dataclass(frozen=True)
class Address:
    """Where a server is, and as whom to reach it.

    Attributes:
        socket: a Unix socket; where it is None, `host` and `port` are used.
        data: the server's data directory, where its files can be looked at.
    """

    socket: Path | None = None
    host: str = "127.0.0.1"
    port: int = 3306
    user: str = "root"
    password: str = field(default="", repr=False)
    data: Path | None = None

    @property
    def name_of_host(self) -> str:
        """Return what tells whether it is this machine: a socket's path, or the host."""
        return str(self.socket) if self.socket is not None else self.host

    @property
    def peer(self) -> Peer:
        """The other end of connections to it."""
        return str(self.socket) if self.socket is not None else (self.host, self.port)

    def __str__(self) -> str:
        return str(self.socket) if self.socket is not None else f"{self.host}:{self.port}"


class Admin:
    """A connection that commits by itself; `lock` is held by whoever asks it several things."""

    def __init__(self, address: Address, connect_timeout_s: int = CONNECT_TIMEOUT_S) -> None:
        self.address = address
        self.lock = threading.RLock()
        self._connection = _connect(address, connect_timeout_s)
        self._current: str | None = None
        # Whether the server is at work on what was asked last, and what it has answered.
        self._is_asked = False
        self._answers: list[Sequence[Row]] | Exception = []
        # Whether the server's counters count what this connection writes.
        self.is_counted = True
        version = self.version = str(self.rows("SELECT VERSION()")[0][0])
        self.is_mariadb = "MariaDB" in version
        self.restore_session()

    @property
    def session(self) -> int:
        """Return the server's number for this connection."""
        return int(self._connection.thread_id())

    def restore_session(self) -> None:
        """Set what statements of freshdb's own need, however the session was used meanwhile.

        Rows are put back as they were, whatever order, mode and constraint they came by.
        """
        self.run(
            "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', foreign_key_checks = 0, time_zone = '+00:00', "
            "lock_wait_timeout = 5, innodb_lock_wait_timeout = 5, wait_timeout = 2000000",
            "SET check_constraint_checks = 0, system_versioning_insert_history = 1"
            if self.is_mariadb and _version_of(self.version) >= (10, 11)
            else "SET information_schema_stats_expiry = 0"
            if not self.is_mariadb
            else "SET check_constraint_checks = 0",
        )

    def use(self, database: str) -> None:
        """Let names without a database mean those of this one."""
        if database != self._current:
            self.run(f"USE {quoted(database)}")
            self._current = database

    def rows(self, query: str, parameters: Sequence[Any] | None = None) -> Sequence[Row]:
        """Return the rows of one query."""
        with self._asking(), self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            rows: Sequence[Row] = cursor.fetchall()
            return rows

    def run(self, *statements: str) -> None:
        """Run statements in order; what fails raises, and those after it are not run."""
        if any(statement.startswith(("USE", "DROP DATABASE")) for statement in statements):
            self._current = None
        for batch in _batches(statements):
            self.all_rows(*batch)

    def all_rows(self, *queries: str) -> list[Sequence[Row]]:
        """Run queries in one round trip, and return the rows of each."""
        with self._asking(), self._connection.cursor() as cursor:
            cursor.execute(";".join(queries))
            results = [cursor.fetchall()]
            while cursor.nextset():
                results.append(cursor.fetchall())
            return results

    def ask(self, *queries: str) -> None:
        """Send queries, and do not wait for the answers: whoever asks next does."""
        with self._asking():
            # PyMySQL has a public word for reading a result by itself, and none for sending.
            self._connection._execute_command(_QUERY, ";".join(queries))
            self._is_asked = True

    def answers(self) -> list[Sequence[Row]]:
        """Return the rows of each query that was sent by `ask`, or raise what one failed with."""
        with self._asking():
            answers, self._answers = self._answers, []
            if isinstance(answers, Exception):
                raise answers
            return answers

    def _await_answers(self) -> None:
        self._is_asked = False
        self._answers = found = []
        try:
            self._connection.next_result()
            found.append(self._connection._result.rows or ())
            while self._connection._result.has_next:
                self._connection.next_result()
                found.append(self._connection._result.rows or ())
        except Exception as error:
            self._answers = error

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Say of a connection that breaks whose it is: with it, no more can be asked."""
        try:
            with self.lock:
                if self._is_asked:
                    self._await_answers()
                yield
        except Exception as error:
            if self._connection.open and (not error.args or error.args[0] not in _GONE):
                raise
            raise ServerError(
                f"the server at {self.address} is gone, or has ended freshdb's connection: {error}",
                hint="its log may say why; was there memory and room on its disk?",
            ) from error

    def close(self) -> None:
        """Close the connection, also where the server is gone."""
        with suppress(Exception):
            self._connection.close()


def quoted(name: str) -> str:
    """Return an identifier as SQL."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """Return a text as SQL; what freshdb writes in this way are names, never values of rows."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _connect(address: Address, connect_timeout_s: int) -> Any:
    try:
        import pymysql
        from pymysql.constants import CLIENT
    except ImportError:
        raise ServerError(
            "freshdb reaches MariaDB and MySQL through PyMySQL, which is not installed",
            hint="pip install freshdb[mariadb]",
        ) from None
    place: dict[str, Any] = {"unix_socket": str(address.socket)}
    if address.socket is None:
        place = {"host": address.host, "port": address.port}
    try:
        return pymysql.connect(
            **place,
            user=address.user,
            password=address.password,
            autocommit=True,
            charset="utf8mb4",
            client_flag=CLIENT.MULTI_STATEMENTS,
            connect_timeout=connect_timeout_s,
            program_name=PROGRAM,
            # A TLS context costs 30 ms and more, and a socket is nobody else's.
            ssl_disabled=address.socket is not None,
        )
    except pymysql.err.OperationalError as error:
        raise ServerError(
            f"the server at {address} does not let user `{address.user}` in: {error.args[-1]}",
            hint="is it running? A server at its limit says `Too many connections`: "
            "close connections that tests leave open, or raise `max_connections`",
        ) from error


def _version_of(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-", maxsplit=1)[0].split(".")[:2])


def _batches(statements: Iterable[str]) -> Iterable[list[str]]:
    batch: list[str] = []
    size = 0
    for statement in statements:
        if batch and size + len(statement) > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(statement)
        size += len(statement)
    if batch:
        yield batch
