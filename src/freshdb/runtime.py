"""The one place where the parts are put together: settings in, an isolated run out."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb import workspace
from freshdb._when_imported import WhenImported
from freshdb.backends import PRODUCTS, Backends
from freshdb.errors import FreshDBError
from freshdb.isolation.owners import Owner, OwnerStack, set_owner
from freshdb.isolation.strategy import Branch, Branches
from freshdb.model import (
    Change,
    Image,
    KeptDatabase,
    Leak,
    LeftState,
    Place,
    RunFacts,
    Source,
    Verb,
)
from freshdb.scoped import APPLICATION, Scope, swap_outermost
from freshdb.sessions import SessionSource, project_modules, urls_of_engines
from freshdb.settings import Settings
from freshdb.state.guard import StateGuard, failing
from freshdb.state.run_settings import state_settings
from freshdb.templates.schema import Schema, find_schema

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import URL, Engine

    from freshdb.backends import Backend
    from freshdb.isolation.covering import Covering
    from freshdb.isolation.written import WrittenRows
    from freshdb.seeds.find import Seed
    from freshdb.seeds.layers import SeedLayers


@dataclass(frozen=True)
class TestEnd:
    """What the end of a test brought to light.

    Attributes:
        leaks: what it left open.
        kept: its databases, if they are kept.
        changes: the process state that it left changed.
        faults: those of the changes that it is to fail for.
        broken: what it did and a rollback does not undo, where that is its strategy.
        undone: how its branches became pristine again, each with the reason if there is one.
        steps_s: what isolation took, by step.
        rows: rows written, by table, where a record is made.
    """

    leaks: tuple[Leak, ...]
    kept: tuple[KeptDatabase, ...]
    changes: tuple[Change, ...] = ()
    faults: tuple[Change, ...] = ()
    broken: FreshDBError | None = None
    undone: tuple[tuple[str, str], ...] = ()
    steps_s: Mapping[str, float] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)


NOTHING = TestEnd((), ())


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
        # Whether templates are built, in which the rows of `seeds` are then.
        self.has_template = settings.schema is not None
        self._label = label
        self._templates: dict[Backend, Image] = {}
        self._template = Image(template, has_tables=True) if template is not None else None
        self._run = Owner("the run")
        self.owners = OwnerStack(self._run)
        self.backends = Backends(
            settings, self._new_path, label, workspace.name_of_project(rootdir)
        )
        self.branches = Branches(self.owners, self._bottom_of, resets=settings.strategy != "clone")
        self.branches.seeded = self._seeded
        self.branches.is_told_at_once = settings.is_recorded
        self.covering: Covering | None = None
        self.written: WrittenRows | None = None
        self.state = StateGuard(state_settings(settings, rootdir, reset_by_others), settings.state)
        self._imports: list[WhenImported] = []
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
        self._imports = [
            WhenImported("sqlalchemy", self._cover),
            WhenImported("sqlalchemy.orm", self._cover_orm),
        ]

    def check(self) -> Schema | None:
        """Return the schema that is set up, if one is.

        Raises:
            SchemaError: the setting names nothing that makes tables.
            SettingError: the directory for branches cannot be written.
        """
        if self.settings.directory is not None:
            self._base  # noqa: B018  # a directory that cannot be written is told before any test
        if self.settings.schema is None:
            return None
        return find_schema(self.settings.schema, self.rootdir, self.settings.source_of("schema"))

    def build_template(self) -> Path | None:
        """Build the template of this run, and return its path; None where no schema is set.

        Raises:
            SchemaError, SettingError: see `check`.
            TemplateError: the build failed.
        """
        schema = self.check()
        if schema is None:
            return None
        products = self._products_in_use()
        if not products:
            self._build_where_it_leads(schema)
        for product, url in products:
            backend = self.backends.of_product(product)
            self._templates[backend] = self._built(schema, backend, url)
        self._template = self._templates.get(self.backends.of_product("sqlite"))
        return self._template.place if self._template is not None else None

    def _build_where_it_leads(self, schema: Schema) -> None:
        """Build a template before any engine is known: for SQLite, unless it leads elsewhere.

        Alembic's `env.py`, for one, may be the first to make an engine.
        """
        backend = self.backends.of_product("sqlite")
        try:
            self._templates[backend] = self._built(schema, backend, None)
        except FreshDBError as error:
            other = self.branches.led_elsewhere
            if other is not None:
                self._templates[other] = self._built(schema, other, None)
                return
            if schema.script is not None:
                error.hint = (
                    f"{error.hint}. No engine of the application was known yet, so it was built "
                    "for SQLite; let `conftest.py` import the application if it is on another "
                    "product"
                )
            raise

    @cached_property
    def seeds(self) -> tuple[Seed, ...]:
        """The seeds of every test: those of the setting `seed`.

        Raises:
            SeedError, DataFileError: one of them is nothing that makes rows.
        """
        if not self.settings.seed:
            return ()
        from freshdb.seeds.find import find_seeds

        source = f"from {self.settings.source_of('seed')}"
        return find_seeds(self.settings.seed, self.rootdir, self.rootdir, source)

    @cached_property
    def seeding(self) -> SeedLayers:
        """What puts seeds on top of baselines."""
        from freshdb.seeds.layers import SeedLayers

        return SeedLayers(lambda: self.state.unnoticed(self._test_settings.state))

    def _seeded(self, image: Image, backend: Backend, seeds: Sequence[Seed]) -> Image:
        return self.seeding.on_top_of(image, backend, seeds, self.tables)

    def check_seeds(self, seeds: Sequence[Seed]) -> None:
        """Plan seeds as far as that can be done without a database.

        Raises:
            DataFileError: rows do not fit the project's tables, or each other.
        """
        from freshdb.seeds.plan import plan

        tables = self.known_tables()
        if not tables:
            return
        if self._template is None:
            seeds, labels = (*self.seeds, *seeds), {}
        else:
            labels = self.seeding.labels_in(self._template)
        plan([row for seed in seeds for row in seed.rows()], tables, labels)

    def known_tables(self) -> Mapping[str, Table]:
        """Return the tables of the project's metadata and those of the template, by name."""
        tables = self.tables()
        if self._template is None:
            return tables
        sqlite = self.backends.of_product("sqlite")
        return self.seeding.with_reflected(self._template, sqlite, tables)

    def branch_with(self, table: str) -> Branch | None:
        """Return the running test's branch that has a table; None if it has connected to none."""
        for branch in self.branches.branches_of_test():
            if table.rpartition(".")[2] in branch.backend.tables_of(branch.place):
                # Somebody else is about to look into it.
                branch.is_unsafe = True
                return branch
        return None

    def tables(self) -> dict[str, Table]:
        """Return the tables that the project's modules know, by name."""
        from freshdb.seeds.target import project_tables

        return project_tables(project_modules(self.rootdir))

    def stop(self) -> RunFacts:
        """End: close and remove everything, and return what there is to say."""
        self._close_import_window()
        for waiting in self._imports:
            waiting.stop()
        self.state.stop()
        self.branches.settle()
        facts = self.facts()
        if self.covering is not None:
            self.covering.stop(self.branches)
            self.covering = None
        if self.written is not None:
            self.written.stop()
            self.written = None
        self.backends.close()
        if "_workspace" in vars(self):
            self._workspace.close()
            del self._workspace
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
        if self.covering is not None:
            self.covering.redirect.is_on = settings.enabled
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
        kept = self._keep(branches) if failed and branches else ()
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
        rows = self.written.take(owner.name) if self.written is not None else {}
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
        if self.covering is None:
            return (), None
        self.covering.redirect.is_on = True
        leaks = self.covering.end_of(owner, branches, self._test_settings)
        return leaks, self.covering.broken

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
        # With SQLAlchemy, `closing` has told of threads and tasks; it knows which are to stay.
        told = ("threads", "tasks") if self.covering is not None else ()
        opened = (one for one in found if one.verb is Verb.OPENED and one.kind not in told)
        return changes, tuple(
            Leak(owner.name, one.path.partition(" ")[0], one.after or one.path, "")
            for one in opened
        )

    def places_to_keep(self) -> list[KeptDatabase]:
        """Return where the running test's databases are kept if it fails."""
        return [
            branch.backend.place_to_keep(branch.place, name, self._kept)
            for branch, name in _names_to_keep(self.branches.branches_of_test())
        ]

    def branch_of(self, engine: Engine) -> Branch:
        """Return the running test's branch of the database that an engine leads to."""
        assert self.covering is not None
        return self.covering.redirect.branch_of(engine)

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
                self._isolation(on=True),
                self.branches.window(owner),
                self.state.fixture(owner, name, is_told=not outlives_tests, home=home),
            ):
                yield owner
        finally:
            swap_outermost(scope)
            set_owner(previous)
            self.owners.remove(owner)
            self._drop_retired()
            if self.covering is not None:
                self.covering.workers.forgive()

    def end_fixture(self, owner: Owner) -> None:
        """Take out what a fixture of wider scope has written, and undo what it has changed."""
        owner.end()
        self.branches.end_fixture(owner)
        self._drop_retired()
        changes = self.state.end_fixture(owner)
        if changes:
            self._facts += RunFacts(left=(LeftState(owner.name, changes),))

    # What they need

    @contextlib.contextmanager
    def _isolation(self, *, on: bool) -> Iterator[None]:
        redirect = self.covering.redirect if self.covering is not None else None
        was_on = redirect.is_on if redirect is not None else on
        if redirect is not None:
            redirect.is_on = on
        try:
            yield
        finally:
            if redirect is not None:
                redirect.is_on = was_on

    def _cover(self) -> None:
        from freshdb.isolation.covering import Covering

        self.covering = Covering(self.owners, self.branches, self.backends, self.settings)
        self.covering.start()
        if self.settings.is_recorded:
            from freshdb.isolation.written import WrittenRows

            self.written = WrittenRows(self.owners)
            self.written.start()

    def _cover_orm(self) -> None:
        if self.covering is not None:
            self.covering.redirect.start_orm()

    def _close_import_window(self) -> None:
        if self._import_window is not None:
            self._import_window.close()
            self._import_window = None

    def _drop_retired(self) -> None:
        if self.branches.retired:
            if self.covering is not None:
                self.covering.closer.close(self.branches.retired)
            self.branches.drop_retired()

    @cached_property
    def _base(self) -> Path:
        return workspace.find_base(self.settings.directory, self.settings.source_of("directory"))

    @cached_property
    def _workspace(self) -> workspace.Workspace:
        made = workspace.Workspace(self._base, self._label)
        workspace.sweep_kept(self._kept)
        return made

    @cached_property
    def _kept(self) -> Path:
        return workspace.kept_directory(self.rootdir)

    def _new_path(self, kind: str) -> Path:
        return self._workspace.new_path(kind)

    def _bottom_of(self, source: Source, backend: Backend) -> Image:
        """Return what a source starts from before any fixture has written."""
        of_a_test = self.covering is not None and source in self.covering.redirect.sources_of_tests
        if of_a_test or self.settings.schema is None:
            return backend.build_from(source)
        if not backend.is_server and self._template is not None:
            return self._template
        if backend not in self._templates:
            schema = self.check()
            assert schema is not None
            self._templates[backend] = self._built(schema, backend, None)
        return self._templates[backend]

    def _products_in_use(self) -> list[tuple[str, URL | None]]:
        """Return the products that the application has engines for by now.

        A server's template is built when its first engine is known, by whichever process needs it.
        """
        urls = self.covering.redirect.engines.urls() if self.covering is not None else []
        # Those that a conftest has imported were made before freshdb could note them.
        urls += urls_of_engines(self.rootdir)
        found = {url.get_backend_name(): url for url in urls}
        return [(name, found[name]) for name in PRODUCTS if name in found]

    def _built(self, schema: Schema, backend: Backend, url: URL | None) -> Image:
        from freshdb.templates.build import build_template

        image = build_template(
            schema, backend, self._leading_to, url=url, rebuild=self.settings.rebuild
        )
        return self._seeded(image, backend, self.seeds) if self.seeds else image

    @contextlib.contextmanager
    def _leading_to(self, place: Place, backend: Backend) -> Iterator[None]:
        with self.branches.diverted(place, backend) as made:
            try:
                yield
            finally:
                if self.covering is not None:
                    self.covering.closer.close(made)

    def _keep(self, branches: list[Branch]) -> tuple[KeptDatabase, ...]:
        if self._test_settings.keep == "never":
            return ()
        return tuple(
            self.branches.keep(branch, name, self._kept)
            for branch, name in _names_to_keep(branches)
        )


def _names_to_keep(branches: list[Branch]) -> Iterator[tuple[Branch, str]]:
    """Yield a test's branches with the names that they are kept by: the test's, where it has one.

    Each of several is told by its database, too.
    """
    for branch in branches:
        database = branch.source.name.rpartition("/")[2]
        yield branch, branch.owner.name + (f" on {database}" if len(branches) > 1 else "")


def describe(settings: Settings) -> str:
    """Return the header line: strategy, where branches live, where the schema came from."""
    if not settings.enabled:
        return f"freshdb: off (from {settings.source_of('enabled')})"
    base = workspace.choose_base(settings.directory)
    schema = (
        f"schema {settings.schema} (from {settings.source_of('schema')})"
        if settings.schema is not None
        else "schema from import-time code and wider fixtures"
    )
    strict = ", strict" if settings.strict else ""
    database = f"strategy {settings.strategy}, branches in {base}, {schema}{strict}"
    return f"freshdb: {database}; process state: {settings.state}"
