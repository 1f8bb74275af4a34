"""Make, copy and drop databases on a MariaDB or MySQL server: templates and branches.

Neither product can copy a database. Of the roads that were measured (40 tables, a file system in
memory), replaying the definitions and copying the rows inside the server is the shortest;
`docs/explanation/mariadb.md` has the figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from freshdb.backends.mariadb.admin import Address, Admin, literal, quoted
from freshdb.backends.mariadb.dump import Dump, dump
from freshdb.backends.mariadb.reset import ResettableSchema
from freshdb.backends.mariadb.schema import Definition, read_definition, statements_to_copy
from freshdb.backends.mariadb.sessions import end_detached_transactions, end_sessions
from freshdb.errors import ServerError, TemplateError

# Where freshdb notes which templates are finished; and the prefix of all that it makes.
REGISTRY = "freshdb"
PREFIX = "freshdb_"
BUILD_TIMEOUT_S = 600


class Databases:
    """The templates and branches on one server.

    Args:
        address: where the server is.
        run: a word of letters and digits that no other run uses; branches are named after it.
    """

    def __init__(self, address: Address, run: str) -> None:
        self.address = address
        self._run = run
        self._admin = Admin(address)
        self._serial = 0
        self._definitions: dict[str, Definition] = {}

    def ensure_template(self, fingerprint: str, build: Callable[[str], None]) -> str:
        """Return the template with a fingerprint, built if it is not there yet.

        Of all processes that ask for it, on all machines, one builds it and the others wait. It is
        noted as finished last; so what a build that died has left is seen to be unfinished, and is
        removed.

        Args:
            fingerprint: says what the template is made from.
            build: makes the tables and rows in an empty database, whose name it is given.

        Raises:
            TemplateError: another process has been building it for too long.
        """
        name = f"{PREFIX}t_{hashlib.sha256(fingerprint.encode()).hexdigest()[:16]}"
        self._make_registry()
        if self._is_finished(name):
            return name
        with _locked(self._admin, name):
            if not self._is_finished(name):
                self._admin.run(f"DROP DATABASE IF EXISTS {quoted(name)}")
                self._leave_uncounted(name)
                self.create(name)
                try:
                    build(name)
                except BaseException:
                    self.drop(name)
                    raise
                self._admin.run(
                    f"REPLACE INTO {REGISTRY}.templates (name) VALUES ({literal(name)})"
                )
        return name

    def make_branch(self, template: str) -> str:
        """Return a new database that is as the template."""
        self._serial += 1
        name = f"{PREFIX}b_{self._run}_{self._serial}"
        definition = self.definition_of(template)
        try:
            self._admin.run(*statements_to_copy(definition, name))
        except Exception as error:
            with suppress(Exception):
                self.drop(name)
            raise TemplateError(
                f"the template `{template}` could not be copied: {error}",
                hint="does a view, trigger or routine name its own database? Leave the name out: "
                "a branch has another",
            ) from error
        return name

    def resettable(self, template: str, branch: str) -> ResettableSchema:
        """Return what can undo, in place, all that will be written to a new branch."""
        return ResettableSchema(self._admin, self.definition_of(template), branch)

    def create(self, name: str) -> None:
        """Make an empty database, with the server's own character set."""
        self._admin.run(f"CREATE DATABASE {quoted(name)}")

    def drop(self, name: str) -> None:
        """Remove a database, its sessions first: their locks would make this wait.

        Raises:
            ServerError: freshdb did not make it, or it cannot be dropped.
        """
        if not name.startswith(PREFIX):
            raise ServerError(
                f"`{name}` is not dropped: its name is none that freshdb gives",
                hint="drop it yourself if it is to go",
            )
        self._end_sessions_in(name)
        try:
            self._admin.run(f"DROP DATABASE IF EXISTS {quoted(name)}")
        except Exception:
            if not end_detached_transactions(self._admin):
                raise
            self._admin.run(f"DROP DATABASE IF EXISTS {quoted(name)}")

    def drop_branches(self) -> None:
        """Remove all branches of this run."""
        pattern = f"{PREFIX}b_{self._run}_%".replace("_", r"\_")
        for (name,) in self._admin.rows("SHOW DATABASES LIKE %s", [pattern]):
            self.drop(name)

    def definition_of(self, template: str) -> Definition:
        """Return what a template consists of; it is read once, since templates never change."""
        if template not in self._definitions:
            self._definitions[template] = read_definition(self._admin, template)
        return self._definitions[template]

    def dump(self, name: str) -> Dump:
        """Return all that a database holds, for comparison: definitions, rows and next ids."""
        return dump(self._admin, name)

    def close(self) -> None:
        """Let go of the server; databases stay."""
        self._admin.close()

    def _make_registry(self) -> None:
        self._admin.run(
            f"CREATE DATABASE IF NOT EXISTS {REGISTRY}",
            f"CREATE TABLE IF NOT EXISTS {REGISTRY}.templates (name VARCHAR(64) PRIMARY KEY, "
            "finished TIMESTAMP DEFAULT CURRENT_TIMESTAMP)",
        )

    def _leave_uncounted(self, name: str) -> None:
        """Let a server of freshdb's own not count a template's tables: reading counts costs time.

        The more tables it counts, the longer it takes, whichever are asked for.
        """
        if self.address.data is not None:
            # The table has room for a hundred rows, and without this all still works.
            with suppress(Exception):
                self._admin.run(
                    "INSERT INTO performance_schema.setup_objects "
                    f"VALUES ('TABLE', {literal(name)}, '%', 'NO', 'NO')"
                )

    def _is_finished(self, name: str) -> bool:
        return bool(
            self._admin.rows(
                f"SELECT 1 FROM {REGISTRY}.templates t JOIN information_schema.schemata s "
                "ON s.schema_name = t.name WHERE t.name = %s", [name],
            )
        )  # fmt: skip

    def _end_sessions_in(self, name: str) -> None:
        found = self._admin.rows(
            "SELECT id FROM information_schema.processlist WHERE db = %s AND id <> CONNECTION_ID()",
            [name],
        )
        end_sessions(self._admin, [session for (session,) in found])


@contextmanager
def _locked(admin: Admin, name: str) -> Iterator[None]:
    """Hold a lock of the server's, which it lets go of if this process dies."""
    if admin.rows("SELECT GET_LOCK(%s, %s)", [name, BUILD_TIMEOUT_S])[0][0] != 1:
        raise TemplateError(
            f"waited {BUILD_TIMEOUT_S} s for another process to build the template `{name}`",
            hint="end that process, if it hangs; the server's `SHOW PROCESSLIST` has it",
        )
    try:
        yield
    finally:
        with suppress(Exception):
            admin.rows("SELECT RELEASE_LOCK(%s)", [name])
