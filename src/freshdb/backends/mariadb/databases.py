"""The databases on a MariaDB or MySQL server that branches live on: made, copied, noted, dropped.

Neither product can copy a database. Of the roads that were measured (40 tables, a file system in
memory), replaying the definitions and copying the rows inside the server is the shortest;
`docs/explanation/mariadb.md` has the figures.

Every process of a run has a token, holds a lock of the server's by that name for as long as it
lives, and puts it into the name of each database that it makes. The server lets go of the lock
however the process dies, on whichever machine; so a database whose token nobody holds was left by a
dead run.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass

from freshdb.backends.mariadb.admin import Address, Admin, literal, quoted
from freshdb.backends.mariadb.notes import PREFIX, Notes
from freshdb.backends.mariadb.reset import ResettableSchema
from freshdb.backends.mariadb.reset.sessions import end_detached_transactions, end_sessions
from freshdb.backends.mariadb.schema import Definition, read_definition, statements_to_copy
from freshdb.errors import ServerError, TemplateError

BUILD_TIMEOUT_S = 600
STALE_AFTER_S = 7 * 24 * 3600
MOST_REAPED = 50
_OF_A_PROCESS = re.compile(rf"{PREFIX}[0-9a-f]{{6}}_([0-9a-f]{{8}})_")
_TEMPLATE = f"{PREFIX}template_"


@dataclass(frozen=True)
class Database:
    """A database that freshdb has made: the place of a branch or an image."""

    server: Databases
    name: str

    def __str__(self) -> str:
        return self.name


class Databases:
    """A server, and the databases that this process has on it.

    Args:
        address: where the server is, as a user who may create databases.
        label: names this process, for example the xdist worker.
        project: names the project among others on the same server.
        is_private: whether freshdb has started the server.
        release: called when the server is not needed any more.
    """

    hands = 1

    def __init__(
        self,
        address: Address,
        label: str = "main",
        project: str = "",
        *,
        is_private: bool = True,
        release: Callable[[], None] = lambda: None,
    ) -> None:
        self.address = address
        self.is_private = is_private
        self._project = project
        self._release = release
        self.admin = Admin(address)
        self._notes = Notes(self.admin)
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(3)
        self.token = secrets.token_hex(4)
        short = re.sub(r"[^a-z0-9]", "", label.lower())[:10] or "main"
        self._prefix = f"{PREFIX}{run[:6]}_{self.token}_{short}"
        self._own = os.getpid()
        self._serial = 0
        self._naming = threading.Lock()
        self._definitions: dict[str, Definition] = {}
        self._users: set[str] = {address.user}
        self.kept: set[str] = set()
        self.admin.rows("SELECT GET_LOCK(%s, 0)", [_lock_of(self.token)])
        self.reap()

    def new_name(self, kind: str) -> str:
        """Return the name of a database that nobody else makes."""
        with self._naming:
            self._serial += 1
            # A forked child has the same counter, so its process id tells its databases apart.
            fork = "" if os.getpid() == self._own else f"_{os.getpid()}"
            return f"{self._prefix}_{kind}{self._serial}{fork}"

    # Templates

    def ensure_template(
        self, fingerprint: str, build: Callable[[str], None], *, rebuild: bool = False
    ) -> str:
        """Return the template with a fingerprint, built if it is not there yet.

        Of all processes that ask for it, on all machines, one builds it and the others wait. It is
        noted as finished last; so what a build that died has left is seen to be unfinished, and is
        removed.

        Args:
            fingerprint: says what the template is made from.
            build: makes the tables and rows in an empty database, whose name it is given.
            rebuild: build it even if it is there. Who uses the old one goes on with that.

        Raises:
            TemplateError: another process has been building it for too long.
        """
        with self._locked(fingerprint):
            found = self._notes.template(fingerprint)
            if found is None or rebuild:
                name = self._built(fingerprint, build)
                if found is not None:
                    self._notes.forget_fingerprint(found)
                self._notes.note(name, fingerprint=fingerprint, project=self._project)
                found = name
            self._notes.touch(found)
        self._collect_stale(found)
        return found

    def _built(self, fingerprint: str, build: Callable[[str], None]) -> str:
        # What a build that died has left: unfinished, since nothing is noted of it.
        stem = f"{_TEMPLATE}{hashlib.sha256(fingerprint.encode()).hexdigest()[:12]}_"
        for name in self._named(stem):
            if not self._notes.knows(name):
                self.drop(name)
        name = f"{stem}{self.token}{secrets.token_hex(2)}"
        self._leave_uncounted(name)
        self.create(name)
        try:
            build(name)
        except BaseException:
            self.drop(name)
            raise
        self.end_sessions_in(name)
        return name

    def _leave_uncounted(self, name: str) -> None:
        """Let a server of freshdb's own not count a template's tables: reading counts costs time.

        The more tables it counts, the longer it takes, whichever are asked for.
        """
        if self.is_private:
            # The table has room for a hundred rows, and without this all still works.
            with suppress(Exception):
                self.admin.run(
                    "INSERT INTO performance_schema.setup_objects "
                    f"VALUES ('TABLE', {literal(name)}, '%', 'NO', 'NO')"
                )

    def _collect_stale(self, current: str) -> None:
        """Drop this project's templates that nothing has used for long."""
        for name in self._notes.unused_templates(self._project, STALE_AFTER_S):
            if name != current:
                self.drop(name)

    # Branches

    def make_branch(self, template: str, kind: str = "test") -> str:
        """Return a new database that is as the template."""
        name = self.new_name(kind)
        self.clone(template, name)
        return name

    def worker(self) -> AbstractContextManager[Admin]:
        """Return a connection for work that nobody waits for."""
        return closing(Admin(self.address))

    def clone(self, template: str, name: str, admin: Admin | None = None) -> None:
        """Make a database that is as the template."""
        admin = admin or self.admin
        definition = self.definition_of(template)
        try:
            with admin.lock:
                admin.run(*statements_to_copy(definition, name))
                if admin is not self.admin:
                    # Or it would be taken for a session of the test that gets this database.
                    admin.use("information_schema")
        except Exception as error:
            with suppress(Exception):
                self.drop(name, admin)
            if isinstance(error, ServerError):
                raise
            raise TemplateError(
                f"the template `{template}` could not be copied: {error}",
                hint="does a view, trigger or routine name its own database? Leave the name out: "
                "a branch has another",
            ) from error

    def resettable(self, template: str, branch: str) -> ResettableSchema:
        """Return what can undo, in place, all that will be written to a new branch."""
        return ResettableSchema(
            self.admin, self.definition_of(template), branch, is_private=self.is_private
        )

    def definition_of(self, name: str) -> Definition:
        """Return what a template or image consists of; it is read once, since they never change."""
        if name not in self._definitions:
            with self.admin.lock:
                self._definitions[name] = read_definition(self.admin, name)
        return self._definitions[name]

    def create(self, name: str) -> None:
        """Make an empty database, with the server's own character set."""
        self.admin.run(f"CREATE DATABASE {quoted(name)}")

    def drop(self, name: str, admin: Admin | None = None) -> None:
        """Remove a database, its sessions first: their locks would make this wait.

        Raises:
            ServerError: freshdb did not make it, or it cannot be dropped.
        """
        if not name.startswith(PREFIX):
            raise ServerError(
                f"`{name}` is not dropped: its name is none that freshdb gives",
                hint="drop it yourself if it is to go",
            )
        admin = admin or self.admin
        self._definitions.pop(name, None)
        self.end_sessions_in(name, admin)
        try:
            admin.run(f"DROP DATABASE IF EXISTS {quoted(name)}")
        except Exception:
            # A prepared transaction that has lost its session keeps its locks for ever. On a server
            # that others use too it may be somebody's.
            if not self.is_private or not end_detached_transactions(admin):
                raise
            admin.run(f"DROP DATABASE IF EXISTS {quoted(name)}")
        self._notes.forget(name)

    def end_sessions_in(self, name: str, admin: Admin | None = None) -> None:
        """End all connections to a database but freshdb's own, and wait until they are gone."""
        admin = admin or self.admin
        found = admin.rows(
            "SELECT id FROM information_schema.processlist WHERE db = %s "
            "AND id NOT IN (CONNECTION_ID(), %s)", [name, self.admin.session],
        )  # fmt: skip
        end_sessions(admin, [session for (session,) in found])

    def exists(self, name: str) -> bool:
        return name in self._named(name)

    # Kept databases

    def keep(self, name: str, test: str) -> None:
        """Keep a failed test's branch: it is none of this process's any more."""
        self.end_sessions_in(name)
        self._notes.note(name, project=self._project, test=test)
        self.kept.add(name)

    def sweep_kept(self) -> None:
        """Drop what this project's earlier runs have kept; runs that still go on keep theirs."""
        for name in self._notes.kept(self._project):
            found = _OF_A_PROCESS.match(name)
            if found is None or not self._is_alive(found[1]):
                with suppress(ServerError):  # another run may sweep at the same moment
                    self.drop(name)

    # Users

    def ensure_user(self, name: str) -> str:
        """Let the application log in to a private server by the name that it goes by.

        Returns:
            The name; that of freshdb's own user where the application has none.
        """
        if not name or not self.is_private:
            return self.address.user
        if name not in self._users:
            user = literal(name)
            self.admin.run(
                f"CREATE USER IF NOT EXISTS {user}@'localhost'",
                f"GRANT ALL ON *.* TO {user}@'localhost' WITH GRANT OPTION",
                # What a schema may name as a DEFINER; nobody can log in by it.
                f"CREATE USER IF NOT EXISTS {user}@'%' ACCOUNT LOCK",
                f"GRANT ALL ON *.* TO {user}@'%'",
            )
            self._users.add(name)
        return name

    # The end

    def reap(self) -> list[str]:
        """Drop what dead runs have left, at most `MOST_REAPED`, and return what that was.

        A database that somebody is connected to is left alone, and one that is kept too.
        """
        reaped: list[str] = []
        kept = set(self._notes.kept())
        in_use = {
            name for (name,) in self.admin.rows("SELECT db FROM information_schema.processlist")
        }
        for name in self._named(PREFIX):
            found = _OF_A_PROCESS.match(name)
            if found is None or name in kept | in_use or len(reaped) >= MOST_REAPED:
                continue
            if not self._is_alive(found[1]):
                with suppress(Exception):  # another run may reap at the same moment
                    self.admin.run(f"DROP DATABASE IF EXISTS {quoted(name)}")
                    reaped.append(name)
        return reaped

    def close(self) -> None:
        """Drop what this process still has, and let the server go."""
        if os.getpid() == self._own:
            with suppress(Exception):
                for name in self._named(self._prefix):
                    if name not in self.kept:
                        self.drop(name)
        self.admin.close()
        self._release()

    # What they need

    def _named(self, stem: str) -> list[str]:
        pattern = stem.replace("_", r"\_") + "%"
        return [name for (name,) in self.admin.rows("SHOW DATABASES LIKE %s", [pattern])]

    def _is_alive(self, token: str) -> bool:
        """Tell whether the process with this token lives."""
        return bool(self.admin.rows("SELECT IS_FREE_LOCK(%s)", [_lock_of(token)])[0][0] != 1)

    @contextmanager
    def _locked(self, fingerprint: str) -> Iterator[None]:
        """Hold the lock on a template, against all processes on all machines."""
        lock = f"{PREFIX}build_{fingerprint}"[:64]
        deadline = time.monotonic() + BUILD_TIMEOUT_S
        # Short waits: the connection's other users are not to wait as long.
        while self.admin.rows("SELECT GET_LOCK(%s, 1)", [lock])[0][0] != 1:
            if time.monotonic() > deadline:
                raise TemplateError(
                    f"waited {BUILD_TIMEOUT_S} s for another process to build the template "
                    f"`{fingerprint}`",
                    hint="end that process, if it hangs; the server's `SHOW PROCESSLIST` has it",
                )
        try:
            yield
        finally:
            with suppress(Exception):
                self.admin.rows("SELECT RELEASE_LOCK(%s)", [lock])


def _lock_of(token: str) -> str:
    return f"{PREFIX}process_{token}"
