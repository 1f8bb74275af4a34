"""What the plugin keeps between hooks: the run, and the test that is running."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from freshdb.errors import LeakError
from freshdb.isolation.owners import Owner, set_owner
from freshdb.model import RunFacts
from freshdb.report.terminal import summary_lines
from freshdb.runtime import FreshDB, TestEnd, describe
from freshdb.settings import Settings


class Run:
    """A run in one process."""

    def __init__(self, freshdb: FreshDB) -> None:
        self.freshdb = freshdb
        self.template: Path | None = None
        self._fixtures: dict[pytest.FixtureDef[Any], list[Owner]] = {}
        self._test: RunningTest | None = None
        self._facts = RunFacts()
        self._is_finished = False

    @classmethod
    def start(cls, settings: Settings, rootdir: Path, worker: dict[str, Any] | None) -> Run:
        label = worker["workerid"] if worker is not None else "main"
        template = (worker or {}).get("freshdb_template")
        freshdb = FreshDB(settings, rootdir, label, Path(template) if template else None)
        freshdb.start()
        return cls(freshdb)

    def header(self) -> str:
        return describe(self.freshdb.settings)

    def begin(self, item: pytest.Item, settings: Settings) -> RunningTest:
        owner = self.freshdb.begin_test(item.nodeid, settings)
        self._test = RunningTest(self.freshdb, item, owner, settings)
        return self._test

    @contextlib.contextmanager
    def fixture(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Let a fixture's setup work for the test, or for itself where its scope is wider."""
        if self._test is not None:
            self._test.end_with_its_fixtures()
        if fixturedef.scope == "function" and self._test is not None:
            with _owning_function(fixturedef, "func", self.freshdb, self._test.owner):
                yield
            return
        with self.freshdb.fixture(f"fixture `{fixturedef.argname}` ({fixturedef.scope})") as owner:
            self._fixtures.setdefault(fixturedef, []).append(owner)
            with _owning_function(fixturedef, "func", self.freshdb, owner):
                yield

    def end_fixture(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        for owner in self._fixtures.pop(fixturedef, ()):
            self.freshdb.end_fixture(owner)

    def finish(self) -> None:
        """Stop isolating; the second call does nothing."""
        if not self._is_finished:
            self._is_finished = True
            self._facts += self.freshdb.stop()

    def add(self, packed: dict[str, Any]) -> None:
        """Add what another process of this run had to say."""
        self._facts += RunFacts.unpack(packed)

    def packed_facts(self) -> dict[str, Any]:
        return self._facts.pack()

    def summary(self) -> list[str]:
        return summary_lines(self._facts)


class RunningTest:
    """A test from its setup to the end of its own fixtures."""

    def __init__(
        self, freshdb: FreshDB, item: pytest.Item, owner: Owner, settings: Settings
    ) -> None:
        self.freshdb = freshdb
        self.owner = owner
        self._item = item
        self._settings = settings
        self._ends_with_fixtures = False
        self._has_ended = False
        self._has_failed = False

    def end_with_its_fixtures(self) -> None:
        """End the test when the last of its own fixtures is closed, before wider ones are.

        Finalizers run last in, first out; this one is in before any fixture's.
        """
        if not self._ends_with_fixtures:
            self._ends_with_fixtures = True
            self._item.addfinalizer(self.end)

    def before_teardown(self) -> None:
        if not self._ends_with_fixtures:
            self._item.addfinalizer(self.end)

    def note_failure(self, report: pytest.TestReport) -> None:
        if report.when != "teardown" and self._settings.keep == "failed":
            self._has_failed = True
            if self.freshdb.clones.branches_of_test():
                place = self.freshdb.place_to_keep(self.owner.name)
                report.sections.append(("freshdb", f"this test's database is kept: {place}"))

    def end(self) -> None:
        """End the test; the second call does nothing.

        Raises:
            LeakError: it left something open, and `on_leak` is `fail`.
        """
        if self._has_ended:
            return
        self._has_ended = True
        end = self.freshdb.end_test(self.owner, failed=self._has_failed)
        if end.leaks and self._settings.on_leak == "fail":
            raise _leak_error(end)


@contextlib.contextmanager
def owning(item: pytest.Function, test: RunningTest) -> Iterator[None]:
    """Let an async test function work for its test, in whatever context a plugin runs it."""
    hypothesis = getattr(item.obj, "hypothesis", None)
    if hypothesis is not None:
        with _owning_function(hypothesis, "inner_test", test.freshdb, test.owner):
            yield
        return
    with _owning_function(item, "obj", test.freshdb, test.owner):
        yield


@contextlib.contextmanager
def _owning_function(holder: Any, name: str, freshdb: FreshDB, owner: Owner) -> Iterator[None]:
    """For the block, let the async function `holder.name` become its owner's when it starts.

    anyio runs tests and fixtures in one long-lived task, whose context is that of its first user.
    """
    function = getattr(holder, name)
    if inspect.iscoroutinefunction(function):
        owned: Callable[..., Any] = _owned_coroutine(function, freshdb, owner)
    elif inspect.isasyncgenfunction(function):
        owned = _owned_generator(function, freshdb, owner)
    else:
        yield
        return
    setattr(holder, name, owned)
    try:
        yield
    finally:
        setattr(holder, name, function)


def _owned_coroutine(function: Any, freshdb: FreshDB, owner: Owner) -> Callable[..., Any]:
    @functools.wraps(function)
    async def owned(*args: Any, **kwargs: Any) -> Any:
        _become(freshdb, owner)
        return await function(*args, **kwargs)

    return owned


def _owned_generator(function: Any, freshdb: FreshDB, owner: Owner) -> Callable[..., Any]:
    @functools.wraps(function)
    async def owned(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        _become(freshdb, owner)
        async with contextlib.aclosing(function(*args, **kwargs)) as values:
            async for value in values:
                yield value
                _become(freshdb, owner)

    return owned


def _become(freshdb: FreshDB, owner: Owner) -> None:
    set_owner(owner)
    if freshdb.covering is not None:
        freshdb.covering.workers.note_loop()


def _leak_error(end: TestEnd) -> LeakError:
    lines = "\n".join(f"  {leak}" for leak in end.leaks)
    return LeakError(
        f"the test left something open:\n{lines}",
        hint="close it in the test or its fixture; or set `on_leak` to `report` or `ignore`",
    )


RUN = pytest.StashKey[Run]()
TEST = pytest.StashKey[RunningTest]()
