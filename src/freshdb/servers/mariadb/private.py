"""MariaDB and MySQL: a private server for a run, started when one is needed.

It listens on a Unix socket in a directory that only its user can enter, so nobody else can connect,
and needs no password. It keeps nothing: no flushes, its files in memory where there is room.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from freshdb.errors import ServerError
from freshdb.servers import keeping, places
from freshdb.servers.mariadb.data import HINT, copy_tree, prepared_data, short_digest
from freshdb.servers.mariadb.options import SOCKET, SUPERUSER, command, first_statements
from freshdb.servers.mariadb.programs import Programs, find_programs
from freshdb.servers.places import Hold

PRODUCT = "mariadb"
# There is nothing worth a clean shutdown, which takes a second.
_STOP_SIGNAL = signal.SIGKILL
_ATTEMPTS = 3


@dataclass
class PrivateServer:
    """A running server of freshdb's own, which lives at least until `release`.

    Attributes:
        directory: its data, log and socket; removed when it ends.
        programs: what it was started with.
        port: where it listens on the loopback device too, if that was asked for.
        password: that of `NETWORK_USER`, for the port.
    """

    directory: Path
    programs: Programs
    port: int | None = None
    password: str | None = field(default=None, repr=False)
    _hold: Hold | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        """The Unix socket on which `SUPERUSER` needs no password."""
        return self.directory / SOCKET

    @property
    def data(self) -> Path:
        """The data directory, with one directory for each database."""
        return self.directory / "data"

    def release(self) -> None:
        """Use it no more; the server ends when its last user has said so, or has died."""
        if self._hold is not None:
            self._hold.release()

    def url(self, database: str = "", driver: str = "pymysql") -> str:
        """Return the URL by which SQLAlchemy reaches it with one of its MySQL drivers."""
        return url_of(self.directory, database, driver)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def url_of(directory: Path, database: str = "", driver: str = "pymysql") -> str:
    """Return the URL of a database on the private server of a directory."""
    return f"mysql+{driver}://{SUPERUSER}@/{database}?unix_socket={directory / SOCKET}"


def ensure_server(
    programs_directory: Path | str | None = None,
    *,
    lasting: bool = False,
    port: int | None = None,
    apart: str = "",
) -> PrivateServer:
    """Return this user's private server, started if it does not run, and hold it.

    Args:
        programs_directory: where the programs are, if not where they are looked for.
        lasting: whether it is to live on when nobody uses it.
        port: also listen there, on the loopback device.
        apart: a word for a server of its own, beside the one that all runs of this user share.

    Raises:
        ServerError: there are no programs, the server does not start, or runs without that port.
    """
    programs = find_programs(programs_directory)
    base = places.servers_directory()
    directory = base / _name_of(programs, apart)
    with places.gate(base):
        keeping.reap(PRODUCT)
        for _ in range(_ATTEMPTS):
            server = _held_server(directory, programs)
            if server is None:
                server = _started_server(directory, programs, port)
            if _answers(server.socket):
                keeping.check_port(directory, port, server.release)
                if lasting:
                    (directory / places.LASTING).touch()
                return server
            server.release()
    raise ServerError(
        f"the private server ({programs}) ends as soon as it has started",
        hint=HINT,
    )


def running_servers() -> list[dict[str, Any]]:
    """Return what is known of each private server of this user that runs."""
    return [
        {"product": "MariaDB" if facts["is_mariadb"] else "MySQL", "url": url_of(directory)}
        | keeping.facts_of(directory, facts)
        for directory, facts in keeping.running(PRODUCT)
    ]


def stop_servers() -> list[dict[str, Any]]:
    """End this user's private servers, used or not, and return what was known of them."""
    ended = running_servers()
    for server in ended:
        keeping.stop(Path(server["directory"]))
    return ended


def _name_of(programs: Programs, apart: str) -> str:
    """Return the directory's name: one server per program."""
    key = short_digest(f"{programs.server} {apart}")[:6]
    # Short, since the path of a socket may have some 100 bytes in all.
    return f"{PRODUCT}-{programs.version}-{key}"


def _held_server(directory: Path, programs: Programs) -> PrivateServer | None:
    """Return the server that runs in a directory, held; None where none does."""
    hold = Hold(directory)
    if places.read_facts(directory) is None or not hold.take():
        return None
    server = _server_in(directory, programs, hold)
    if _answers(server.socket):
        return server
    hold.release()
    return None


def _server_in(directory: Path, programs: Programs, hold: Hold) -> PrivateServer:
    facts = places.read_facts(directory) or {}
    return PrivateServer(directory, programs, facts.get("port"), facts.get("password"), hold)


def _started_server(directory: Path, programs: Programs, port: int | None) -> PrivateServer:
    """Start a server in a directory, with what a dead one left there removed."""
    keeping.remove(directory)
    directory.mkdir(mode=0o700)
    hold = Hold(directory)
    hold.take()
    try:
        copy_tree(prepared_data(programs), directory / "data")
        (directory / "tmp").mkdir()
        password = secrets.token_urlsafe(12) if port is not None else None
        (directory / "init.sql").write_text(first_statements(programs, password), encoding="utf-8")
        places.write_facts(
            directory,
            {
                "command": command(directory, programs, port),
                "environment": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                "user": None,
                "group": None,
                "stop_signal": int(_STOP_SIGNAL),
                "version": programs.version,
                "programs": str(programs.server),
                "is_mariadb": programs.is_mariadb,
                "port": port,
                "password": password,
            },
        )
        keeper = keeping.start_keeper(directory)
        server = _server_in(directory, programs, hold)
        keeping.await_answer(directory, keeper, str(programs), lambda: _answers(server.socket))
    except BaseException:
        hold.release()
        raise
    return server


def _answers(path: Path) -> bool:
    """Tell whether a server greets on a socket; the greeting's first byte is its version, 10."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5.0)
        try:
            client.connect(str(path))
            return client.recv(5)[4:] == b"\x0a"
        except OSError:
            return False
