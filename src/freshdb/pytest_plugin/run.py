"""What the plugin keeps between hooks."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pytest

from freshdb.isolation.owners import Owner
from freshdb.isolation.patches import Patches
from freshdb.model import RunFacts
from freshdb.pytest_plugin.owning import owning_function
from freshdb.pytest_plugin.running_test import RunningTest
from freshdb.pytest_plugin.wishes import Wishes
from freshdb.runtime import FreshDB, TestEnd, describe
from freshdb.settings import Settings

if TYPE_CHECKING:
    from freshdb.pytest_plugin.recording import Recorder

RUN = pytest.StashKey["Run"]()
_TEMPLATE = "freshdb_template"


class Run:
    """A run in one process.

    Attributes:
        test: the running test.
    """

    def __init__(self, freshdb: FreshDB) -> None:
        self.freshdb = freshdb
        self.test: RunningTest | None = None
        self._last: RunningTest | None = None
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
        self.test = self._last = RunningTest(freshdb, item, settings)
        seeds = wishes.seeds if wishes is not None else ()
        if not freshdb.templates.are_wanted:
            seeds = (*freshdb.seeds.of_every_test, *seeds)
        if seeds:
            self.test.owner.seeds = seeds
            freshdb.seeds.layers.screen = partial(_uncaptured, item.config)

    @property
    def last_end(self) -> TestEnd | None:
        """What the end of the last test has brought to light; None while it goes on."""
        return self._last.brought_to_light if self._last is not None else None

    def fixture(self, fixturedef: pytest.FixtureDef[Any]) -> AbstractContextManager[object]:
        """Return the block in which a fixture's setup works for the test, or for itself.

        It works for itself where its scope is wider.
        """
        test = self.test
        if test is not None:
            test.end_with_its_fixtures()
            test.isolated.begin_state()
            if test.owns(fixturedef):
                return owning_function(fixturedef, "func", test.owner)
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
            with owning_function(fixturedef, "func", owner):
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
        from freshdb.report.terminal import summary_lines

        ignore = self.freshdb.settings.ignore if is_whole and self._facts.tests_watched else ()
        return summary_lines(self._facts, self.freshdb.rootdir, ignore)


@contextlib.contextmanager
def _uncaptured(config: pytest.Config) -> Iterator[TextIO]:
    """Yield the stream of the run itself, which pytest captures while a test runs."""
    manager = config.pluginmanager.getplugin("capturemanager")
    with manager.global_and_fixture_disabled() if manager is not None else contextlib.nullcontext():
        yield sys.stderr
