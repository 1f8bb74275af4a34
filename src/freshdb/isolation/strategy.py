"""Strategy `clone`: every test gets a new copy of the baseline, made when it first connects."""

from __future__ import annotations

import contextlib
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from freshdb.backends import Backend
from freshdb.isolation.layers import Baseline
from freshdb.isolation.owners import Owner, OwnerStack
from freshdb.model import Image, Source, SourceKind


class Branch:
    """A private copy of a baseline that connections are sent to."""

    __slots__ = ("__weakref__", "backend", "baseline", "owner", "path", "records", "source")

    def __init__(
        self, source: Source, backend: Backend, path: Path, owner: Owner, baseline: Image
    ) -> None:
        self.source = source
        self.backend = backend
        self.path = path
        self.owner = owner
        self.baseline = baseline
        # SQLAlchemy's pool entries whose connection was opened to this branch.
        self.records: weakref.WeakSet[Any] = weakref.WeakSet()

    def __repr__(self) -> str:
        return f"<Branch {self.path.name} of {self.source} for {self.owner.name}>"


class Database:
    """One source: its baseline, and the branches that stand in for it now."""

    def __init__(self, source: Source, backend: Backend, baseline: Baseline) -> None:
        self.source = source
        self.backend = backend
        self.baseline = baseline
        self.of_test: Branch | None = None
        self.of_fixtures: Branch | None = None
        self.made_by: dict[str, str] = {}

    @property
    def live(self) -> Iterator[Branch]:
        yield from (branch for branch in (self.of_test, self.of_fixtures) if branch is not None)


class Window:
    """The time in which a fixture of wider scope is set up; what it writes becomes its piece."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.before: dict[Source, tuple[Branch, Image]] = {}


class Clones:
    """Decides which branch SQL goes to, and makes, drops and layers branches.

    Args:
        owners: who is at work.
        new_path: gives a path for a branch or an image.
        bottom_of: makes the image that a source starts from.
    """

    def __init__(
        self,
        owners: OwnerStack,
        new_path: Callable[[str], Path],
        bottom_of: Callable[[Source, Backend], Image],
    ) -> None:
        self._owners = owners
        self._new_path = new_path
        self._bottom_of = bottom_of
        self._databases: dict[Source, Database] = {}
        self._windows: list[Window] = []
        self._retired: list[Branch] = []
        self._diversion: Branch | None = None
        self.branches_made = 0
        self.spent_s = 0.0

    @property
    def databases(self) -> tuple[Database, ...]:
        return tuple(self._databases.values())

    def branch_for(self, source: Source, backend: Backend) -> Branch:
        """Return the branch that stands in for `source` now, made if it is the first to ask."""
        if self._diversion is not None:
            return self._diversion
        database = self.open(source, backend)
        branch = database.of_test
        if branch is None:
            branch = self._next_branch(database)
        if self._windows and source not in self._windows[-1].before:
            self._windows[-1].before[source] = (branch, self._image_of(branch, database))
        return branch

    def who_made(self, source: Source, table: str) -> str | None:
        """Return the earlier test that made a table which is missing now, if there was one."""
        database = self._databases.get(source)
        return database.made_by.get(table.lower()) if database is not None else None

    def branches_of_test(self) -> list[Branch]:
        """Return the branches that the running test has caused to be made."""
        return [database.of_test for database in self.databases if database.of_test is not None]

    def end_test(self) -> None:
        """Let go of the test's branches; `drop_retired` removes their files."""
        for database in self.databases:
            if database.of_test is not None:
                self._note_tables(database, database.of_test)
                self._retired.append(database.of_test)
                database.of_test = None

    @property
    def retired(self) -> list[Branch]:
        """The branches that nothing is sent to any more and that still have files."""
        return list(self._retired)

    def drop_retired(self) -> None:
        """Remove the files of the retired branches."""
        for branch in self._retired:
            branch.backend.drop_branch(branch.path)
        self._retired.clear()

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
    def diverted(self, source: Source, backend: Backend, path: Path) -> Iterator[Branch]:
        """Send every connection in the block to one file: a template that is being built."""
        branch = Branch(
            source, backend, path, self._owners.innermost, Image(path, has_tables=False)
        )
        self._diversion = branch
        try:
            yield branch
        finally:
            self._diversion = None

    def reveal(self, fixture: Owner) -> None:
        """Show the running test the rows of a fixture that it has just begun to use."""
        for database in self.databases:
            if database.of_test is not None:
                for piece in database.baseline.pieces_of(fixture):
                    if not piece.makes_tables:
                        database.backend.apply(database.of_test.path, piece.before, piece.after)

    def end_fixture(self, owner: Owner) -> None:
        """Take out of every baseline what the fixture `owner` wrote."""
        for database in self.databases:
            if database.baseline.remove(owner):
                self._retire_fixture_branch(database)

    def live_branch(self, source: Source) -> Branch | None:
        """Return the branch that `branch_for` would return, where it need not do anything first."""
        if self._diversion is not None:
            return self._diversion
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
            self._retired.append(database.of_test)
            database.of_test = None

    def drop_database(self, source: Source) -> None:
        """Drop everything of a source whose engine no longer exists."""
        database = self._databases.pop(source, None)
        if database is not None:
            self._retired.extend(database.live)

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
            bottom = backend.take_image_through(holder, self._new_path("image"))
        else:
            bottom = self._bottom_of(source, backend)
        baseline = Baseline(backend, bottom, self._new_path)
        database = Database(source, backend, baseline)
        self._databases[source] = database
        return database

    def _next_branch(self, database: Database) -> Branch:
        """Return the branch for work that does not have a test's branch to go to yet."""
        if self._owners.innermost.is_test and not self._windows:
            database.of_test = self._make_branch(database, "test")
            return database.of_test
        # What was written between windows (a fixture's teardown, a poller) is nobody's layer.
        opening = bool(self._windows) and database.source not in self._windows[-1].before
        branch = database.of_fixtures
        if branch is None or opening or branch.baseline is not database.baseline.top:
            self._retire_fixture_branch(database)
            branch = database.of_fixtures = self._make_branch(database, "fixtures")
        return branch

    def _make_branch(self, database: Database, kind: str) -> Branch:
        started = time.perf_counter()
        owner, baseline = self._owners.innermost, database.baseline
        image = baseline.seen_by(owner) if kind == "test" else baseline.top
        path = self._new_path(kind)
        branch = Branch(database.source, database.backend, path, owner, image)
        database.backend.make_branch(image, branch.path)
        self.branches_made += 1
        self.spent_s += time.perf_counter() - started
        return branch

    def _image_of(self, branch: Branch, database: Database) -> Image:
        """Return an image of the branch, without a copy where it has just been made."""
        if branch is database.of_fixtures and branch.baseline is database.baseline.top:
            return branch.baseline
        return database.backend.take_image(branch.path, self._new_path("image"))

    def _close_window(self, window: Window) -> None:
        for source, (branch, before) in window.before.items():
            database = self._databases.get(source)
            if database is None:
                continue
            after = database.backend.take_image(branch.path, self._new_path("image"))
            database.baseline.add(window.owner, before, after)
            if branch is database.of_fixtures:
                self._retire_fixture_branch(database)
        window.before.clear()

    def _retire_fixture_branch(self, database: Database) -> None:
        if database.of_fixtures is not None:
            self._retired.append(database.of_fixtures)
            database.of_fixtures = None

    def _note_tables(self, database: Database, branch: Branch) -> None:
        """Remember which tables a test made in a database that has none, for `who_made`."""
        if not database.baseline.top.has_tables:
            for table in database.backend.tables_of(branch.path):
                database.made_by.setdefault(table.lower(), branch.owner.name)
