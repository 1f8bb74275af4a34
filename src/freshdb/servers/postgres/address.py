"""Where a server is, and the socket to it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from dataclasses import dataclass, field

from freshdb.model import Peer

_SSL_REQUEST = 80877103


@dataclass(frozen=True)
class Address:
    """Where a server is, and as whom to go there; its text never shows the password.

    Attributes:
        host: a name, an address, or the directory of a Unix socket.
        tls: whether the connection is encrypted: `never`, `maybe` or `always`.
    """

    host: str
    port: int
    user: str
    password: str = field(default="", repr=False)
    tls: str = "never"

    @property
    def is_socket(self) -> bool:
        return self.host.startswith("/")

    @property
    def peer(self) -> Peer:
        """The other end of connections to it."""
        return f"{self.host}/.s.PGSQL.{self.port}" if self.is_socket else (self.host, self.port)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def open_socket(address: Address, timeout_s: float) -> socket.socket:
    if address.is_socket:
        plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        plain.settimeout(timeout_s)
        try:
            plain.connect(address.peer)
        except OSError:
            plain.close()
            raise
        return plain
    with contextlib.ExitStack() as undone:
        plain = socket.create_connection((address.host, address.port), timeout_s)
        undone.callback(plain.close)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found = plain if address.tls == "never" else _encrypted(plain, address)
        undone.pop_all()
        return found


def _encrypted(plain: socket.socket, address: Address) -> socket.socket:
    """Return the same connection, encrypted if the server can; else as the URL allows."""
    plain.sendall(struct.pack("!II", 8, _SSL_REQUEST))
    if plain.recv(1) == b"S":
        context = ssl.create_default_context()
        # As libpq's `sslmode=require`: encrypted, whoever it is.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context.wrap_socket(plain, server_hostname=address.host)
    if address.tls == "always":
        raise OSError("the server does not encrypt, and the URL asks for it")
    return plain
