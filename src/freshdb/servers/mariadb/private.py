"""MariaDB and MySQL: a private server for a run, started when one is needed.

It listens on a Unix socket in a directory that only its user can enter, so nobody else can connect,
and needs no password. It keeps nothing: no flushes, its files in memory where there is room.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from freshdb.errors import ServerError
from freshdb.servers import keeping, places
from freshdb.servers.mariadb.programs import Programs, find_programs
from freshdb.servers.places import Hold

PRODUCT = "mariadb"
SUPERUSER = "root"
SOCKET = "s"
# There is nothing worth a clean shutdown, which takes a second.
_STOP_SIGNAL = signal.SIGKILL
_ATTEMPTS = 3
NETWORK_USER = "freshdb"
_HINT = "name a server that runs: `server` in [tool.freshdb]"

# What both products understand. Nothing is to survive, so nothing is flushed, and a reset reads the
# counters of performance_schema, of which only those it needs are kept.
SERVER_OPTIONS = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=OFF",
    # Requests are few on a machine of many containers, and memory needs none.
    "--innodb-use-native-aio=OFF",
    "--skip-log-bin",
    "--sync-binlog=0",
    "--skip-name-resolve",
    "--max-connections=500",
    "--max-allowed-packet=64M",
    "--character-set-server=utf8mb4",
    "--performance-schema=ON",
    "--performance-schema-instrument=%=OFF",
    "--performance-schema-instrument=wait/io/table/%=COUNTED",
    "--performance-schema-instrument=wait/lock/table/%=COUNTED",
    "--performance-schema-instrument=wait/lock/metadata/sql/mdl=ON",
)
MARIADB_OPTIONS = (
    "--innodb-log-file-size=32M",
    "--aria-log-file-size=8M",
    # What Debian's package and MariaDB's image set; the program's own default is latin1.
    "--collation-server=utf8mb4_general_ci",
)
MYSQL_OPTIONS = ("--mysqlx=OFF", "--innodb-redo-log-capacity=32M")


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
        ServerError: there are no programs, or the server does not start.
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
            if lasting:
                (directory / places.LASTING).touch()
            if _answers(server.socket):
                return server
            server.release()
    raise ServerError(
        f"the private server ({programs}) ends as soon as it has started",
        hint=_HINT,
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
    key = _short(f"{programs.server} {apart}")[:6]
    # Short, since the path of a socket may have some 100 bytes in all.
    return f"{PRODUCT}-{programs.version}-{key}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


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
        _copy_tree(prepared_data(programs), directory / "data")
        (directory / "tmp").mkdir()
        password = secrets.token_urlsafe(12) if port is not None else None
        (directory / "init.sql").write_text(_first_statements(programs, password), encoding="utf-8")
        places.write_facts(
            directory,
            {
                "command": _command(directory, programs, port),
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


def prepared_directory() -> Path:
    """Return the directory in which prepared data directories are kept for the next run."""
    directory = Path(tempfile.gettempdir()) / f"freshdb-mariadb-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.stat().st_uid != os.getuid():
        raise ServerError(f"`{directory}` belongs to another user", hint="remove it")
    return directory


def prepared_data(programs: Programs) -> Path:
    """Return a fresh data directory to copy, made once per program and kept for later runs.

    Making one takes some 0.5 s with MariaDB, copying it 0.03 s.
    """
    made = programs.server.stat()
    key = _short(f"{programs.server} {programs.version} {made.st_size} {made.st_mtime_ns}")
    base = prepared_directory()
    finished = base / f"data-{key}"
    if finished.is_dir():
        return finished
    draft = base / f"data-{key}.{os.getpid()}.part"
    shutil.rmtree(draft, ignore_errors=True)
    result = subprocess.run(  # noqa: S603  # a program that was found, and no shell
        _preparation(programs, draft), capture_output=True, text=True, timeout=300, check=False
    )
    if result.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise ServerError(
            f"{programs} could not make a data directory:\n"
            f"{(result.stderr or result.stdout).strip()[-2000:]}",
            hint=_HINT,
        )
    # Another process may have been faster; either directory will do.
    with contextlib.suppress(OSError):
        draft.replace(finished)
    shutil.rmtree(draft, ignore_errors=True)
    return finished


def _preparation(programs: Programs, directory: Path) -> list[str]:
    if programs.installer is None:
        return [
            str(programs.server), "--no-defaults", "--initialize-insecure",
            f"--datadir={directory}", *_account(),
        ]  # fmt: skip
    return [
        str(programs.installer), "--no-defaults", f"--datadir={directory}",
        "--auth-root-authentication-method=normal", "--skip-test-db",
        "--innodb-log-file-size=32M", *_account(),
    ]  # fmt: skip


def _command(directory: Path, programs: Programs, port: int | None) -> list[str]:
    network = ["--skip-networking"]
    if port is not None:
        network = [f"--port={port}", "--bind-address=127.0.0.1"]
    return [
        str(programs.server),
        "--no-defaults",
        f"--datadir={directory / 'data'}",
        f"--socket={directory / 's'}",
        f"--pid-file={directory / 'pid'}",
        f"--tmpdir={directory / 'tmp'}",
        f"--init-file={directory / 'init.sql'}",
        *network,
        *SERVER_OPTIONS,
        *(MARIADB_OPTIONS if programs.is_mariadb else MYSQL_OPTIONS),
        *_account(),
    ]


def _account() -> list[str]:
    # The server refuses to run as root unless it is told to; its directory is root's alone.
    return ["--user=root"] if os.getuid() == 0 else []


def _first_statements(programs: Programs, password: str | None) -> str:
    """Return the SQL that the server runs before it lets anybody in, a statement a line.

    Its superuser has no password, and so must be out of reach of the network. Writes to the tables
    that hold routines and events are counted, as they are not otherwise.
    """
    host = socket.gethostname().lower()
    lines = [f"DROP USER IF EXISTS '{SUPERUSER}'@'{one}';" for one in ("127.0.0.1", "::1", host)]
    if programs.is_mariadb:
        lines += [
            "INSERT INTO performance_schema.setup_objects "
            f"VALUES ('TABLE', 'mysql', '{table}', 'YES', 'NO');"
            for table in ("proc", "event")
        ]
    if password is not None:
        user = f"'{NETWORK_USER}'@'127.0.0.1'"
        lines.append(f"CREATE USER {user} IDENTIFIED BY '{password}';")
        lines.append(f"GRANT ALL ON *.* TO {user} WITH GRANT OPTION;")
    return "\n".join([*lines, ""])


def _answers(path: Path) -> bool:
    """Tell whether a server greets on a socket; the greeting's first byte is its version, 10."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5.0)
        try:
            client.connect(str(path))
            return client.recv(5)[4:] == b"\x0a"
        except OSError:
            return False


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a data directory, its holes as holes where the file system has them."""
    command = ["cp", "-a", "--sparse=always"] if sys.platform == "linux" else ["cp", "-Rp"]
    copied = subprocess.run(  # noqa: S603  # `cp`, and no shell
        [*command, str(source), str(target)], capture_output=True, text=True, check=False
    )
    if copied.returncode != 0:
        raise ServerError(
            f"the data directory could not be copied: {copied.stderr.strip()}",
            hint="make room there; a private server needs some 100 MB",
        )
