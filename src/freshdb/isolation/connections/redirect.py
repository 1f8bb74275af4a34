"""Send every connection of the application's engines to a branch, through SQLAlchemy's own events.

The listeners are on the classes `Engine`, `Pool` and `Session`, so engines are covered whenever
and wherever they were made, and none has to be found:

* `do_connect` changes where a new connection goes;
* `checkout` drops a pooled connection that belongs to another branch, by `DisconnectionError`,
  which is SQLAlchemy's recipe for connections inherited over a fork;
* `engine_connect` tells a connection of SQLAlchemy's from the driver's own;
* `before_execute` checks whose work it is, and moves a connection held from an earlier test;
* `before_cursor_execute` notes what could keep the branch from being reset in place;
* `after_cursor_execute` notes whether a test's one transaction is over (strategy `rollback`);
* `commit` and `rollback` let a connection of wider scope end a transaction that it holds idle;
* `engine_disposed` lets the private memory of an engine go;
* `after_begin` notes which session holds a connection, so that a test's end can roll it back;
* `handle_error` says which earlier test had made a table that is missing.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine, ExceptionContext
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import Pool

from freshdb.backends import Backends, ConnectArguments
from freshdb.errors import UncoveredConnectionError
from freshdb.isolation.branches.branch import LEASE, Branch
from freshdb.isolation.branches.branches import Branches
from freshdb.isolation.connections.engines import EngineRegister
from freshdb.isolation.connections.leases import Lease
from freshdb.isolation.connections.pools import tell_of_sharing
from freshdb.isolation.connections.stand_ins import StandIn, StandIns
from freshdb.isolation.connections.targets import Targets
from freshdb.isolation.owners import OwnerStack
from freshdb.isolation.places import caller

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

CONNECTING = "(it asked for a connection)"


class Redirect:
    """The listeners, and what they know.

    Args:
        owners: who is at work.
        branches: decides which branch SQL goes to.
        backends: the database products that are covered.
        exclude: patterns of URLs whose engines are left alone.
        is_of_test: tells whether a file is in a directory that the running test has made.
    """

    def __init__(
        self,
        owners: OwnerStack,
        branches: Branches,
        backends: Backends,
        exclude: tuple[str, ...],
        is_of_test: Callable[[str], bool],
    ) -> None:
        self._owners = owners
        self._branches = branches
        self.engines = EngineRegister()
        self.targets = Targets(
            self.engines, backends, exclude, is_of_test, forget=branches.drop_database
        )
        self._originals: weakref.WeakKeyDictionary[Dialect, tuple[list[Any], dict[str, Any]]]
        self._originals = weakref.WeakKeyDictionary()
        self._listening: list[tuple[Any, str, Callable[..., Any]]] = []
        self._stand_ins = StandIns()
        self.async_pools: weakref.WeakSet[Pool] = weakref.WeakSet()
        self.loops: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()
        # Called with a connection and a statement that may change more than rows.
        self.note_unusual: Callable[[Connection, str], None] = lambda connection, statement: None
        self.is_on = True
        self.is_paused = False

    def start(self) -> None:
        """Listen to all engines, those that exist already too."""
        self.engines.start(lambda: self._owners.innermost)
        self._listen(Engine, "do_connect", self._do_connect)
        self._listen(Pool, "checkout", self._checkout)
        self._listen(Engine, "engine_connect", self._engine_connect)
        self._listen(Engine, "before_execute", self._before_execute)
        self._listen(Engine, "before_cursor_execute", self._before_cursor_execute)
        self._listen(Engine, "after_cursor_execute", self._after_cursor_execute)
        self._listen(Engine, "commit", self._before_end)
        self._listen(Engine, "rollback", self._before_end)
        self._listen(Engine, "engine_disposed", self._engine_disposed)
        self._listen(Engine, "handle_error", self._handle_error)

    def start_orm(self) -> None:
        """Listen to all ORM sessions; called when SQLAlchemy's ORM has been imported."""
        from sqlalchemy.orm import Session

        self._listen(Session, "after_begin", self._after_begin)

    def stop(self) -> None:
        """Take the listeners away; connections to branches are dropped by who ends the run."""
        self.engines.stop()
        self._stand_ins.stop()
        while self._listening:
            event.remove(*self._listening.pop())

    def covers(self, dialect: Dialect) -> bool:
        """Tell whether connections of engines with this dialect go to branches now."""
        return (
            self.is_on
            and not self.is_paused
            and self.targets.backend_of(dialect) is not None
            and not self.targets.opted_out(dialect)
        )

    def lease_for(
        self, dialect: Dialect, record: Any, positional: list[Any], keywords: dict[str, Any]
    ) -> Lease | None:
        """Point connect arguments at the branch for them, and return the connection's lease."""
        backend = self.targets.backend_of(dialect)
        if backend is None or self.targets.opted_out(dialect):
            return None
        arguments = ConnectArguments(positional, keywords)
        source = backend.source(dialect, arguments)
        if self.targets.is_left_alone(dialect, source):
            record.info[LEASE] = None
            return None
        self.targets.remember(dialect, source)
        branch = None
        if not self.is_on:
            # Before the test that opted out can write to it, note what the database holds.
            if not backend.is_server:
                self._branches.open(source, backend)
        else:
            self._owners.check(CONNECTING)
            branch = self._branches.branch_for(source, backend)
            backend.redirect(arguments, branch.place)
            branch.records.add(record)
            branch.opened += 1
        lease = Lease(source, backend, branch, record, is_async=dialect.is_async)
        record.info[LEASE] = lease
        return lease

    def adopt(self, dialect: Dialect, driver_connection: Any) -> None:
        """Take what a private memory holds, from before freshdb was loaded, as its baseline."""
        backend = self.targets.backend_of(dialect)
        if backend is not None:
            source = backend.source(dialect, ConnectArguments([":memory:"], {}))
            self._branches.open(source, backend, driver_connection)

    def branch_of(self, engine: Engine) -> Branch:
        """Return the branch that stands in for an engine's database now.

        Raises:
            UncoveredConnectionError: connections of this engine are not redirected now.
        """
        backend = self.targets.backend_of(engine.dialect)
        if backend is None or not self.covers(engine.dialect):
            raise _no_branch(engine)
        source = self.targets.source_of_engine(engine, backend)
        if self.targets.is_left_alone(engine.dialect, source):
            raise _no_branch(engine)
        branch = self._branches.branch_for(source, backend)
        branch.is_public = True
        return branch

    def _listen(self, target: Any, name: str, function: Callable[..., Any]) -> None:
        event.listen(target, name, function)
        self._listening.append((target, name, function))

    # The listeners

    def _do_connect(
        self, dialect: Dialect, record: Any, positional: list[Any], keywords: dict[str, Any]
    ) -> StandIn | None:
        if self.is_paused:
            return None
        # Early releases of SQLAlchemy 2.0 hand out the same arguments each time, with what was
        # changed the last time; so start from what the engine was made with.
        if dialect not in self._originals:
            self._originals[dialect] = (list(positional), dict(keywords))
        original_positional, original_keywords = self._originals[dialect]
        positional[:] = original_positional
        keywords.clear()
        keywords.update(original_keywords)
        if record is not None:
            lease = self.lease_for(dialect, record, positional, keywords)
            if lease is not None and lease.branch is not None and lease.branch.rolls_back:
                return self._stand_ins.make(dialect, lease, positional, keywords)
        return None

    def _checkout(self, dbapi_connection: Any, record: Any, proxy: Any) -> None:
        if self.is_paused:
            return
        if LEASE not in record.info and self.covers(proxy._pool._dialect):
            raise DisconnectionError("the connection was made before freshdb was loaded")
        lease: Lease | None = record.info.get(LEASE)
        if lease is None:
            return
        if lease.branch is not self._branch_now(lease):
            if lease.backend.is_server:
                lease.end(record)
                proxy.dbapi_connection = None
            raise DisconnectionError("the connection belongs to another branch")
        if record.dbapi_connection is None:
            proxy.dbapi_connection = None
            raise DisconnectionError("it was ended while the branch was reset")
        is_stand_in = isinstance(dbapi_connection, StandIn)
        if lease.branch is not None and lease.branch.rolls_back is not is_stand_in:
            lease.end(record)
            proxy.dbapi_connection = None
            raise DisconnectionError("the connection is for another strategy")
        if lease.is_stranded:
            lease.end(record)
            proxy.dbapi_connection = None
            raise DisconnectionError("the connection belongs to another event loop")
        lease.place = caller()
        lease.session = None
        lease.is_held_over = False
        if lease.branch is not None:
            lease.branch.raw_checkouts += 1
            lease.is_changed = lease.is_changed or lease.is_raw
            lease.is_raw = True
        if lease.is_async:
            self.async_pools.add(proxy._pool)
            self.loops.add(asyncio.get_running_loop())

    def _engine_connect(self, connection: Connection) -> None:
        """Tell a checkout that serves a Connection from one that hands out the driver's own."""
        lease: Lease | None = connection.info.get(LEASE)
        if lease is not None and lease.branch is not None and not self.is_paused:
            lease.branch.raw_checkouts -= 1
            lease.is_raw = False

    def _before_execute(
        self, connection: Connection, clause: Any, multiparams: Any, params: Any, options: Any
    ) -> None:
        if self.is_paused:
            return
        if connection.invalidated and self.covers(connection.dialect):
            # Before it connects anew, which would make of our error one of the database's.
            self._owners.check(clause)
        lease: Lease | None = connection.info.get(LEASE)
        if lease is None or lease.branch is None:
            return
        self._owners.check(clause)
        if lease.branch is not self._branches.live_branch(lease.source):
            self._move(connection, lease)

    def _before_cursor_execute(
        self,
        connection: Connection,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,
    ) -> None:
        """Note what could keep the branch from being reset in place."""
        lease: Lease | None = connection.info.get(LEASE)
        if lease is None or lease.branch is None:
            return
        stand_in = connection.connection.dbapi_connection
        if isinstance(stand_in, StandIn):
            stand_in.outer.before(stand_in, statement)
        is_harmless = lease.backend.is_harmless(statement)
        if lease.backend.is_server:
            lease.is_changed = lease.is_changed or not is_harmless
        else:
            lease.branch.note(cursor, is_harmless=is_harmless)
            if not is_harmless:
                self.note_unusual(connection, statement)

    def _after_cursor_execute(
        self, connection: Connection, cursor: Any, statement: str, *facts: Any
    ) -> None:
        stand_in = connection.connection.dbapi_connection
        if isinstance(stand_in, StandIn):
            stand_in.outer.after(statement)

    def _before_end(self, connection: Connection) -> None:
        """Give a connection of wider scope that was ended with its branch another one to end with.

        It holds nothing: a fixture has begun a transaction around its tests, and not used it since.
        """
        if self.is_paused or connection.invalidated:
            return
        lease: Lease | None = connection.info.get(LEASE)
        record = lease.record() if lease is not None and lease.branch is not None else None
        if lease is not None and record is not None and record.dbapi_connection is None:
            self._move(connection, lease)

    def _after_begin(self, session: Session, transaction: Any, connection: Connection) -> None:
        lease: Lease | None = connection.info.get(LEASE)
        if lease is not None:
            lease.session = weakref.ref(session)

    def _engine_disposed(self, engine: Engine) -> None:
        source = self.targets.source_of(engine.dialect)
        if source is not None:
            self._branches.disposed(source)

    def _handle_error(self, context: ExceptionContext) -> None:
        """Say which earlier test made a table that is missing now: this test needed it to."""
        connection = context.connection
        valid = connection is not None and not connection.invalidated
        lease: Lease | None = connection.info.get(LEASE) if connection and valid else None
        if connection is not None and valid:
            self._after_cursor_execute(connection, None, context.statement or "")
        error = context.sqlalchemy_exception
        if lease is None or error is None:
            return
        if context.engine is not None and "database is locked" in str(context.original_exception):
            tell_of_sharing(error, context.engine.pool)
        table = lease.backend.missing_table(str(context.original_exception))
        maker = self._branches.who_made(lease.source, table) if table is not None else None
        if maker is not None:
            error.add_note(
                f"freshdb: `{maker}` made the table `{table}`, and it was gone with that test.\n\n"
                "hint: make tables when the application is imported or in a session fixture, or "
                'name what makes them: `schema = "app.db:Base"` in [tool.freshdb]'
            )

    # What they need

    def _branch_now(self, lease: Lease) -> Branch | None:
        if not self.is_on:
            return None
        self._owners.check(CONNECTING)
        return self._branches.branch_for(lease.source, lease.backend)

    def _move(self, connection: Connection, lease: Lease) -> None:
        """Let a connection that is held from an earlier owner go on in the branch of this one.

        Sessions and connections of wider scope live longer than a test, and are meant to. One that
        is in the middle of a transaction stays where its transaction is.
        """
        proxy: Any = connection.connection
        record = lease.record()
        if record is None or lease.holds_writes(record):
            return
        branch = self._branches.branch_for(lease.source, lease.backend)
        # It may have been ended while the branch was reset.
        is_open = record.dbapi_connection is not None
        if lease.branch is branch and is_open:
            return
        session, place = lease.session, lease.place
        if not lease.backend.is_server:
            record.invalidate()
        elif is_open:
            lease.end(record)
        proxy.dbapi_connection = record.get_connection()
        moved: Lease | None = record.info.get(LEASE)
        if moved is not None:
            moved.session, moved.place = session, place
            moved.is_held_over = True


def _no_branch(engine: Engine) -> UncoveredConnectionError:
    return UncoveredConnectionError(
        f"connections of {engine!r} go to its own database in this test, so there is no branch",
        hint="the test, the engine or its URL has opted out of freshdb, or the database is none "
        "that freshdb isolates",
    )
