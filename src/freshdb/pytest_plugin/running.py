"""What the plugin keeps between hooks: the run, and the test that is running."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pytest

from freshdb.errors import LeakError
from freshdb.isolation.owners import Owner, set_owner
from freshdb.isolation.patches import Patches
from freshdb.model import Change, Leak, RunFacts
from freshdb.report.terminal import summary_lines
from freshdb.runtime import FreshDB, TestEnd, describe
from freshdb.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from freshdb.case.case import Case
    from freshdb.pytest_plugin.recording import Recorder
    from freshdb.seeds.find import Seed

RUN = pytest.StashKey["Run"]()
_TEMPLATE = "freshdb_template"
_AS_IT_IS = contextlib.nullcontext()


@dataclass(frozen=True)
class Wishes:
    """What the markers of a test ask for."""

    settings: Settings
    seeds: tuple[Seed, ...]


class Run:
    """A run in one process.

    Attributes:
        test: the running test.
        last_end: what the end of the last test brought to light.
    """

    def __init__(self, freshdb: FreshDB) -> None:
        self.freshdb = freshdb
        self.test: RunningTest | None = None
        self.last_end: TestEnd | None = None
        self.recorder: Recorder | None = None
        self._template: Path | None = None
        self._fixtures: dict[pytest.FixtureDef[Any], list[Owner]] = {}
        # The names of the fixtures of wider scope that have been set up so far.
        self._wide: set[str] = set()
        self._facts = RunFacts()
        self._is_finished = False
        self._patches = Patches()
        self._patches.replace(pytest.FixtureRequest, "getfixturevalue", self._noticing_use())

    @classmethod
    def start(
        cls,
        settings: Settings,
        rootdir: Path,
        worker: dict[str, Any] | None,
        reset_by_others: tuple[str, ...],
    ) -> Run:
        label = worker["workerid"] if worker is not None else "main"
        template = (worker or {}).get(_TEMPLATE)
        freshdb = FreshDB(
            settings, rootdir, label, Path(template) if template else None, reset_by_others
        )
        freshdb.start()
        return cls(freshdb)

    def header(self) -> str:
        return describe(self.freshdb.settings)

    def build_template(self) -> None:
        """Build the template, where a schema is set.

        Raises:
            SchemaError, SettingError, TemplateError: see `FreshDB.build_template`.
        """
        self._template = self.freshdb.build_template()

    def tell_worker(self, told: dict[str, Any]) -> None:
        """Tell another process of this run where the template is."""
        if self._template is not None:
            told[_TEMPLATE] = str(self._template)

    def begin(self, item: pytest.Item, wishes: Wishes | None) -> None:
        freshdb = self.freshdb
        settings = wishes.settings if wishes is not None else freshdb.settings
        self.last_end = None
        self.test = RunningTest(self, item, settings)
        seeds = wishes.seeds if wishes is not None else ()
        if not freshdb.has_template:
            seeds = (*freshdb.seeds, *seeds)
        if seeds:
            self.test.owner.seeds = seeds
            freshdb.seeding.screen = partial(_uncaptured, item.config)

    def fixture(self, fixturedef: pytest.FixtureDef[Any]) -> AbstractContextManager[object]:
        """Return the block in which a fixture's setup works for the test, or for itself.

        It works for itself where its scope is wider.
        """
        test = self.test
        if test is not None:
            test.end_with_its_fixtures()
            self.freshdb.begin_state()
            if test.owns(fixturedef):
                return _owning_function(fixturedef, "func", test.owner)
        return self._wider_fixture(fixturedef)

    @contextlib.contextmanager
    def _wider_fixture(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        name = f"fixture `{fixturedef.argname}` ({fixturedef.scope})"
        is_widest = fixturedef.scope == "session"
        home = self.test.home_of(fixturedef.scope) if self.test is not None else ""
        with self.freshdb.fixture(name, fixturedef, outlives_tests=is_widest, home=home) as owner:
            self._fixtures.setdefault(fixturedef, []).append(owner)
            self._wide.add(fixturedef.argname)
            if self.test is not None:
                self.test.add_fixture(fixturedef)
            with _owning_function(fixturedef, "func", owner):
                yield

    def end_fixture(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        for owner in self._fixtures.pop(fixturedef, ()):
            self.freshdb.end_fixture(owner)

    def _noticing_use(self) -> Callable[..., Any]:
        """Return `FixtureRequest.getfixturevalue` that notes what a test asks for in its code.

        Such a fixture is in no test's closure, and no hook is called for one that has been set up
        before.
        """
        original = pytest.FixtureRequest.getfixturevalue

        @functools.wraps(original)
        def getfixturevalue(request: pytest.FixtureRequest, argname: str) -> Any:
            value = original(request, argname)
            test = self.test
            if test is not None and argname in self._wide and argname not in test.closure:
                self._note_use(test, argname)
            return value

        return getfixturevalue

    def _note_use(self, test: RunningTest, name: str) -> None:
        for fixturedef, owners in self._fixtures.items():
            if fixturedef.argname == name and test.add_fixture(fixturedef):
                for owner in owners:
                    self.freshdb.branches.reveal(owner)

    def differing_rows(self, case: Case) -> list[str]:
        """Return in which rows the running test's tables are not what its case expects."""
        return [line for name in case.expected_rows for line in self._differing_in(case, name)]

    def _differing_in(self, case: Case, name: str) -> list[str]:
        from freshdb.case.table_rows import differing_rows, expected_tables
        from freshdb.seeds.layers import target_in

        branch = self.freshdb.branch_with(name)
        if branch is None:
            return [f"the test has connected to no database with a table `{name}`"]
        target = target_in(branch.backend, branch.place, self.freshdb.known_tables(), {})
        labels = self.freshdb.seeding.labels_in(branch.baseline)

        def differing(connection: Connection) -> list[str]:
            known = target.tables_for(connection, [name])
            (expected,) = (one for one in expected_tables(case, known) if one.table is known[name])
            return differing_rows(case, expected, connection, labels)

        return target.run(differing)

    def finish(self) -> None:
        """Stop isolating; the second call does nothing."""
        if not self._is_finished:
            self._is_finished = True
            self._patches.undo()
            self._facts += self.freshdb.stop()

    def add(self, packed: dict[str, Any]) -> None:
        """Add what another process of this run had to say."""
        self._facts += RunFacts.unpack(packed)

    def packed_facts(self) -> dict[str, Any]:
        return self._facts.pack()

    def note_left_state(self, cache: pytest.Cache) -> None:
        """Note for `freshdb globals` what tests left changed, unless none was looked at."""
        if self._facts.tests_watched:
            from freshdb.state.globals.last_run import CACHE_KEY, pack

            cache.set(CACHE_KEY, pack(self._facts.left))

    def finish_record(self) -> None:
        """Write the end of the record, and the page, where they are asked for."""
        if self.recorder is not None:
            self.recorder.close(self._facts)
            self.recorder = None

    def summary(self, *, is_whole: bool) -> list[str]:
        """Return the summary's lines.

        Args:
            is_whole: whether all of the suite was run, so that what did not occur is of interest.
        """
        ignore = self.freshdb.settings.ignore if is_whole and self._facts.tests_watched else ()
        return summary_lines(self._facts, self.freshdb.rootdir, ignore)


class RunningTest:
    """A test from its setup to the end of its own fixtures.

    Args:
        run: the run that it is a part of.
        item: what pytest knows it by.
        settings: those for this test.

    Attributes:
        closure: the fixtures that it is known to use since it was collected, by name.
    """

    def __init__(self, run: Run, item: pytest.Item, settings: Settings) -> None:
        self._run = run
        self._item = item
        self._settings = settings
        info = getattr(item, "_fixtureinfo", None)
        self.closure: Mapping[str, Sequence[pytest.FixtureDef[Any]]]
        self.closure = info.name2fixturedefs if info is not None else {}
        # With those that it asks for in code; known once somebody wants to know.
        self._used: set[pytest.FixtureDef[Any]] | None = None
        self._ends_with_fixtures = False
        self._has_ended = False
        self._has_failed = False
        self.owner = run.freshdb.begin_test(item.nodeid, settings, self.uses)

    def uses(self, owner: Owner) -> bool:
        """Tell whether the test uses the fixture that `owner` stands for."""
        return owner.fixture is None or owner.fixture in self._fixtures_used()

    def add_fixture(self, fixturedef: pytest.FixtureDef[Any]) -> bool:
        """Add a fixture to those that the test uses, and tell whether it is new."""
        used = self._fixtures_used()
        is_new = fixturedef not in used
        used.add(fixturedef)
        return is_new

    def _fixtures_used(self) -> set[pytest.FixtureDef[Any]]:
        if self._used is None:
            self._used = {fixturedef for defs in self.closure.values() for fixturedef in defs}
        return self._used

    def owns(self, fixturedef: pytest.FixtureDef[Any]) -> bool:
        """Tell whether a fixture ends with the test; a class's does where there is no class."""
        if fixturedef.scope == "class":
            return self._item.getparent(pytest.Class) is None
        return fixturedef.scope == "function"

    def home_of(self, scope: str) -> str:
        """Return the dotted path of the test class or module that such a fixture is for."""
        if scope == "class" and (found := self._item.getparent(pytest.Class)) is not None:
            return f"{found.obj.__module__}.{found.obj.__qualname__}"
        if scope == "module" and (module := self._item.getparent(pytest.Module)) is not None:
            return str(module.obj.__name__)
        return ""

    def end_with_its_fixtures(self) -> None:
        """End the test when the last of its own fixtures is closed, before wider ones are.

        Finalizers run last in, first out; this one is in before any fixture's.
        """
        if not self._ends_with_fixtures:
            self._ends_with_fixtures = True
            # A test that a mark skips is never set up, and pytest takes no finalizer for it.
            if self._item in self._item.session._setupstate.stack:
                self._item.addfinalizer(self.end)

    def note_failure(self, report: pytest.TestReport) -> None:
        if report.when != "teardown" and self._settings.keep == "failed":
            self._has_failed = True
            for kept in self._run.freshdb.places_to_keep():
                look = f"\nlook at it: {kept.look}" if kept.look else ""
                report.sections.append(
                    ("freshdb", f"this test's database is kept: {kept.place}{look}")
                )

    def end(self) -> None:
        """End the test; the second call does nothing.

        Raises:
            LeakError: it left something open, and `on_leak` is `fail`; or it left process state
                changed, and `state` is `fail`.
            RollbackError: its strategy is `rollback`, and it did what that does not undo.
        """
        __tracebackhide__ = True
        if self._has_ended:
            return
        self._has_ended = True
        end = self._run.freshdb.end_test(self.owner, failed=self._has_failed)
        self._run.last_end = end
        if end.broken is not None:
            raise end.broken
        opened = end.leaks if self._settings.on_leak == "fail" else ()
        if opened or end.faults:
            raise _leak_error(self.owner.name, opened, end.faults)


@contextlib.contextmanager
def _uncaptured(config: pytest.Config) -> Iterator[TextIO]:
    """Yield the stream of the run itself, which pytest captures while a test runs."""
    manager = config.pluginmanager.getplugin("capturemanager")
    with manager.global_and_fixture_disabled() if manager is not None else _AS_IT_IS:
        yield sys.stderr


def is_run_elsewhere(function: Any) -> bool:
    """Tell whether a plugin may run a test function in a context of its own."""
    return inspect.iscoroutinefunction(function) or hasattr(function, "hypothesis")


def owning_test(item: pytest.Function, owner: Owner) -> AbstractContextManager[object]:
    """Return the block in which an async test function works for its test, in any context."""
    hypothesis = getattr(item.obj, "hypothesis", None)
    if hypothesis is not None:
        return _owning_function(hypothesis, "inner_test", owner)
    return _owning_function(item, "obj", owner)


def _owning_function(holder: Any, name: str, owner: Owner) -> AbstractContextManager[object]:
    """Return a block in which the async function `holder.name` becomes its owner's when it starts.

    anyio runs tests and fixtures in one long-lived task, whose context is that of its first user.
    """
    function = getattr(holder, name)
    if inspect.iscoroutinefunction(function):
        return _replaced(holder, name, _owned_coroutine(function, owner))
    if inspect.isasyncgenfunction(function):
        return _replaced(holder, name, _owned_generator(function, owner))
    return _AS_IT_IS


@contextlib.contextmanager
def _replaced(holder: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    original = getattr(holder, name)
    setattr(holder, name, function)
    try:
        yield
    finally:
        setattr(holder, name, original)


def _owned_coroutine(function: Any, owner: Owner) -> Callable[..., Any]:
    @functools.wraps(function)
    async def owned(*args: Any, **kwargs: Any) -> Any:
        set_owner(owner)
        return await function(*args, **kwargs)

    return owned


def _owned_generator(function: Any, owner: Owner) -> Callable[..., Any]:
    @functools.wraps(function)
    async def owned(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        set_owner(owner)
        async with contextlib.aclosing(function(*args, **kwargs)) as values:
            async for value in values:
                yield value
                set_owner(owner)

    return owned


def _leak_error(test: str, opened: Sequence[Leak], changes: Sequence[Change]) -> LeakError:
    lines = [str(leak) for leak in opened] + [f"left {change}" for change in changes]
    cures = []
    if opened:
        cures.append(
            "close it in the test or its fixture; or set `on_leak` to `report` or `ignore`"
        )
    if changes:
        cures.append(
            "let the test put it back, for example with `monkeypatch`; or set `state` to "
            "`restore`, or name it in `ignore`"
        )
    listed = "\n".join(f"  {line}" for line in lines)
    return LeakError(f"`{test}`\n{listed}", hint="; ".join(cures))
