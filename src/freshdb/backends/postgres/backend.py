"""Postgres: a branch is a database on a server, cloned from a template and reset in place.

The server is the application's own where it is fit for that, else a private one; see
`choice`. One branch serves a worker from test to test, with its connections open.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.backends import Transactions
from freshdb.backends.on_server import ServerBackend
from freshdb.backends.postgres import kept
from freshdb.backends.postgres.arguments import keywords_of, lead_to, url_of
from freshdb.backends.postgres.choice import Choice, Target, choose, target_of_arguments
from freshdb.backends.postgres.connections import abandon, session_of
from freshdb.backends.postgres.copying import compact
from freshdb.backends.postgres.merge import apply_rows, merge_rows, schema_of
from freshdb.backends.postgres.reset import Plan, ResettableDatabase, arm, is_armed, read_plan
from freshdb.backends.postgres.server import PREFIX, PostgresServer, ServerDatabase
from freshdb.backends.postgres.statements import is_harmless
from freshdb.backends.postgres.transactions import TRANSACTIONS
from freshdb.errors import LayerConflictError, ServerError, TemplateError
from freshdb.model import Image, KeptDatabase, Source, SourceKind
from freshdb.servers.postgres.quoting import literal
from freshdb.servers.postgres.wire import Connection

if TYPE_CHECKING:
    import asyncio

    from sqlalchemy.engine import URL, Dialect

    from freshdb.backends import ConnectArguments
    from freshdb.settings import Settings

DRIVERS = ("asyncpg", "psycopg", "psycopg_async", "psycopg2")
NOTHING = "template0"
STALE_AFTER_S = 7 * 24 * 3600


class Postgres(ServerBackend[PostgresServer, ServerDatabase, Choice, ResettableDatabase]):
    """The Postgres backend of one process of a run."""

    name = "postgres"
    transactions: Transactions | None = TRANSACTIONS
    # A fingerprint: eight digits of it become a lock.
    empty = "00000000empty"

    def __init__(self, settings: Settings, label: str, project: str) -> None:
        super().__init__(settings, label, project)
        self._plans: dict[ServerDatabase, Plan] = {}
        self._driver = ""

    def covers(self, dialect: Dialect) -> bool:
        if dialect.name == "postgresql" and dialect.driver in DRIVERS:
            self._driver = dialect.driver
            return True
        return False

    def source(self, dialect: Dialect, arguments: ConnectArguments) -> Source:
        arguments.named = keywords_of(arguments)
        target = target_of_arguments(arguments.named)
        # Not the user: an engine that reads and one that writes are on one database.
        source = Source(self.name, SourceKind.DATABASE, f"{target.address}/{target.database}")
        if source not in self._server_of_source:
            self._user = target.address.user
            self._server_of_source[source] = self._server_for(target)
        return source

    def redirect(self, arguments: ConnectArguments, branch: ServerDatabase) -> None:
        lead_to(branch, arguments, self._driver)

    def url_of(self, branch: ServerDatabase, like: URL | None) -> URL:
        return url_of(branch, like, self._driver, self._user)

    def describe(self) -> str:
        told = {}
        for choice in self._choices.values():
            server = self._servers[choice.target]
            version = f"Postgres {server.version // 10000}"
            kind = f"private {version}" if server.is_private else f"{version} at {server.address}"
            reset = "" if server.is_superuser else "; clones only, as its role is no superuser"
            told[server] = f"{kind}: {choice.reason}{reset}"
        return ", ".join(dict.fromkeys(told.values()))

    # Images

    def _template(
        self,
        server: PostgresServer,
        fingerprint: str,
        build: Callable[[ServerDatabase], None],
        *,
        rebuild: bool = False,
    ) -> Image:
        name = f"{PREFIX}_template_{fingerprint}"
        with server.locked(fingerprint):
            if rebuild or not server.noted(name).get(name):
                self._build_template(server, name, build)
            facts = server.noted(name)[name]
            server.note(name, {**facts, "used": int(time.time()), "project": self._project})
        self._collect_stale(server, name)
        return Image(ServerDatabase(server, name), has_tables=bool(facts["has_tables"]))

    def _build_template(
        self, server: PostgresServer, name: str, build: Callable[[ServerDatabase], None]
    ) -> None:
        """Build a template under a private name, and publish it: its name and note come last."""
        draft = ServerDatabase(server, server.new_name("draft"))
        server.clone(NOTHING, draft.name)
        try:
            with server.connect(draft.name) as connection:
                compact(connection)
            build(draft)
            image = self._frozen(draft)
        except BaseException:
            with contextlib.suppress(ServerError):
                server.drop(draft.name)
            raise
        if server.exists(name):
            server.drop(name)
        server.rename(image.place.name, name)
        place = ServerDatabase(server, name)
        if image.place in self._plans:
            self._plans[place] = self._plans.pop(image.place)
        server.note(name, {"has_tables": image.has_tables})

    def _collect_stale(self, server: PostgresServer, current: str) -> None:
        """Drop this project's templates that nothing has used for long."""
        now = time.time()
        for name, facts in server.noted(f"{PREFIX}_template_").items():
            is_ours = facts.get("project") == self._project and name != current
            if is_ours and now - float(facts.get("used", now)) > STALE_AFTER_S:
                self._workshop(server).drop(name)

    def _frozen(self, branch: ServerDatabase) -> Image:
        """Make an image of a branch: the branch itself, under another name."""
        server = branch.server
        self._let_go(branch)
        server.empty_of_sessions(branch.name)
        with server.connect(branch.name) as connection:
            plan = None
            if server.is_superuser:
                for (gid,) in connection.query(
                    "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"
                ):
                    connection.query(f"ROLLBACK PREPARED {literal(gid or '')}")
                plan = arm(connection)
            else:
                plan = read_plan(connection)
        image = ServerDatabase(server, server.new_name("image"))
        server.rename(branch.name, image.name)
        self._plans[image] = plan
        return Image(image, has_tables=bool(plan.tables))

    def merge(self, target: Image, before: Image, after: Image) -> Image:
        branch = self.make_branch(target, "layer")
        with _connections_to(branch, before.place, after.place) as (made, old, new):
            merge_rows(made, old, new)
        return self._frozen(branch)

    def apply(self, branch: ServerDatabase, before: Image, after: Image) -> None:
        with _connections_to(branch, before.place, after.place) as (target, old, new):
            try:
                apply_rows(target, old, new)
            except ServerError as error:
                raise LayerConflictError(
                    "the rows of a fixture do not fit beside those that the test has written: "
                    f"{error.fact}",
                    hint="ask for the fixture as an argument, or before the test writes",
                ) from error

    def has_same_schema(self, one: Image, other: Image) -> bool:
        if one == other:
            return True
        with _connections_to(one.place, other.place) as (first, second):
            return schema_of(first) == schema_of(second)

    def discard(self, image: Image) -> None:
        place: ServerDatabase = image.place
        if not place.name.startswith(f"{PREFIX}_template_"):
            self._plans.pop(place, None)
            self._workshop(place.server).forget(place.name)

    # Branches

    def make_branch(self, image: Image, kind: str) -> ServerDatabase:
        server: PostgresServer = image.place.server
        ready = self._workshop(server).take(image.place.name) if kind == "test" else None
        name = ready or server.new_name(kind)
        if ready is None:
            server.clone(image.place.name, name)
        branch = ServerDatabase(server, name)
        self._origins[branch] = (image, None)
        return branch

    def resettable(self, branch: ServerDatabase, image: Image) -> ResettableDatabase | None:
        if not branch.server.is_superuser:
            return None
        connection = branch.server.connect(branch.name)
        try:
            plan = self._plans.get(image.place)
            if plan is None and is_armed(connection):
                plan = self._plans[image.place] = read_plan(connection)
            if plan is None:
                plan = arm(connection)
            resettable = ResettableDatabase(branch.server, connection, plan)
        except ServerError:
            connection.close()
            raise
        self._origins[branch] = (image, resettable)
        return resettable

    def connected(self, branch: ServerDatabase) -> Connection:
        """Return a connection of our own to a branch, which the caller closes."""
        return branch.server.connect(branch.name)

    def drop_branch(self, branch: ServerDatabase) -> None:
        self._let_go(branch)
        self._workshop(branch.server).drop(branch.name)

    def _let_go(self, branch: ServerDatabase) -> None:
        _, resettable = self._origins.pop(branch, (None, None))
        if resettable is not None:
            resettable.close()

    def place_to_keep(self, branch: ServerDatabase, name: str, directory: Path) -> KeptDatabase:
        return kept.place_of(branch.server, self._project, name)

    def keep(self, branch: ServerDatabase, name: str, directory: Path) -> KeptDatabase:
        self._let_go(branch)
        return kept.keep(branch, self._project, name)

    def tables_of(self, branch: ServerDatabase) -> list[str]:
        sql = (
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE relkind IN ('r', 'p') AND nspname NOT IN "
            "('pg_catalog', 'information_schema', '_freshdb')"
        )
        with branch.server.connect(branch.name) as connection:
            return [name or "" for (name,) in connection.query(sql)]

    def run_script(self, branch: ServerDatabase, script: str) -> None:
        with branch.server.connect(branch.name) as connection:
            try:
                connection.query(script)
            except ServerError as error:
                raise TemplateError(
                    f"the SQL file could not be run: {error.fact}",
                    hint="it must be SQL alone; commands of psql's, such as `\\connect` and "
                    "`COPY … FROM stdin`, are not",
                ) from None

    # Connections

    def holds_writes(self, driver_connection: Any) -> bool:
        """Ask the server: a transaction that has written has an id, one that has only read none."""
        pid = session_of(driver_connection)
        if not pid:
            return False
        sql = f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid} AND backend_xid IS NOT NULL"
        return any(server.admin.query(sql) for server in self._servers.values())

    def abandon(self, driver_connection: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        abandon(driver_connection, loop)

    def session_of(self, driver_connection: Any) -> int:
        return session_of(driver_connection)

    def is_harmless(self, statement: str) -> bool:
        return is_harmless(statement)

    def missing_table(self, message: str) -> str | None:
        found = re.search(r'relation "(?:[^".]+\.)?([^"]+)" does not exist', message)
        return found[1] if found else None

    # Servers

    def _chosen(self, target: Target) -> Choice:
        return choose(target, self._settings)

    def _nowhere(self) -> Target:
        return target_of_arguments({})

    def _opened(self, choice: Choice) -> PostgresServer:
        if choice.target is not None:
            server = PostgresServer(choice.target.address, is_private=False, label=self._label)
        else:
            from freshdb.servers.postgres.private import ensure_server

            programs = self._settings.server_programs
            private = ensure_server(Path(programs) if programs is not None else None)
            server = PostgresServer(
                private.address, is_private=True, label=self._label, release=private.release
            )
        kept.sweep(server, self._project)
        return server


@contextlib.contextmanager
def _connections_to(*databases: ServerDatabase) -> Iterator[list[Connection]]:
    """Open connections of our own for the block."""
    with contextlib.ExitStack() as opened:
        yield [opened.enter_context(one.server.connect(one.name)) for one in databases]
