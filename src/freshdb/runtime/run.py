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
from freshdb.errors import FreshDBError
from freshdb.isolation.branch import Branch
from freshdb.isolation.branches import Branches
from freshdb.isolation.owners import Owner, OwnerStack, set_owner
from freshdb.model import Change, Image, KeptDatabase, Leak, LeftState, RunFacts, Source, Verb
from freshdb.runtime.awaited import AwaitedSQLAlchemy
from freshdb.runtime.directories import Directories
from freshdb.runtime.endings import NOTHING, TestEnd
from freshdb.runtime.keeping import keep, places_to_keep
from freshdb.runtime.seeds import RunSeeds
from freshdb.runtime.templates import RunTemplates
from freshdb.scoped import APPLICATION, Scope, swap_outermost
from freshdb.sessions import SessionSource
from freshdb.settings import Settings
from freshdb.state.guard import StateGuard, failing
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
        self.state = StateGuard(state_settings(settings, rootdir, reset_by_others), settings.state)
        self._import_window: ExitStack | None = None
        self._test_settings = settings
        self._outer_owner: Owner | None = None
        self._scope = self._outer_scope = APPLICATION
        self._started_s = time.perf_counter()
        self._spent_before_s = 0.0
        self._made_before = 0
        self._facts = RunFacts()
        self._costs_s: list[float] = []
        self._state_costs_s: list[float] = []
        self._has_state_begun = True

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
        return self._facts + RunFacts(
            branches=self.branches.branches_made,
            tests=len(self._costs_s),
            costs_s=tuple(self._costs_s),
            run_s=run_s,
            late_work=tuple(self.owners.refused),
            state_costs_s=tuple(self._state_costs_s),
            matched_ignores=self.state.matched_ignores(),
            servers=tuple(
                filter(None, (backend.describe() for backend in self.backends if backend.is_server))
            ),
            cloned=tuple(self.branches.cloned),
        )

    # Tests

    def begin_test(
        self, name: str, settings: Settings, uses: Callable[[Owner], bool] = lambda fixture: True
    ) -> Owner:
        """Let the context, and what it starts, work for the test `name`.

        Args:
            name: the test's node id.
            settings: those for this test.
            uses: tells which fixtures of wider scope the test uses.
        """
        self._close_import_window()
        self._drop_retired()
        owner = Owner(name, is_test=True, strict=settings.strict, uses=uses)
        self._test_settings = settings
        self._has_state_begun = False
        self.branches.resets = settings.strategy != "clone"
        self.branches.rolls_back = settings.strategy == "rollback"
        self._spent_before_s = self.branches.spent_s
        self._made_before = self.branches.branches_made
        self.owners.push(owner)
        self._outer_owner = set_owner(owner)
        self._scope = Scope(name)
        self._outer_scope = swap_outermost(self._scope)
        covering = self._sqlalchemy.covering
        if covering is not None:
            covering.redirect.is_on = settings.enabled
        return owner

    def begin_state(self) -> None:
        """Take the process state as it is now for what the test starts from, the first time.

        It is called before the test's first fixture: by then pytest has set up its own, such as the
        import of a package's ``__init__.py``.
        """
        if not self._has_state_begun:
            self._has_state_begun = True
            self.state.begin_test(self._test_settings.state)

    def end_test(self, owner: Owner, *, failed: bool) -> TestEnd:
        """Take the test's branches away, refuse its late work, and tell what it left open."""
        started = time.perf_counter()
        owner.end()
        self.owners.remove(owner)
        set_owner(self._outer_owner)
        branches = self.branches.branches_of_test()
        leaks, broken = self._close(owner, branches)
        kept: tuple[KeptDatabase, ...] = ()
        if failed and branches and self._test_settings.keep != "never":
            kept = keep(self.branches, self._directories.kept)
        self.branches.end_test()
        self._drop_retired()
        steps_s: dict[str, float] = {}
        # A database in memory may be gone already, with its engine.
        if branches or self.branches.branches_made > self._made_before:
            spent = self.branches.spent_s - self._spent_before_s + time.perf_counter() - started
            self._costs_s.append(spent)
            steps_s["database"] = spent
        self._scope.forget()
        swap_outermost(self._outer_scope)
        changes: tuple[Change, ...] = ()
        if self._has_state_begun and self.state.is_open:
            started = time.perf_counter()
            changes, opened = self._end_state(owner)
            steps_s["state"] = time.perf_counter() - started
            self._state_costs_s.append(steps_s["state"])
            leaks += opened
        if leaks or kept:
            self._facts += RunFacts(leaks=leaks, kept=kept)
        written = self._sqlalchemy.written
        rows = written.take(owner.name) if written is not None else {}
        if not (steps_s or leaks or rows):
            return NOTHING
        return TestEnd(
            leaks,
            kept,
            changes,
            failing(changes, self._test_settings.state) if changes else (),
            broken,
            tuple(self.branches.undone),
            steps_s,
            rows,
        )

    def _close(
        self, owner: Owner, branches: list[Branch]
    ) -> tuple[tuple[Leak, ...], FreshDBError | None]:
        """Close what a test had open; return that, and what it did that a rollback cannot undo."""
        covering = self._sqlalchemy.covering
        if covering is None:
            return (), None
        covering.redirect.is_on = True
        leaks = covering.end_of(owner, branches, self._test_settings)
        return leaks, covering.broken

    def _end_state(self, owner: Owner) -> tuple[tuple[Change, ...], tuple[Leak, ...]]:
        """Put the process state back; return what the test changed, and what it left open."""
        found = self.state.end_test(self._test_settings.state)
        if not found:
            return (), ()
        changes = tuple(one for one in found if one.verb is not Verb.OPENED)
        if changes:
            self._facts += RunFacts(left=(LeftState(owner.name, changes),))
        if self._test_settings.on_leak == "ignore":
            return changes, ()
        # With SQLAlchemy, `workers` has told of threads and tasks; it knows which are to stay.
        told = ("threads", "tasks") if self._sqlalchemy.covering is not None else ()
        opened = (one for one in found if one.verb is Verb.OPENED and one.kind not in told)
        return changes, tuple(
            Leak(owner.name, one.path.partition(" ")[0], one.after or one.path, "")
            for one in opened
        )

    def places_to_keep(self) -> list[KeptDatabase]:
        """Return where the running test's databases are kept if it fails."""
        return places_to_keep(self.branches.branches_of_test(), self._directories.kept)

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
            self._drop_retired()
            covering = self._sqlalchemy.covering
            if covering is not None:
                covering.workers.forgive()

    def end_fixture(self, owner: Owner) -> None:
        """Take out what a fixture of wider scope has written, and undo what it has changed."""
        owner.end()
        self.branches.end_fixture(owner)
        self._drop_retired()
        changes = self.state.end_fixture(owner)
        if changes:
            self._facts += RunFacts(left=(LeftState(owner.name, changes),))

    def _bottom_of(self, source: Source, backend: Backend) -> Image:
        # Asked of those that are made later: a template is built on a branch.
        return self.templates.bottom_of(source, backend)

    def _close_import_window(self) -> None:
        if self._import_window is not None:
            self._import_window.close()
            self._import_window = None

    def _drop_retired(self) -> None:
        if self.branches.retired:
            self._sqlalchemy.close(self.branches.retired)
            self.branches.drop_retired()
