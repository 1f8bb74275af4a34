"""Strategies: how each test gets a branch that is as its baseline, made when it first connects.

`reset` undoes what the last test wrote, in place; `clone` makes a new copy; `rollback` lets a test
work in one transaction, and resets what that does not undo. `auto` resets where that can be proved
right, and clones else.
"""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from freshdb.backends import Backend, Resettable
from freshdb.errors import UncoveredConnectionError
from freshdb.isolation.layers import Baseline
from freshdb.isolation.owners import Owner, OwnerStack
from freshdb.isolation.rollback import OuterTransaction, driver_of
from freshdb.model import Image, KeptDatabase, Place, Source, SourceKind

# Where SQLAlchemy's `info` of a connection has its lease.
LEASE = "freshdb_lease"


class Branch:
    """A private copy of a baseline that connections are sent to."""

    __slots__ = (
        "__weakref__",
        "backend",
        "baseline",
        "cursors",
        "is_kept",
        "is_public",
        "is_unsafe",
        "opened",
        "outers",
        "owner",
        "place",
        "raw_checkouts",
        "records",
        "resettable",
        "rolls_back",
        "source",
    )

    def __init__(
        self, source: Source, backend: Backend, place: Place, owner: Owner, baseline: Image
    ) -> None:
        self.source = source
        self.backend = backend
        self.place = place
        self.owner = owner
        self.baseline = baseline
        # SQLAlchemy's pool entries whose connection was opened to this branch, and how many were.
        self.records: weakref.WeakSet[Any] = weakref.WeakSet()
        self.opened = 0
        # What could keep a reset from being right: a cursor in the middle of its rows, and whatever
        # a connection may keep from test to test: unseen where the driver's own was handed out.
        self.cursors: weakref.WeakSet[Any] = weakref.WeakSet()
        self.is_unsafe = False
        # Whether somebody was told its address, and may come back with connections of their own.
        self.is_public = False
        # Whether it is none of ours any more: a failed test's database, kept for a look.
        self.is_kept = False
        self.raw_checkouts = 0
        self.resettable: Resettable | None = None
        # Whether its test is one of the strategy `rollback`, and the transactions of such tests.
        self.rolls_back = False
        self.outers: dict[Any, OuterTransaction] = {}

    def note(self, cursor: Any, *, is_harmless: bool) -> None:
        """Note a cursor that is about to run a statement."""
        if not is_harmless or getattr(cursor, "server_side", False):
            self.is_unsafe = True
        elif not hasattr(cursor, "_adapt_connection"):
            # SQLAlchemy's cursors over async drivers read all rows at once, and hold nothing.
            self.cursors.add(cursor)

    def connected(self) -> list[Any]:
        """Return the pool entries that are connected to this branch."""
        return [
            record
            for record in self.records
            if record.dbapi_connection is not None and record.info[LEASE].branch is self
        ]

    def idle(self) -> list[Any]:
        """Return the pool entries that are connected to this branch and in nobody's hands."""
        return [record for record in self.connected() if not record.in_use]

    def begin_reset(self) -> bool:
        """Begin to undo what was written, connections and all; False where that cannot be done.

        A server knows who is connected, and ends whom it must. A file does not: every connection
        that was ever opened to it must be there and idle, since one that is being closed in another
        thread may be writing.
        """
        if self.resettable is None or self.is_public or self.is_kept:
            return False
        if self.backend.is_server:
            outers = self.outers.values()
            self.resettable.begin(
                self._vouched(),
                rolled_back=self.rolls_back and all(outer.error is None for outer in outers),
            )
            return True
        if self.is_unsafe or self.raw_checkouts or self.cursors:
            return False
        if len(self.idle()) != self.opened:
            return False
        self.resettable.begin()
        return True

    def finish_reset(self) -> bool:
        """Wait until what was written is undone, and tell whether that could be proved right."""
        assert self.resettable is not None
        is_right = self.resettable.finish()
        self._forget_ended()
        return is_right

    def reset(self) -> bool:
        """Undo what was written, and tell whether that could be done."""
        return self.begin_reset() and self.finish_reset()

    def _vouched(self) -> list[int]:
        """Return the sessions of which everything was seen, and nothing of it stays in them."""
        vouched = [
            record.driver_connection
            for record in self.connected()
            if not (record.info[LEASE].is_changed or record.info[LEASE].is_raw)
        ]
        vouched += [driver_of(outer.connection) for outer in self.outers.values()]
        return [self.backend.session_of(connection) for connection in vouched]

    def _forget_ended(self) -> None:
        """Take the connections that the server has ended out of their pools."""
        ended = self.resettable.ended if self.resettable is not None else ()
        if ended:
            for record in self.connected():
                if self.backend.session_of(record.driver_connection) in ended:
                    record.info[LEASE].end(record)
            for key, outer in list(self.outers.items()):
                if self.backend.session_of(driver_of(outer.connection)) in ended:
                    self.let_go(key)

    def let_go(self, key: Any) -> None:
        """End the one connection of tests that run in one transaction."""
        outer = self.outers.pop(key)
        self.backend.abandon(driver_of(outer.connection), key[0])

    def drop(self) -> None:
        """Remove the branch."""
        if self.resettable is not None:
            self.resettable.close()
        if not self.is_kept:
            self.backend.drop_branch(self.place)

    def __repr__(self) -> str:
        return f"<Branch {self.place} of {self.source} for {self.owner.name}>"


class Database:
    """One source: its baseline, and the branches that stand in for it now."""

    def __init__(self, source: Source, backend: Backend, baseline: Baseline) -> None:
        self.source = source
        self.backend = backend
        self.baseline = baseline
        self.of_test: Branch | None = None
        self.of_fixtures: Branch | None = None
        # A branch that is as its baseline again, for the next test that starts from that.
        self.parked: Branch | None = None
        # Whether the server is still at work on that.
        self.is_being_reset = False
        self.made_by: dict[str, str] = {}

    @property
    def live(self) -> Iterator[Branch]:
        branches = (self.of_test, self.of_fixtures, self.parked)
        yield from (branch for branch in branches if branch is not None)


class Window:
    """The time in which a fixture of wider scope is set up; what it writes becomes its piece."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.before: dict[Source, tuple[Branch, Image]] = {}


class Branches:
    """Decides which branch SQL goes to, and makes, drops and layers branches.

    Args:
        owners: who is at work.
        bottom_of: makes the image that a source starts from.
        resets: whether a branch is reset where that can be proved right.
    """

    def __init__(
        self,
        owners: OwnerStack,
        bottom_of: Callable[[Source, Backend], Image],
        *,
        resets: bool,
    ) -> None:
        self._owners = owners
        self._bottom_of = bottom_of
        self._databases: dict[Source, Database] = {}
        self._windows: list[Window] = []
        # The branches that nothing is sent to any more and that still have files.
        self.retired: list[Branch] = []
        self._diversion: Callable[[Source, Backend], Branch] | None = None
        # The product that building a template for another one has led to.
        self.led_elsewhere: Backend | None = None
        self.resets = resets
        self.rolls_back = False
        # Held while a branch is made or reset: whoever asks for one meanwhile waits.
        self.lock = threading.RLock()
        # Puts the rows of a test's seeds on top of its baseline.
        self.seeded: Callable[[Image, Backend, Sequence[Any]], Image] | None = None
        self.branches_made = 0
        # Whether it must be known when a test ends how its branches became pristine again; else a
        # server undoes what was written while the next test is set up.
        self.is_told_at_once = True
        # Why branches could not be reset, where that is worth telling.
        self.cloned: list[str] = []
        # How the last test's branches became pristine again, each with the reason if there is one.
        self.undone: list[tuple[str, str]] = []
        self.spent_s = 0.0

    @property
    def databases(self) -> tuple[Database, ...]:
        return tuple(self._databases.values())

    def branch_for(self, source: Source, backend: Backend) -> Branch:
        """Return the branch that stands in for `source` now, made if it is the first to ask."""
        if self._diversion is not None:
            return self._diversion(source, backend)
        known = self._databases.get(source)
        if known is not None and known.of_test is not None and not self._windows:
            return known.of_test
        # Threads of one test may connect at the same moment, and must get the same branch.
        with self.lock:
            database = self.open(source, backend)
            branch = self._branch_at_hand(database) or self._next_branch(database)
            if self._windows and source not in self._windows[-1].before:
                self._windows[-1].before[source] = (branch, self._image_of(branch, database))
            return branch

    def who_made(self, source: Source, table: str) -> str | None:
        """Return the earlier test that made a table which is missing now, if there was one."""
        database = self._databases.get(source)
        return database.made_by.get(table.lower()) if database is not None else None

    def branches_of_test(self) -> list[Branch]:
        """Return the branches that the running test has caused to be made."""
        databases = self._databases.values()
        return [database.of_test for database in databases if database.of_test is not None]

    def keep(self, branch: Branch, name: str, directory: Path) -> KeptDatabase:
        """Keep a failed test's branch for a look, by this name."""
        self._note_tables(self._databases[branch.source], branch)
        kept = branch.backend.keep(branch.place, name, directory)
        branch.is_kept = branch.backend.is_server
        return kept

    def end_test(self) -> None:
        """Take the test's branches away: reset them, or retire them for `drop_retired`."""
        self.undone = []
        for database in self._databases.values():
            branch, database.of_test = database.of_test, None
            if branch is None:
                continue
            if branch.is_kept:
                self.undone.append(("clone", "it is kept"))
                self.retired.append(branch)
                continue
            self._note_tables(database, branch)
            with self.lock:
                if not branch.begin_reset():
                    self._retire(branch)
                    continue
                database.parked, database.is_being_reset = branch, True
                if self.is_told_at_once or not branch.backend.is_server:
                    self._settle(database)

    def settle(self) -> None:
        """Wait until all that tests have written is undone."""
        for database in self._databases.values():
            self._settle(database)

    def _settle(self, database: Database) -> None:
        """Wait until what the last test wrote is undone, and give up on its branch if it is not."""
        if database.is_being_reset:
            database.is_being_reset = False
            branch = database.parked
            assert branch is not None
            if branch.finish_reset():
                self.undone.append(("rollback" if self.rolls_back else "reset", ""))
            else:
                database.parked = None
                self._retire(branch)

    def _retire(self, branch: Branch) -> None:
        """Give a test's branch up, and note why it could not be reset, where that is worth telling.

        Of a file it never is: another copy is as cheap.
        """
        why = branch.resettable.why_not if branch.resettable is not None else ""
        if branch.is_public and branch.backend.is_server:
            why = "a test had asked for the branch's URL"
        self.cloned += [why] if why else []
        self.undone.append(("clone", why))
        self.retired.append(branch)

    def drop_retired(self) -> None:
        """Remove the files of the retired branches."""
        # Taken off first: an engine that is collected meanwhile may add to the list.
        retired, self.retired = self.retired, []
        for branch in retired:
            branch.drop()

    @contextlib.contextmanager
    def window(self, owner: Owner) -> Iterator[None]:
        """Credit what is written in the block to `owner`, a fixture of wider scope or the run."""
        outer = self._windows[-1] if self._windows else None
        if outer is not None:
            self._close_window(outer)
        window = Window(owner)
        self._windows.append(window)
        try:
            yield
        finally:
            self._close_window(window)
            self._windows.remove(window)

    @contextlib.contextmanager
    def diverted(self, place: Place, product: Backend) -> Iterator[list[Branch]]:
        """Send every connection to a product in the block to one place: a template in the making.

        Yields the branch that stands for the place, once somebody has asked for it.
        """
        made: list[Branch] = []

        def divert(source: Source, backend: Backend) -> Branch:
            if backend is not product:
                self.led_elsewhere = backend
                raise UncoveredConnectionError(
                    f"building the template of a {product.name} database led to {source}",
                    hint="make the tables of both where the application is imported, or in a "
                    "session fixture",
                )
            if not made:
                image = Image(place, has_tables=False)
                made.append(Branch(source, backend, place, self._owners.innermost, image))
            return made[0]

        outer, self._diversion = self._diversion, divert
        try:
            yield made
        finally:
            self._diversion = outer

    def reveal(self, fixture: Owner) -> None:
        """Show the running test the rows of a fixture that it has just begun to use."""
        for database in self.databases:
            if database.of_test is not None:
                for piece in database.baseline.pieces_of(fixture):
                    if not piece.makes_tables:
                        database.backend.apply(database.of_test.place, piece.before, piece.after)

    def _show_running_test(self, database: Database, fixture: Owner) -> None:
        """Show a test the rows of a fixture that it caused to be set up on another branch."""
        if database.of_test is not None:
            for piece in database.baseline.pieces_of(fixture):
                database.backend.apply(database.of_test.place, piece.before, piece.after)

    def end_fixture(self, owner: Owner) -> None:
        """Take out of every baseline what the fixture `owner` wrote."""
        for database in self.databases:
            if database.baseline.remove(owner):
                self._retire_fixture_branch(database)

    def live_branch(self, source: Source) -> Branch | None:
        """Return the branch that `branch_for` would return, where it need not do anything first."""
        if self._diversion is not None:
            return None
        database = self._databases.get(source)
        if database is None:
            return None
        if self._windows:
            seen = self._windows[-1].before.get(source)
            return seen[0] if seen is not None else None
        if database.of_test is not None or self._owners.innermost.is_test:
            return database.of_test
        branch = database.of_fixtures
        return branch if branch is not None and branch.baseline is database.baseline.top else None

    def disposed(self, source: Source) -> None:
        """Let the private memory of an engine that was disposed of go, as without freshdb."""
        database = self._databases.get(source)
        if source.kind is not SourceKind.PRIVATE_MEMORY or database is None:
            return
        if database.of_test is not None:
            self.retired.append(database.of_test)
            database.of_test = None

    def drop_database(self, source: Source) -> None:
        """Drop everything of a source whose engine no longer exists."""
        database = self._databases.pop(source, None)
        if database is not None:
            self.retired.extend(database.live)

    def open(self, source: Source, backend: Backend, holder: Any = None) -> Database:
        """Return what is known of a source, with its baseline taken if it is new.

        Args:
            source: the database as the application names it.
            backend: its product.
            holder: the driver's connection to a memory that was filled before freshdb was loaded.
        """
        known = self._databases.get(source)
        if known is not None:
            return known
        if holder is not None:
            bottom = backend.take_image_through(holder)
        else:
            bottom = self._bottom_of(source, backend)
        baseline = Baseline(backend, bottom)
        database = Database(source, backend, baseline)
        self._databases[source] = database
        return database

    def _branch_at_hand(self, database: Database) -> Branch | None:
        """Return the test's branch, where work for the innermost owner goes there.

        On a server, a fixture of wider scope that a test asks for in code works on a branch of its
        own: no image could be taken of the test's, which the test is connected to.
        """
        if self._windows and database.backend.is_server:
            return None
        return database.of_test

    def _next_branch(self, database: Database) -> Branch:
        """Return the branch for work that does not have a test's branch to go to yet."""
        if self._owners.innermost.is_test and not self._windows:
            database.of_test = self._branch_of_test(database)
            return database.of_test
        # What was written between windows (a fixture's teardown, a poller) is nobody's layer.
        opening = bool(self._windows) and database.source not in self._windows[-1].before
        branch = database.of_fixtures
        top = database.baseline.top
        if branch is not None and branch.baseline is top and (not opening or branch.reset()):
            return branch
        self._retire_fixture_branch(database)
        branch = database.of_fixtures = self._make_branch(database, "fixtures", top)
        if database.backend.is_server and self.resets:
            branch.resettable = database.backend.resettable(branch.place, top)
        return branch

    def _branch_of_test(self, database: Database) -> Branch:
        """Return the parked branch where it is as the test's baseline, else a new one."""
        owner = self._owners.innermost
        image = database.baseline.seen_by(owner)
        if owner.seeds and self.seeded is not None:
            image = self.seeded(image, database.backend, owner.seeds)
        if database.parked is not None and database.parked.baseline is image and self.resets:
            started = time.perf_counter()
            self._settle(database)
            self.spent_s += time.perf_counter() - started
        parked, database.parked, database.is_being_reset = database.parked, None, False
        if parked is not None and parked.baseline is image and self.resets:
            parked.owner = owner
            parked.rolls_back = self.rolls_back
            for outer in parked.outers.values():
                outer.begin_again(owner.name)
            parked.opened = len(parked.connected())
            return parked
        if parked is not None:
            self.retired.append(parked)
        branch = self._make_branch(database, "test", image)
        branch.rolls_back = self.rolls_back and database.backend.transactions is not None
        if self.resets:
            branch.resettable = database.backend.resettable(branch.place, image)
        return branch

    def _make_branch(self, database: Database, kind: str, image: Image) -> Branch:
        started = time.perf_counter()
        place = database.backend.make_branch(image, kind)
        branch = Branch(database.source, database.backend, place, self._owners.innermost, image)
        self.branches_made += 1
        self.spent_s += time.perf_counter() - started
        return branch

    def _image_of(self, branch: Branch, database: Database) -> Image:
        """Return an image of the branch, without a copy where it has just been made."""
        if branch is database.of_fixtures and branch.baseline is database.baseline.top:
            return branch.baseline
        return database.backend.take_image(branch.place)

    def _close_window(self, window: Window) -> None:
        for source, (branch, before) in window.before.items():
            database = self._databases.get(source)
            if database is None:
                continue
            after = database.backend.take_image(branch.place)
            if after is before:
                continue
            database.baseline.add(window.owner, before, after)
            if branch is database.of_fixtures:
                self._retire_fixture_branch(database)
            if database.backend.is_server:
                self._show_running_test(database, window.owner)
        window.before.clear()

    def _retire_fixture_branch(self, database: Database) -> None:
        if database.of_fixtures is not None:
            self.retired.append(database.of_fixtures)
            database.of_fixtures = None

    def _note_tables(self, database: Database, branch: Branch) -> None:
        """Remember which tables a test made in a database that has none, for `who_made`."""
        if not database.baseline.top.has_tables:
            for table in database.backend.tables_of(branch.place):
                database.made_by.setdefault(table.lower(), branch.owner.name)
