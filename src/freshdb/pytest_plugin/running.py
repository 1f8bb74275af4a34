"""What the plugin keeps between hooks: the run, and the test that is running."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

END = pytest.StashKey[TestEnd]()
"""What the end of an item's test brought to light."""


class Run:
    """A run in one process."""

    def __init__(self, freshdb: FreshDB) -> None:
        self.freshdb = freshdb
        self.template: Path | None = None
        self._fixtures: dict[pytest.FixtureDef[Any], list[Owner]] = {}
        self._test: RunningTest | None = None
        self._facts = RunFacts()
        self.recorder: Recorder | None = None
        self._is_finished = False
        self._patches = Patches()
        self._patches.replace(pytest.FixtureRequest, "getfixturevalue", _noticing(self.use))

    @classmethod
    def start(
        cls,
        settings: Settings,
        rootdir: Path,
        worker: dict[str, Any] | None,
        reset_by_others: tuple[str, ...],
    ) -> Run:
        label = worker["workerid"] if worker is not None else "main"
        template = (worker or {}).get(TEMPLATE)
        freshdb = FreshDB(
            settings, rootdir, label, Path(template) if template else None, reset_by_others
        )
        freshdb.start()
        return cls(freshdb)

    def header(self) -> str:
        return describe(self.freshdb.settings)

    def begin(self, item: pytest.Item, settings: Settings) -> RunningTest:
        used = FixturesInUse(item)
        owner = self.freshdb.begin_test(item.nodeid, settings, used)
        self._test = RunningTest(self.freshdb, item, owner, settings, used)
        return self._test

    @contextlib.contextmanager
    def fixture(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Let a fixture's setup work for the test, or for itself where its scope is wider."""
        if self._test is not None:
            self._test.end_with_its_fixtures()
            self.freshdb.begin_state()
        if self._test is not None and self._test.owns(fixturedef):
            with _owning_function(fixturedef, "func", self._test.owner):
                yield
            return
        name = f"fixture `{fixturedef.argname}` ({fixturedef.scope})"
        is_widest = fixturedef.scope == "session"
        with self.freshdb.fixture(name, fixturedef, outlives_tests=is_widest) as owner:
            self._fixtures.setdefault(fixturedef, []).append(owner)
            if self._test is not None:
                self._test.used.add(fixturedef)
            with _owning_function(fixturedef, "func", owner):
                yield

    def end_fixture(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        for owner in self._fixtures.pop(fixturedef, ()):
            self.freshdb.end_fixture(owner)

    def use(self, name: str) -> None:
        """Note that the running test has asked for a fixture by its name, in its code."""
        test = self._test
        if test is None or not self._fixtures:
            return
        for fixturedef, owners in self._fixtures.items():
            if fixturedef.argname == name and test.used.add(fixturedef):
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


class FixturesInUse:
    """Which fixtures a test uses: those in its closure, and those it asks for in code."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item

    @functools.cached_property
    def _used(self) -> set[pytest.FixtureDef[Any]]:
        info = getattr(self._item, "_fixtureinfo", None)
        by_name = info.name2fixturedefs if info is not None else {}
        return {fixturedef for defs in by_name.values() for fixturedef in defs}

    def __call__(self, owner: Owner) -> bool:
        return owner.fixture is None or owner.fixture in self._used

    def add(self, fixturedef: pytest.FixtureDef[Any]) -> bool:
        """Add a fixture, and tell whether it is new."""
        if fixturedef in self._used:
            return False
        self._used.add(fixturedef)
        return True


class RunningTest:
    """A test from its setup to the end of its own fixtures."""

    def __init__(
        self,
        freshdb: FreshDB,
        item: pytest.Item,
        owner: Owner,
        settings: Settings,
        used: FixturesInUse,
    ) -> None:
        self.freshdb = freshdb
        self.owner = owner
        self.used = used
        self._item = item
        self._settings = settings
        self._ends_with_fixtures = False
        self._has_ended = False
        self._has_failed = False

    def owns(self, fixturedef: pytest.FixtureDef[Any]) -> bool:
        """Tell whether a fixture ends with the test; a class's does where there is no class."""
        if fixturedef.scope == "class":
            return self._item.getparent(pytest.Class) is None
        return fixturedef.scope == "function"

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
            for kept in self.freshdb.places_to_keep():
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
        end = self.freshdb.end_test(self.owner, failed=self._has_failed)
        self._item.stash[END] = end
        if end.broken is not None:
            raise end.broken
        opened = end.leaks if self._settings.on_leak == "fail" else ()
        if opened or end.faults:
            raise _leak_error(self.owner.name, opened, end.faults)


def _noticing(use: Callable[[str], None]) -> Callable[..., Any]:
    """Return `FixtureRequest.getfixturevalue`, followed by `use` with the fixture's name.

    A fixture that is asked for in code is in no test's closure, and no hook is called for one that
    has been set up before.
    """
    original = pytest.FixtureRequest.getfixturevalue

    @functools.wraps(original)
    def getfixturevalue(self: pytest.FixtureRequest, argname: str) -> Any:
        value = original(self, argname)
        use(argname)
        return value

    return getfixturevalue


def may_be_async(function: Any) -> bool:
    """Tell whether a plugin may run a test function in a context of its own."""
    return inspect.iscoroutinefunction(function) or hasattr(function, "hypothesis")


@contextlib.contextmanager
def owning(item: pytest.Function, test: RunningTest | None) -> Iterator[None]:
    """Let an async test function work for its test, in whatever context a plugin runs it."""
    if test is None:
        yield
        return
    hypothesis = getattr(item.obj, "hypothesis", None)
    if hypothesis is not None:
        with _owning_function(hypothesis, "inner_test", test.owner):
            yield
        return
    with _owning_function(item, "obj", test.owner):
        yield


@contextlib.contextmanager
def _owning_function(holder: Any, name: str, owner: Owner) -> Iterator[None]:
    """For the block, let the async function `holder.name` become its owner's when it starts.

    anyio runs tests and fixtures in one long-lived task, whose context is that of its first user.
    """
    function = getattr(holder, name)
    if inspect.iscoroutinefunction(function):
        owned: Callable[..., Any] = _owned_coroutine(function, owner)
    elif inspect.isasyncgenfunction(function):
        owned = _owned_generator(function, owner)
    else:
        yield
        return
    setattr(holder, name, owned)
    try:
        yield
    finally:
        setattr(holder, name, function)


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


TEMPLATE = "freshdb_template"
RUN = pytest.StashKey[Run]()
TEST = pytest.StashKey[RunningTest]()
