"""One Postgres server that branches live on: its databases, made, copied, named and dropped.

Every process of a run has a token, holds an advisory lock on it for as long as it lives, and puts
it into the name of each database that it makes. The server lets go of the lock however the process
dies, on whichever machine; so a database whose token nobody holds was left by a dead run.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from freshdb.backends.postgres.copying import Copying
from freshdb.errors import ServerError
from freshdb.servers.postgres.address import Address
from freshdb.servers.postgres.quoting import literal, quoted
from freshdb.servers.postgres.wire import Connection

MAINTENANCE = "postgres"
PREFIX = "freshdb"
# The first half of all our advisory locks; the second is a token or a fingerprint.
LOCK_CLASS = 0x66726573
MOST_REAPED = 50
GONE_TIMEOUT_S = 5.0
BUILD_LOCK_TIMEOUT_S = 600
_OF_A_PROCESS = re.compile(rf"{PREFIX}_[0-9a-f]{{6}}_([0-9a-f]{{8}})_")


@dataclass(frozen=True)
class ServerDatabase:
    """A database that freshdb has made: the place of a branch or an image."""

    server: PostgresServer
    name: str

    def __str__(self) -> str:
        return self.name


class PostgresServer:
    """A server, and the databases that this process has on it.

    Args:
        address: where it is, as a role that may create databases.
        is_private: whether freshdb has started it.
        label: names this process, for example the xdist worker.
        release: called when the server is not needed any more.
    """

    # The server copies on one processor, and drops on one: two cores make 150 clones a second
    # for two sessions, 85 for one, and no more for three.
    hands = 2

    def __init__(
        self,
        address: Address,
        *,
        is_private: bool,
        label: str,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self.address = address
        self.is_private = is_private
        self._release = release
        self._label = re.sub(r"[^a-z0-9]", "", label.lower())[:10] or "main"
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(3)
        self.token = secrets.token_hex(4)
        self._prefix = f"{PREFIX}_{run[:6]}_{self.token}_{self._label}"
        self._serial = 0
        self._lock = threading.Lock()
        self._fork_lock = os.getpid()
        self.admin = Connection(address, MAINTENANCE)
        self.version = int(self.admin.value("SHOW server_version_num") or 0)
        self.is_superuser = self.admin.parameters.get("is_superuser") == "on"
        self.copying = Copying(self.admin, self.version, is_private=is_private)
        self._roles: set[str] = {address.user}
        self.admin.query(f"SELECT pg_advisory_lock_shared({LOCK_CLASS}, {_key(self.token)})")
        self.reap()

    # Names

    def new_name(self, kind: str) -> str:
        """Return the name of a database that nobody else makes."""
        with self._lock:
            self._serial += 1
            fork = "" if os.getpid() == self._fork_lock else f"_{os.getpid()}"
            return f"{self._prefix}_{kind}{self._serial}{fork}"

    # Databases

    def connect(self, database: str) -> Connection:
        return Connection(self.address, database)

    def worker(self) -> Connection:
        """Return a connection for work that nobody waits for."""
        return self.connect(MAINTENANCE)

    def clone(self, template: str, name: str, connection: Connection | None = None) -> None:
        """Make a database as a copy of another, which nobody may be connected to."""
        self.copying.copy(template, name, connection or self.admin)

    def drop(self, name: str, connection: Connection | None = None) -> None:
        """Remove a database that freshdb made, with whoever is connected to it."""
        assert name.startswith(PREFIX)
        connection = connection or self.admin
        self.empty_of_sessions(name, connection)
        connection.query(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")

    def rename(self, name: str, new_name: str) -> None:
        assert name.startswith(PREFIX)
        self.empty_of_sessions(name)
        self.admin.query(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(new_name)}")

    def exists(self, name: str) -> bool:
        sql = f"SELECT 1 FROM pg_database WHERE datname = {literal(name)}"
        return bool(self.admin.query(sql))

    def sessions_of(self, name: str, connection: Connection | None = None) -> list[int]:
        """Return the server's processes that clients of a database have."""
        rows = (connection or self.admin).query(
            "SELECT pid FROM pg_stat_get_activity(NULL) WHERE backend_type = 'client backend' "
            f"AND datid = (SELECT oid FROM pg_database WHERE datname = {literal(name)}) "
            "AND pid <> pg_backend_pid()"
        )
        return [int(row[0] or 0) for row in rows]

    def empty_of_sessions(self, name: str, connection: Connection | None = None) -> None:
        """End all connections to a database, and wait until they are gone.

        Asking and waiting takes milliseconds. `DROP … WITH (FORCE)` by itself looks again after
        100 ms.
        """
        connection = connection or self.admin
        self.end_sessions(self.sessions_of(name, connection), connection)

    def end_sessions(self, pids: list[int], connection: Connection) -> bool:
        """End connections from the server's side, and tell whether they are gone in time."""
        if not pids:
            return True
        listed = ", ".join(str(pid) for pid in pids)
        connection.query(
            f"SELECT pg_terminate_backend(pid) FROM unnest(ARRAY[{listed}]) AS them(pid)"
        )
        deadline = time.monotonic() + GONE_TIMEOUT_S
        left = f"SELECT 1 FROM pg_stat_get_activity(NULL) WHERE pid IN ({listed})"
        while connection.query(left):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.001)
        return True

    # Notes: what is kept about a database is its comment

    def note(self, name: str, facts: dict[str, Any]) -> None:
        text = literal(json.dumps(facts))
        self.admin.query(f"COMMENT ON DATABASE {quoted(name)} IS {text}")

    def noted(self, like: str) -> dict[str, dict[str, Any]]:
        """Return our notes on the databases whose names begin like this."""
        rows = self.admin.query(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database "
            f"WHERE starts_with(datname, {literal(like)})"
        )
        found: dict[str, dict[str, Any]] = {}
        for name, text in rows:
            facts: Any = None
            with suppress(ValueError):
                facts = json.loads(text or "")
            found[name or ""] = facts if isinstance(facts, dict) else {}
        return found

    @contextmanager
    def locked(self, fingerprint: str) -> Iterator[None]:
        """Hold the lock on a template, against all processes on all machines."""
        key = _key(fingerprint[:8])
        self.admin.query(
            f"SET lock_timeout = '{BUILD_LOCK_TIMEOUT_S}s'; "
            f"SELECT pg_advisory_lock({LOCK_CLASS + 1}, {key}); RESET lock_timeout"
        )
        try:
            yield
        finally:
            self.admin.query(f"SELECT pg_advisory_unlock({LOCK_CLASS + 1}, {key})")

    # Roles

    def ensure_role(self, name: str) -> None:
        """Let the application log in to a private server by the name that it goes by."""
        if not self.is_private or name in self._roles:
            return
        with suppress(ServerError):  # another worker may have been faster
            self.admin.query(f"CREATE ROLE {quoted(name)} LOGIN SUPERUSER")
        self._roles.add(name)

    # The end

    def reap(self) -> list[str]:
        """Drop what dead runs have left, at most `MOST_REAPED`, and return what that was.

        A database that somebody is connected to is left alone.
        """
        reaped: list[str] = []
        dead: dict[str, bool] = {self.token: False}
        for name in self.noted(f"{PREFIX}_"):
            found = _OF_A_PROCESS.match(name)
            if found is None or len(reaped) >= MOST_REAPED:
                continue
            if found[1] not in dead:
                sql = f"SELECT pg_try_advisory_lock({LOCK_CLASS}, {_key(found[1])})"
                dead[found[1]] = self.admin.value(sql) == "t"
            if dead[found[1]] and not self.sessions_of(name):
                with suppress(ServerError):  # another run may reap at the same moment
                    self.admin.query(f"DROP DATABASE IF EXISTS {quoted(name)}")
                    reaped.append(name)
        for token, is_dead in dead.items():
            if is_dead:
                self.admin.query(f"SELECT pg_advisory_unlock({LOCK_CLASS}, {_key(token)})")
        return reaped

    def is_alive(self, token: str) -> bool:
        """Tell whether the process with this token lives."""
        if token == self.token:
            return True
        free = self.admin.value(f"SELECT pg_try_advisory_lock({LOCK_CLASS}, {_key(token)})") == "t"
        if free:
            self.admin.query(f"SELECT pg_advisory_unlock({LOCK_CLASS}, {_key(token)})")
        return not free

    def close(self) -> None:
        """Drop what this process still has, and let the server go."""
        if os.getpid() == self._fork_lock:
            with suppress(ServerError):
                for name in self.noted(f"{self._prefix}_"):
                    self.drop(name)
        self.admin.close()
        self._release()


def _key(token: str) -> int:
    """Return eight hexadecimal digits as the signed number that an advisory lock takes."""
    number = int(token, 16)
    return number - (1 << 32) if number >= 1 << 31 else number
