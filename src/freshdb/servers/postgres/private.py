"""Postgres: a private server for this user's runs, started when one is needed.

It listens on a Unix socket in a directory that only its user can enter, so nobody else can connect,
and needs no password; on the network, if it is to listen there, it has one. It keeps nothing: no
`fsync`, its files in memory where there is room.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from freshdb.errors import ServerError
from freshdb.servers import keeping, places
from freshdb.servers.places import Hold
from freshdb.servers.postgres.address import Address
from freshdb.servers.postgres.programs import Programs, find_programs
from freshdb.servers.postgres.quoting import literal
from freshdb.servers.postgres.wire import Connection

SUPERUSER = NETWORK_USER = "freshdb"
PORT = 5432
# `immediate` shutdown: there is nothing worth a checkpoint.
_STOP_SIGNAL = signal.SIGQUIT
_ATTEMPTS = 3

SERVER_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_init_zero": "off",
    "wal_recycle": "off",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "1h",
    # Tables are vacuumed by the reset where they have grown; a worker that comes along by itself
    # would only disturb the tests' times.
    "autovacuum": "off",
    "shared_buffers": "64MB",
    # Beside the data, and so removed with it, whatever ends the server.
    "dynamic_shared_memory_type": "mmap",
    # A session that looks at 500 tables with their sequences keeps all their files open, instead of
    # opening each anew each time.
    "max_files_per_process": str(places.MOST_FILES),
    "max_connections": "500",
    "max_prepared_transactions": "64",
    "max_locks_per_transaction": "64",
    "log_min_messages": "error",
    "log_min_error_statement": "panic",
}


@dataclass
class PrivateServer:
    """A running server of freshdb's own, which lives at least until `release`.

    Attributes:
        address: where it is, for its superuser.
        directory: its data, log and socket.
        programs: what it was started with.
        password: that of `NETWORK_USER`, where it listens on the loopback device too.
    """

    address: Address
    directory: Path
    programs: Programs
    _hold: Hold = field(repr=False)
    password: str | None = field(default=None, repr=False)

    def release(self) -> None:
        """Use it no more; the server ends when its last user has said so, or has died."""
        self._hold.release()

    def url(self, database: str = "postgres") -> str:
        """Return the URL by which SQLAlchemy, `psql` and others reach it."""
        return url_of(self.address, database)


def url_of(address: Address, database: str) -> str:
    """Return a URL without a password, as `psql` takes it."""
    if address.is_socket:
        port = "" if address.port == PORT else f"&port={address.port}"
        return f"postgresql://{address.user}@/{database}?host={address.host}{port}"
    return f"postgresql://{address.user}@{address.host}:{address.port}/{database}"


def ensure_server(
    programs_directory: Path | None = None, *, lasting: bool = False, port: int | None = None
) -> PrivateServer:
    """Return this user's private server, started if it does not run, and hold it.

    Args:
        programs_directory: where Postgres's programs are, if not where they are looked for.
        lasting: whether it is to live on when nobody uses it.
        port: also listen there, on the loopback device.

    Raises:
        ServerError: there are no programs, the server does not start, or runs without that port.
    """
    programs = find_programs(programs_directory)
    base = places.servers_directory()
    directory = base / _name_of(programs)
    with places.gate(base):
        for _ in range(_ATTEMPTS):
            held = _held_server(directory, programs)
            if held is None:
                held = _started_server(directory, programs, port)
            if held is not None:
                keeping.check_port(directory, port, held.release)
                if lasting:
                    (directory / places.LASTING).touch()
                return held
    raise ServerError(
        f"the private server ({programs}) ends as soon as it has started",
        hint="name a server that runs: `server` in [tool.freshdb]",
    )


def running_servers() -> list[dict[str, Any]]:
    """Return what is known of each private server of this user that runs."""
    return [
        {"product": "Postgres", "url": url_of(_address(directory, facts), "postgres")}
        | keeping.facts_of(directory, facts)
        for directory, facts in keeping.running("postgres")
    ]


def stop_servers() -> list[dict[str, Any]]:
    """End this user's private servers, used or not, and return what was known of them."""
    ended = running_servers()
    for server in ended:
        keeping.stop(Path(server["directory"]))
    return ended


def _name_of(programs: Programs) -> str:
    """Return the directory's name: one server per set of programs."""
    key = hashlib.sha256(str(programs.directory).encode()).hexdigest()[:6]
    return f"postgres-{programs.version}-{key}"


def _held_server(directory: Path, programs: Programs) -> PrivateServer | None:
    """Return the server that runs in a directory, held; None where none does."""
    hold = Hold(directory)
    if places.read_facts(directory) is None or not hold.take():
        return None
    server = _server_in(directory, programs, hold)
    if _answers(server.address):
        return server
    hold.release()
    return None


def _server_in(directory: Path, programs: Programs, hold: Hold) -> PrivateServer:
    facts = places.read_facts(directory) or {}
    address = _address(directory, facts)
    return PrivateServer(address, directory, programs, hold, facts.get("password"))


def _address(directory: Path, facts: dict[str, Any]) -> Address:
    return Address(str(directory), facts.get("port") or PORT, SUPERUSER)


def _started_server(directory: Path, programs: Programs, port: int | None) -> PrivateServer | None:
    """Start a server in a directory, with what a dead one left there removed."""
    keeping.remove(directory)
    directory.mkdir(mode=0o700)
    account = places.account_to_run_as()
    if account is not None:
        os.chown(directory, account.pw_uid, account.pw_gid)
        programs = _readable_by_all(programs, directory.parent)
    hold = Hold(directory)
    hold.take()
    identity: dict[str, Any] = {
        "user": account.pw_uid if account is not None else None,
        "group": account.pw_gid if account is not None else None,
    }
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    password = secrets.token_urlsafe(12) if port is not None else None
    try:
        _initialize(directory, programs, identity, environment)
        places.write_facts(
            directory,
            {
                "command": _command(directory, programs, port),
                "environment": environment,
                "stop_signal": int(_STOP_SIGNAL),
                "version": programs.version,
                "programs": str(programs.directory),
                "port": port,
                "password": password,
                **identity,
            },
        )
        keeper = keeping.start_keeper(directory)
        server = _server_in(directory, programs, hold)
        keeping.await_answer(directory, keeper, str(programs), lambda: _answers(server.address))
        if password is not None:
            with Connection(server.address, "postgres") as connection:
                connection.query(f"ALTER ROLE {SUPERUSER} PASSWORD {literal(password)}")
    except BaseException:
        hold.release()
        raise
    return server


def _initialize(
    directory: Path, programs: Programs, identity: dict[str, Any], environment: dict[str, str]
) -> None:
    command = [
        str(programs.directory / "initdb"),
        f"--pgdata={directory / 'data'}",
        f"--username={SUPERUSER}",
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
    ]
    for attempt in (command, [*command, "--locale=C"]):
        made = subprocess.run(  # noqa: S603  # a program that was found, and no shell
            attempt,
            **identity,
            extra_groups=[] if identity["user"] is not None else None,
            env=environment,
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if made.returncode == 0:
            return
        shutil.rmtree(directory / "data", ignore_errors=True)
    raise ServerError(
        f"`initdb` of {programs} failed:\n{(made.stderr or made.stdout).strip()}",
        hint="name a server that runs: `server` in [tool.freshdb]",
    )


def _command(directory: Path, programs: Programs, port: int | None) -> list[str]:
    settings = {
        **SERVER_SETTINGS,
        "listen_addresses": "" if port is None else "127.0.0.1",
        "port": str(port or PORT),
        "unix_socket_directories": str(directory),
        "unix_socket_permissions": "0700",
    }
    if programs.version >= 18:
        settings["io_method"] = "sync"
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [str(programs.directory / "postgres"), "-D", str(directory / "data"), *words]


def _answers(address: Address) -> bool:
    try:
        Connection(address, "postgres", timeout_s=5.0).close()
    except ServerError:
        return False
    return True


def _readable_by_all(programs: Programs, base: Path) -> Programs:
    """Return the programs, copied where the account that is to run them cannot reach them."""
    if all(parent.stat().st_mode & 0o001 for parent in programs.directory.parents):
        return programs
    key = hashlib.sha256(str(programs.directory).encode()).hexdigest()[:10]
    copy = base / f"programs-{key}"
    if not copy.exists():
        draft = base / f"{copy.name}.part"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(programs.directory.parent, draft, symlinks=True)
        draft.chmod(0o755)
        draft.rename(copy)
    return Programs(copy / programs.directory.name, programs.version, programs.found_by)
