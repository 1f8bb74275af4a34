"""Which branch SQL goes to: each test has one that is as its baseline, made when it connects.

By the strategy `reset`, what the last test wrote is undone in place; `clone` makes a new copy;
`rollback` lets a test work in one transaction, and resets what that does not undo. `auto` resets
where that can be proved right, and clones else.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from freshdb.backends import Backend
from freshdb.isolation.branches.branch import Branch
from freshdb.isolation.branches.database import Database
from freshdb.isolation.branches.diversion import Diversion
from freshdb.isolation.branches.layers import Baseline
from freshdb.isolation.owners import Owner, OwnerStack
from freshdb.model import Image, KeptDatabase, Source, SourceKind


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
        self.diversion = Diversion(owners)
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
        if self.diversion.branch_for is not None:
            return self.diversion.branch_for(source, backend)
        known = self._databases.get(source)
        if known is not None and known.of_test is not None and not self._windows:
            return known.of_test
        # Threads of one test may connect at the same moment, and must get the same branch.
        with self.lock:
            database = self.open(source, backend)
            branch = self._branch_at_hand(database) or self._next_branch(database)
            if self._windows and source not in self._windows[-1].before:
                self._windows[-1].before[source] = (branch, database.image_of(branch))
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
        self._databases[branch.source].note_tables(branch)
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
            database.note_tables(branch)
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
                self.undone.append(("rollback" if branch.rolls_back else "reset", ""))
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

    def reveal(self, fixture: Owner) -> None:
        """Show the running test the rows of a fixture that it has just begun to use."""
        for database in self.databases:
            database.show_test(fixture, rows_only=True)

    def end_fixture(self, owner: Owner) -> None:
        """Take out of every baseline what the fixture `owner` wrote."""
        for database in self.databases:
            if database.baseline.remove(owner):
                self._retire_fixture_branch(database)

    def live_branch(self, source: Source) -> Branch | None:
        """Return the branch that `branch_for` would return, where it need not do anything first."""
        if self.diversion.branch_for is not None:
            return None
        database = self._databases.get(source)
        if database is None:
            return None
        if self._windows:
            seen = self._windows[-1].before.get(source)
            return seen[0] if seen is not None else None
        if database.of_test is not None or self._owners.innermost.is_test:
            return database.of_test
        return database.fixtures_on_top

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
        branch = database.fixtures_on_top
        if branch is not None and (not opening or branch.reset()):
            return branch
        self._retire_fixture_branch(database)
        top = database.baseline.top
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
            parked.rolls_back = self.rolls_back and parked.backend.transactions is not None
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
                database.show_test(window.owner)
        window.before.clear()

    def _retire_fixture_branch(self, database: Database) -> None:
        if database.of_fixtures is not None:
            self.retired.append(database.of_fixtures)
            database.of_fixtures = None
