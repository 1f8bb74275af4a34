"""A small client for Postgres's own protocol: what freshdb itself asks of a server goes through it.

freshdb must not depend on a driver: the application may have any one, sync or async, and its
connections are the application's. The protocol is documented and stable since Postgres 7.4
(https://www.postgresql.org/docs/current/protocol.html). The simple query is spoken, and COPY:
several statements in one round trip, values as text. A user's own statement goes by the extended
query, which takes one only, and stops when enough rows have come.
"""

from __future__ import annotations

import contextlib
import os
import struct
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from freshdb.errors import ServerError
from freshdb.servers.postgres.address import Address, open_socket
from freshdb.servers.postgres.login import Login
from freshdb.servers.postgres.messages import Row, column_names, refusal, row

_PROTOCOL = 196608


class Connection:
    """A connection to one database; may be used by several threads, one at a time.

    Args:
        address: the server.
        database: its name.
        timeout_s: how long connecting, and each answer, may take.
        options: settings of the session.
    """

    def __init__(
        self, address: Address, database: str, timeout_s: float = 30.0, **options: str
    ) -> None:
        self.address = address
        self.database = database
        self.parameters: dict[str, str] = {}
        self.server_pid = 0
        self.made_in = os.getpid()
        self._lock = threading.RLock()
        self._buffer = b""
        with contextlib.ExitStack() as undone:
            try:
                self._socket = open_socket(address, timeout_s)
                undone.callback(self._socket.close)
                self._start(options)
            except OSError as error:
                raise ServerError(
                    f"cannot connect to Postgres at {address}: {error.strerror or error}"
                ) from None
            undone.pop_all()

    def query(self, sql: str) -> list[Row]:
        """Run statements, and return the rows of the last one that gives any.

        Raises:
            ServerError: one failed; those before it in the same text are undone.
        """
        with self._lock:
            self.send(sql)
            return self.receive()

    def send(self, sql: str) -> None:
        """Let the server run statements; nothing else can be asked before `receive`.

        Raises:
            ServerError: the server is gone.
        """
        self._send(b"Q", sql.encode() + b"\0")

    def receive(self) -> list[Row]:
        """Return the rows of what was sent; see `query`."""
        return self._results(b"")

    def value(self, sql: str) -> str | None:
        """Run statements, and return the first value of the last one that gives any."""
        rows = self.query(sql)
        return rows[0][0] if rows else None

    def copy_out(self, sql: str) -> list[bytes]:
        """Run `COPY … TO STDOUT`, and return its lines."""
        with self._lock:
            self._copied: list[bytes] = []
            self._send(b"Q", sql.encode() + b"\0")
            self._results(b"")
            return self._copied

    def copy_stream(self, sql: str) -> Iterator[list[bytes]]:
        """Run `COPY … TO STDOUT`, and yield its lines as they come, many at a time.

        Nothing else can be asked meanwhile.
        """
        with self._lock:
            self._send(b"Q", sql.encode() + b"\0")
            data, at, kind = self._buffer, 0, b""
            self._buffer = b""
            error: ServerError | None = None
            lines: list[bytes] = []
            while kind != b"Z":
                end = at + 1 + int.from_bytes(data[at + 1 : at + 5], "big")
                if end > len(data) or len(data) < at + 5:
                    if lines:
                        yield lines
                        lines = []
                    data, at = data[at:] + self._more(), 0
                    continue
                kind = data[at : at + 1]
                if kind == b"d":
                    lines.append(data[at + 5 : end])
                elif kind == b"E":
                    error = refusal(data[at + 5 : end])
                at = end
            self._buffer = data[at:]
            if error is not None:
                raise error
            yield lines

    def _more(self) -> bytes:
        try:
            data = self._socket.recv(1 << 18)
        except OSError as error:
            raise _lost(self.address, error) from None
        if not data:
            raise _lost(self.address, OSError("the server closed the connection"))
        return data

    def answer(
        self, sql: str, parameters: Sequence[str | None], most: int, *, to_the_end: bool
    ) -> tuple[list[str], list[Row], str]:
        """Run one statement; return its columns' names, its rows, and the server's word for it.

        Args:
            sql: the statement.
            parameters: the texts of its `$1`, `$2` and so on.
            most: how many rows to return.
            to_the_end: whether the server is to go on behind them, for the sake of what it does.
        """
        with self._lock:
            self._ask(sql, parameters, 0 if to_the_end else most)
            names: list[str] = []
            rows: list[Row] = []
            done = ""
            error: ServerError | None = None
            while True:
                kind, body = self._receive()
                if kind == b"T":
                    names = column_names(body)
                elif kind == b"D" and len(rows) < most:
                    rows.append(row(body))
                elif kind == b"C":
                    done = body.rstrip(b"\0").decode()
                elif kind == b"E":
                    error = refusal(body)
                elif kind == b"G":
                    self._send(b"f", b"there is nothing to copy from\0")
                    self._send(b"S", b"")  # the one before was for the copy, which ignores it
                elif kind == b"Z":
                    if error is not None:
                        raise error
                    return names, rows, done

    def _ask(self, sql: str, parameters: Sequence[str | None], most: int) -> None:
        """Send a statement with its parameters; 0 rows are all rows."""
        values = b"".join(
            struct.pack("!i", -1) if value is None
            else struct.pack("!i", len(data := value.encode())) + data
            for value in parameters
        )  # fmt: skip
        self._send(b"P", b"\0" + sql.encode() + b"\0" + struct.pack("!h", 0))
        number = struct.pack("!h", len(parameters))
        self._send(b"B", b"\0\0" + struct.pack("!h", 0) + number + values + struct.pack("!h", 0))
        self._send(b"D", b"P\0")
        self._send(b"E", b"\0" + struct.pack("!i", most))
        self._send(b"S", b"")

    def copy_in(self, sql: str, lines: Iterable[bytes]) -> None:
        """Run `COPY … FROM STDIN` with these lines."""
        with self._lock:
            self._send(b"Q", sql.encode() + b"\0")
            self._results(b"".join(lines))

    def close(self) -> None:
        """End the connection; a second call does nothing."""
        with contextlib.suppress(ServerError):
            if self.made_in == os.getpid():
                self._send(b"X", b"")
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    # The protocol

    def _send(self, kind: bytes, body: bytes) -> None:
        try:
            self._socket.sendall(kind + struct.pack("!I", len(body) + 4) + body)
        except OSError as error:
            raise _lost(self.address, error) from None

    def _receive(self) -> tuple[bytes, bytes]:
        try:
            while len(self._buffer) < 5:
                self._fill()
            end = 1 + int.from_bytes(self._buffer[1:5], "big")
            while len(self._buffer) < end:
                self._fill()
        except OSError as error:
            raise _lost(self.address, error) from None
        kind, body, self._buffer = self._buffer[:1], self._buffer[5:end], self._buffer[end:]
        return kind, body

    def _fill(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise OSError("the server closed the connection")
        self._buffer += data

    def _start(self, options: dict[str, str]) -> None:
        facts = {
            "user": self.address.user,
            "database": self.database,
            "application_name": "freshdb",
            "client_encoding": "UTF8",
            **options,
        }
        words = b"".join(f"{name}\0{value}\0".encode() for name, value in facts.items()) + b"\0"
        self._socket.sendall(struct.pack("!II", len(words) + 8, _PROTOCOL) + words)
        login = Login(self.address)
        while True:
            kind, body = self._receive()
            if kind == b"R":
                answer = login.answer(int.from_bytes(body[:4], "big"), body[4:])
                if answer is not None:
                    self._send(b"p", answer)
            elif kind == b"K":
                self.server_pid = int.from_bytes(body[:4], "big")
            elif kind == b"S":
                name, value, _ = body.split(b"\0")
                self.parameters[name.decode()] = value.decode()
            elif kind == b"E":
                raise refusal(body)
            elif kind == b"Z":
                return

    def _results(self, copied_in: bytes) -> list[Row]:
        rows: list[Row] = []
        error: ServerError | None = None
        while True:
            kind, body = self._receive()
            if kind == b"D":
                rows.append(row(body))
            elif kind == b"T":
                rows = []
            elif kind == b"E":
                error = refusal(body)
            elif kind == b"G":
                if copied_in:
                    self._send(b"d", copied_in)
                self._send(b"c", b"")
            elif kind == b"d":
                self._copied.append(body)
            elif kind == b"Z":
                if error is not None:
                    raise error
                return rows


def _lost(address: Address, error: OSError) -> ServerError:
    return ServerError(f"the connection to Postgres at {address} was lost: {error}")
