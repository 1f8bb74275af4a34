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

    __slots__ = ("__weakref__", "baseline", "owner", "path", "records", "source")

    def __init__(self, source: Source, path: Path, owner: Owner, baseline: Image) -> None:
        self.source = source
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
        self.inherited_schema: tuple[str, ...] = ()
        self.inherited_from = ""
        self.was_disposed = False

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
        self._retired: list[tuple[Backend, Branch]] = []
        self._diversion: Branch | None = None
        self.on_notice: Callable[[str], None] = lambda text: None
        self.branches_made = 0
        self.spent_s = 0.0

    @property
    def databases(self) -> tuple[Database, ...]:
        return tuple(self._databases.values())

    def branch_for(self, source: Source, backend: Backend) -> Branch:
        """Return the branch that stands in for `source` now, made if it is the first to ask."""
        if self._diversion is not None:
            return self._diversion
        database = self._databases.get(source)
        if database is None:
            database = self._open(source, backend)
        database.was_disposed = False
        branch = database.of_test
        if branch is None:
            branch = self._next_branch(database)
        if self._windows and source not in self._windows[-1].before:
            self._windows[-1].before[source] = (branch, self._image_of(branch, database))
        return branch

    def branches_of_test(self) -> list[Branch]:
        """Return the branches that the running test has caused to be made."""
        return [database.of_test for database in self.databases if database.of_test is not None]

    def end_test(self) -> None:
        """Let go of the test's branches; `drop_retired` removes their files."""
        for database in self.databases:
            if database.of_test is not None:
                self._inherit_schema(database, database.of_test)
                self._retired.append((database.backend, database.of_test))
                database.of_test = None

    @property
    def retired(self) -> list[Branch]:
        """The branches that nothing is sent to any more and that still have files."""
        return [branch for _, branch in self._retired]

    def drop_retired(self) -> None:
        """Remove the files of the retired branches."""
        for backend, branch in self._retired:
            backend.drop_branch(branch.path)
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
    def diverted(self, source: Source, path: Path) -> Iterator[Branch]:
        """Send every connection in the block to one file: a template that is being built."""
        branch = Branch(source, path, self._owners.innermost, Image(path, has_tables=False))
        self._diversion = branch
        try:
            yield branch
        finally:
            self._diversion = None

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
        """Note that an engine was disposed of; its private memory goes, as it does without freshdb."""
        database = self._databases.get(source)
        if database is None:
            return
        database.was_disposed = True
        if source.kind is SourceKind.PRIVATE_MEMORY and database.of_test is not None:
            self._retired.append((database.backend, database.of_test))
            database.of_test = None

    def drop_database(self, source: Source) -> None:
        """Drop everything of a source whose engine no longer exists."""
        database = self._databases.pop(source, None)
        if database is not None:
            self._retired.extend((database.backend, branch) for branch in database.live)

    def _open(self, source: Source, backend: Backend) -> Database:
        baseline = Baseline(backend, self._bottom_of(source, backend), self._new_path)
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
        self._use_inherited_schema(database)
        top = database.baseline.top
        branch = Branch(database.source, self._new_path(kind), self._owners.innermost, top)
        database.backend.make_branch(top, branch.path)
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
            self._retired.append((database.backend, database.of_fixtures))
            database.of_fixtures = None

    def _inherit_schema(self, database: Database, branch: Branch) -> None:
        """Remember the tables that a test made in a database that has none in its baseline.

        An application that makes its tables when it is first used, and only then, would find none
        in the next test. Its rows are the test's own and go.
        """
        if database.baseline.top.has_tables or database.was_disposed:
            return
        read_schema = getattr(database.backend, "schema_of", None)
        if read_schema is not None:
            database.inherited_schema = read_schema(branch.path)
            database.inherited_from = branch.owner.name

    def _use_inherited_schema(self, database: Database) -> None:
        if not database.inherited_schema or database.baseline.has_pieces:
            return
        build: Any = database.backend
        image = build.build_from_statements(database.inherited_schema, self._new_path("image"))
        database.baseline.replace_bottom(image)
        database.inherited_schema = ()
        self.on_notice(
            f"{database.source} had no tables until `{database.inherited_from}` made them: later "
            "tests start with these tables and without its rows"
        )
