"""A run in one process: its start and end, and what happens around each test and fixture."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb import workspace
from freshdb.backends import Backends
from freshdb.isolation.branches.branch import Branch
from freshdb.isolation.branches.branches import Branches
from freshdb.isolation.owners import Owner, OwnerStack, set_owner
from freshdb.model import Image, LeftState, RunFacts, Source
from freshdb.runtime.awaited import AwaitedSQLAlchemy
from freshdb.runtime.directories import Directories
from freshdb.runtime.seeds import RunSeeds
from freshdb.runtime.templates import RunTemplates
from freshdb.runtime.tests import IsolatedTest, Parts, Tally
from freshdb.scoped import APPLICATION, swap_outermost
from freshdb.sessions import SessionSource
from freshdb.settings import Settings
from freshdb.state.guard import StateGuard
from freshdb.state.run_settings import state_settings

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import Engine

    from freshdb.backends import Backend
    from freshdb.seeds.find import Seed


class FreshDB:
    """Isolation in one process of a run.

    Args:
        settings: what is asked for.
        rootdir: the project's root directory.
        label: names the process in its directory, for example the xdist worker.
        template: the template that another process of this run has built.
        reset_by_others: probes of state that another plugin resets for each test.

    Raises:
        SettingError: a setting about process state cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        rootdir: Path,
        label: str = "main",
        template: Path | None = None,
        reset_by_others: tuple[str, ...] = (),
    ) -> None:
        self.settings = settings
        self.rootdir = rootdir
        self._directories = Directories(settings, rootdir, label)
        self._run = Owner("the run")
        self.owners = OwnerStack(self._run)
        self.backends = Backends(
            settings, self._directories.new_path, label, workspace.name_of_project(rootdir)
        )
        self.branches = Branches(self.owners, self._bottom_of, resets=settings.strategy != "clone")
        self._sqlalchemy = AwaitedSQLAlchemy(self.owners, self.branches, self.backends, settings)
        self.seeds = RunSeeds(
            settings,
            rootdir,
            self.backends,
            lambda: self.state.unnoticed(self._test_settings.state),
        )
        self.templates = RunTemplates(
            settings,
            rootdir,
            self.backends,
            self.branches,
            self._sqlalchemy,
            self.seeds,
            template,
        )
        self.branches.seeded = self.seeds.on_top_of
        self.branches.is_told_at_once = settings.is_recorded
        self.state = StateGuard(
            state_settings(settings, rootdir, reset_by_others, self.backends.peers), settings.state
        )
        self._import_window: ExitStack | None = None
        self._test_settings = settings
        self._started_s = time.perf_counter()
        self._tally = Tally()
        self._parts = Parts(
            self.owners,
            self.branches,
            self._sqlalchemy,
            self.state,
            self._directories,
            self._tally,
        )

    # The run

    def start(self) -> None:
        """Begin: what import-time code writes from here on is the outermost layer."""
        self._import_window = ExitStack()
        self._import_window.enter_context(self.branches.window(self._run))
        self._sqlalchemy.start()

    def build_template(self) -> Path | None:
        """Build the templates of this run; return the file's path, if one of them is.

        Raises:
            SchemaError: the setting names nothing that makes tables.
            SettingError: the directory for branches cannot be written.
            TemplateError: the build failed.
        """
        # A directory that cannot be written is told before any test.
        self._directories.check()
        return self.templates.build()

    def check_seeds(self, seeds: Sequence[Seed]) -> None:
        """Plan seeds as far as that can be done without a database.

        Raises:
            DataFileError: rows do not fit the project's tables, or each other.
        """
        self.seeds.check(seeds, self.templates.of_files)

    def known_tables(self) -> Mapping[str, Table]:
        """Return the tables of the project's metadata and those of the template, by name."""
        return self.seeds.tables(self.templates.of_files)

    def stop(self) -> RunFacts:
        """End: close and remove everything, and return what there is to say."""
        self._close_import_window()
        self._sqlalchemy.stop_waiting()
        self.state.stop()
        self.branches.settle()
        facts = self.facts()
        self._sqlalchemy.stop()
        self.backends.close()
        self._directories.close()
        return facts

    def facts(self) -> RunFacts:
        """Return what this process has to say so far."""
        run_s = time.perf_counter() - self._started_s
        return self._tally.facts + RunFacts(
            branches=self.branches.branches_made,
            tests=len(self._tally.costs_s),
            costs_s=tuple(self._tally.costs_s),
            run_s=run_s,
            late_work=tuple(self.owners.refused),
            state_costs_s=tuple(self._tally.state_costs_s),
            matched_ignores=self.state.matched_ignores(),
            servers=tuple(
                filter(None, (backend.describe() for backend in self.backends if backend.is_server))
            ),
            cloned=tuple(self.branches.cloned),
        )

    # Tests

    def begin_test(
        self, name: str, settings: Settings, uses: Callable[[Owner], bool] = lambda fixture: True
    ) -> IsolatedTest:
        """Let the context, and what it starts, work for the test `name` until it is ended.

        Args:
            name: the test's node id.
            settings: those for this test.
            uses: tells which fixtures of wider scope the test uses.
        """
        self._close_import_window()
        self._sqlalchemy.drop_retired()
        test = IsolatedTest(name, settings, uses, self._parts)
        self._test_settings = settings
        return test

    def branch_of(self, engine: Engine) -> Branch:
        """Return the running test's branch of the database that an engine leads to."""
        covering = self._sqlalchemy.covering
        assert covering is not None
        return covering.redirect.branch_of(engine)

    def branch_with(self, table: str) -> Branch | None:
        """Return the running test's branch that has a table; None if it has connected to none."""
        for branch in self.branches.branches_of_test():
            if table.rpartition(".")[2] in branch.backend.tables_of(branch.place):
                # Somebody else is about to look into it.
                branch.is_unsafe = True
                return branch
        return None

    @cached_property
    def sessions(self) -> SessionSource:
        """Sessions made the way the application makes them."""
        settings = self.settings
        return SessionSource(settings.session, settings.source_of("session"), self.rootdir)

    # Fixtures

    @contextlib.contextmanager
    def fixture(
        self, name: str, fixture: object = None, *, outlives_tests: bool = False, home: str = ""
    ) -> Iterator[Owner]:
        """Set up a fixture of wider scope than a test: what it writes is a layer of its own.

        Args:
            name: what messages call it.
            fixture: what the test runner knows it by.
            outlives_tests: whether no test comes after it, so that it need not clean up.
            home: the dotted path of the class or module that it is for, whose attributes are its
                to set.
        """
        self._close_import_window()
        owner = Owner(name, fixture=fixture)
        self.owners.push(owner)
        previous = set_owner(owner)
        scope = swap_outermost(APPLICATION)
        try:
            # Also where the test that needs the fixture has opted out: others use it too.
            with (
                self._sqlalchemy.isolating(),
                self.branches.window(owner),
                self.state.fixture(owner, name, is_told=not outlives_tests, home=home),
            ):
                yield owner
        finally:
            swap_outermost(scope)
            set_owner(previous)
            self.owners.remove(owner)
            self._sqlalchemy.drop_retired()
            covering = self._sqlalchemy.covering
            if covering is not None:
                covering.workers.forgive()

    def end_fixture(self, owner: Owner) -> None:
        """Take out what a fixture of wider scope has written, and undo what it has changed."""
        owner.end()
        self.branches.end_fixture(owner)
        self._sqlalchemy.drop_retired()
        changes = self.state.end_fixture(owner)
        if changes:
            self._tally.facts += RunFacts(left=(LeftState(owner.name, changes),))

    def _bottom_of(self, source: Source, backend: Backend) -> Image:
        # Asked of those that are made later: a template is built on a branch.
        return self.templates.bottom_of(source, backend)

    def _close_import_window(self) -> None:
        if self._import_window is not None:
            self._import_window.close()
            self._import_window = None
