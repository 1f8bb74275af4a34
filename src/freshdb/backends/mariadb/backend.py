"""MariaDB and MySQL: a branch is a database on a server, copied from a template, reset in place.

The server is the application's own where it is fit for that, else a private one; see `choice`. One
branch serves a worker from test to test, with its connections open.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.backends import Resettable, Transactions
from freshdb.backends.mariadb import connections
from freshdb.backends.mariadb.admin import Address, literal
from freshdb.backends.mariadb.choice import Choice, choose
from freshdb.backends.mariadb.connections import Target, target_of
from freshdb.backends.mariadb.databases import Database, Databases
from freshdb.backends.mariadb.merge import merge_rows
from freshdb.backends.mariadb.reset import ResettableSchema
from freshdb.backends.mariadb.reset.schema_watch import without_rows
from freshdb.backends.mariadb.schema import read_definition
from freshdb.backends.mariadb.script import run_script
from freshdb.backends.mariadb.transactions import TRANSACTIONS
from freshdb.backends.on_server import ServerBackend
from freshdb.errors import LayerConflictError, ServerError
from freshdb.model import Image, KeptDatabase, Source, SourceKind

if TYPE_CHECKING:
    import asyncio

    from sqlalchemy.engine import URL, Dialect

    from freshdb.backends import ConnectArguments
    from freshdb.settings import Settings

# The one that freshdb itself uses, and that therefore is installed.
DRIVER = "mysql+pymysql"


class ResettableBranch(Resettable):
    """A branch that can be made pristine in place, as long as its session with freshdb lasts."""

    def __init__(self, schema: ResettableSchema) -> None:
        self._schema: ResettableSchema | None = schema
        self._ended: frozenset[int] = frozenset()
        self._why_not = ""

    @property
    def ended(self) -> frozenset[int]:
        return self._ended

    @property
    def why_not(self) -> str:
        return self._why_not

    def begin(self, keep: Collection[int] = (), *, rolled_back: bool = False) -> None:
        """Ask what was written."""
        self._ended, self._why_not = frozenset(), ""
        if self._schema is None:
            return
        try:
            self._schema.begin(keep=keep, rolled_back=rolled_back)
        except ServerError as error:
            self._why_not = error.fact

    def finish(self) -> bool:
        """Undo what was written, and tell whether that could be proved right."""
        if self._schema is None or self._why_not:
            return False
        try:
            outcome = self._schema.finish()
        except ServerError as error:
            self._why_not = error.fact
            return False
        self._ended, self._why_not = outcome.ended_sessions, outcome.reason or ""
        return bool(outcome)

    def has_changed(self) -> bool:
        """Tell whether there is anything that a reset would undo or refuse."""
        return self._schema is None or self._schema.has_changed()

    def distrust(self, reason: str) -> None:
        """Refuse to reset the branch: freshdb itself has written to it."""
        if self._schema is not None:
            self._schema.distrust(reason)

    def close(self) -> None:
        """Let go of the branch; it is not reset again."""
        self._schema, self._why_not = None, ""


class MariaDB(ServerBackend[Databases, Database, Choice, ResettableBranch]):
    """The MariaDB and MySQL backend of one process of a run."""

    name = "mariadb"
    transactions: Transactions | None = TRANSACTIONS
    empty = "empty"

    def __init__(self, settings: Settings, label: str, project: str) -> None:
        super().__init__(settings, label, project)
        # Branches that have become images, and images that a reset may still read.
        self._images: set[Database] = set()
        self._doomed: set[Database] = set()
        self._drivername = DRIVER

    def covers(self, dialect: Dialect) -> bool:
        if connections.covers(dialect):
            self._drivername = f"{dialect.name}+{dialect.driver}"
            return True
        return False

    def source(self, dialect: Dialect, arguments: ConnectArguments) -> Source:
        connections.name_positional(arguments)
        target = target_of(arguments.keywords)
        arguments.driver, arguments.dialect = dialect.driver, dialect
        # Not the user: an engine that reads and one that writes are on one database.
        source = Source(self.name, SourceKind.DATABASE, str(target))
        if source not in self._server_of_source:
            self._user = target.user
            self._server_of_source[source] = self._server_for(target)
        return source

    def redirect(self, arguments: ConnectArguments, branch: Database) -> None:
        keywords, server = arguments.keywords, branch.server
        # What an engine found when it first connected is the name by which SQLAlchemy asks for
        # tables, and that was another branch's.
        if getattr(arguments.dialect, "default_schema_name", None):
            arguments.dialect.default_schema_name = branch.name  # type: ignore[union-attr]
        user = target_of(keywords).user if server.is_private else ""
        connections.redirect(
            arguments.driver, keywords, server.address, branch.name,
            server.ensure_user(user) if user else "",
        )  # fmt: skip

    def url_of(self, branch: Database, like: URL | None) -> URL:
        from sqlalchemy.engine import make_url

        url = like or make_url(f"{self._drivername}://")
        server, address = branch.server, branch.server.address
        user, password = address.user, address.password
        if server.is_private:
            user, password = server.ensure_user(url.username or self._user), ""
        elif like is not None:
            user, password = url.username or "", str(url.password or "")
        query = {
            name: value
            for name, value in url.query.items()
            if name not in connections.OF_ITS_SERVER and not name.startswith("ssl")
        }
        return _url(url.drivername, address, branch.name, user, password, query)

    def describe(self) -> str:
        told = {}
        for choice in self._choices.values():
            server = self._servers[choice.target]
            product = "MariaDB" if server.admin.is_mariadb else "MySQL"
            version = f"{product} {server.admin.version.partition('-')[0]}"
            kind = f"private {version}" if server.is_private else f"{version} at {server.address}"
            slow = f"; clones only: {choice.why_slow}" if choice.why_slow else ""
            told[server] = f"{kind}: {choice.reason}{slow}"
        return ", ".join(dict.fromkeys(told.values()))

    # Images

    def _template(
        self,
        server: Databases,
        fingerprint: str,
        build: Callable[[Database], None],
        *,
        rebuild: bool = False,
    ) -> Image:
        name = server.ensure_template(
            fingerprint, lambda name: build(Database(server, name)), rebuild=rebuild
        )
        return Image(Database(server, name), has_tables=bool(server.definition_of(name).tables))

    def _frozen(self, branch: Database) -> Image:
        self._let_go(branch)
        branch.server.end_sessions_in(branch.name)
        self._images.add(branch)
        return Image(branch, has_tables=bool(branch.server.definition_of(branch.name).tables))

    def merge(self, target: Image, before: Image, after: Image) -> Image:
        branch = self.make_branch(target, "layer")
        self._merge(branch, target, before, after)
        return self._frozen(branch)

    def apply(self, branch: Database, before: Image, after: Image) -> None:
        _, resettable = self._origins.get(branch, (None, None))
        if resettable is not None:
            resettable.distrust("a fixture's rows were put beside those of a running test")
        try:
            self._merge(branch, None, before, after)
        except ServerError:
            raise
        except Exception as error:
            raise LayerConflictError(
                "the rows of a fixture do not fit beside those that the test has written: "
                f"{error.args[-1]}",
                hint="ask for the fixture as an argument, or before the test writes",
            ) from error

    def _merge(self, branch: Database, like: Image | None, before: Image, after: Image) -> None:
        server = branch.server
        with server.admin.lock:
            definition = read_definition(server.admin, branch.name)
            merge_rows(
                server.admin,
                definition,
                server.definition_of(before.place.name),
                server.definition_of(after.place.name),
                may_replace=like is not None,
            )

    def has_same_schema(self, one: Image, other: Image) -> bool:
        if one == other:
            return True
        first, second = (
            without_rows(image.place.server.definition_of(image.place.name))
            for image in (one, other)
        )
        return first.is_like(second)

    def discard(self, image: Image) -> None:
        """Drop an image that was a branch; where a reset may read it, when that is over."""
        place: Database = image.place
        if place in self._images:
            self._doomed.add(place)
            self._drop_doomed()

    def _drop_doomed(self) -> None:
        read = {origin.place for origin, resettable in self._origins.values() if resettable}
        for place in self._doomed - read:
            self._doomed.discard(place)
            self._images.discard(place)
            self._workshop(place.server).forget(place.name)

    # Branches

    def make_branch(self, image: Image, kind: str) -> Database:
        server: Databases = image.place.server
        ready = self._workshop(server).take(image.place.name) if kind == "test" else None
        branch = Database(server, ready or server.make_branch(image.place.name, kind))
        self._origins[branch] = (image, None)
        return branch

    def resettable(self, branch: Database, image: Image) -> ResettableBranch | None:
        if any(
            choice.why_slow and self._servers[choice.target] is branch.server
            for choice in self._choices.values()
        ):
            return None
        resettable = ResettableBranch(branch.server.resettable(image.place.name, branch.name))
        self._origins[branch] = (image, resettable)
        return resettable

    def drop_branch(self, branch: Database) -> None:
        self._let_go(branch)
        if branch not in self._images and branch.name not in branch.server.kept:
            # Their locks (`GET_LOCK`) are the whole server's, and the next test may want them.
            branch.server.end_sessions_in(branch.name)
            self._workshop(branch.server).drop(branch.name)

    def _let_go(self, branch: Database) -> None:
        _, resettable = self._origins.pop(branch, (None, None))
        if resettable is not None:
            resettable.close()
            self._drop_doomed()

    def place_to_keep(self, branch: Database, name: str, directory: Path) -> KeptDatabase:
        address = branch.server.address
        program = "mariadb" if branch.server.admin.is_mariadb else "mysql"
        way = f"--host={address.host} --port={address.port}"
        if address.socket is not None:
            way = f"--socket={address.socket}"
        ask = " --password" if address.password else ""
        look = f"{program} --user={address.user}{ask} {way} {branch.name}"
        url = str(_url(DRIVER, address, branch.name, address.user))
        return KeptDatabase(name, url.replace("%2F", "/"), look=look)

    def keep(self, branch: Database, name: str, directory: Path) -> KeptDatabase:
        """Keep a branch under its own name: neither product can rename a database."""
        self._let_go(branch)
        branch.server.keep(branch.name, name)
        if branch.server.is_private and branch.server.address.data is not None:
            from freshdb.servers.places import let_last

            let_last(branch.server.address.data.parent)
        return self.place_to_keep(branch, name, directory)

    def tables_of(self, branch: Database) -> list[str]:
        rows = branch.server.admin.rows(
            "SELECT table_name FROM information_schema.tables "
            f"WHERE table_schema = {literal(branch.name)} AND table_type <> 'VIEW'"
        )
        return [name for (name,) in rows]

    def run_script(self, branch: Database, script: str) -> None:
        run_script(branch.server.admin, branch.name, script)

    # Connections

    def holds_writes(self, driver_connection: Any) -> bool:
        """Ask the server: a transaction holds a lock on each table that it has written to."""
        session = connections.session_of(driver_connection)
        if not session:
            return False
        sql = (
            "SELECT 1 FROM performance_schema.metadata_locks m JOIN performance_schema.threads t "
            "ON t.thread_id = m.owner_thread_id WHERE m.lock_type = 'SHARED_WRITE' "
            f"AND t.processlist_id = {session} LIMIT 1"
        )
        for server in self._servers.values():
            # Where the server does not show its locks, the driver's last answer has to do.
            with contextlib.suppress(Exception):
                if server.admin.rows(sql):
                    return True
        return bool(connections.in_transaction(driver_connection)) and self._cannot_see_locks()

    def _cannot_see_locks(self) -> bool:
        return any(choice.why_slow for choice in self._choices.values())

    def abandon(self, driver_connection: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        connections.abandon(driver_connection, loop)

    def session_of(self, driver_connection: Any) -> int:
        return connections.session_of(driver_connection)

    def is_harmless(self, statement: str) -> bool:
        return connections.is_harmless(statement)

    def missing_table(self, message: str) -> str | None:
        return connections.missing_table(message)

    # Servers

    def _chosen(self, target: Target) -> Choice:
        return choose(target, self._settings)

    def _nowhere(self) -> Target:
        return target_of({})

    def _opened(self, choice: Choice) -> Databases:
        if choice.target is not None:
            server = Databases(choice.target.address, self._label, self._project, is_private=False)
        else:
            from freshdb.servers.mariadb.private import ensure_server

            private = ensure_server(self._settings.server_programs)
            server = Databases(
                Address(private.socket, data=private.data),
                self._label,
                self._project,
                is_private=True,
                release=private.release,
            )
        server.sweep_kept()
        return server


def _url(
    drivername: str,
    address: Address,
    database: str,
    user: str,
    password: str = "",
    query: Mapping[str, Any] | None = None,
) -> URL:
    from sqlalchemy.engine import URL

    query = dict(query or {})
    host, port = address.host, address.port
    if address.socket is not None:
        query["unix_socket"] = str(address.socket)
        host, port = "", 0
    return URL.create(drivername, user, password or None, host, port or None, database, query)
