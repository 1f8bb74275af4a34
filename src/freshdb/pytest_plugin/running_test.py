"""A test, from its setup to the end of its own fixtures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from freshdb.errors import LeakError
from freshdb.isolation.owners import Owner
from freshdb.model import Change, Leak
from freshdb.runtime import FreshDB, TestEnd
from freshdb.settings import Settings


class RunningTest:
    """What the plugin knows of a test that is running.

    Args:
        freshdb: the run, which isolates it.
        item: what pytest knows it by.
        settings: those for this test.

    Attributes:
        isolated: what isolates it.
        closure: the fixtures that it is known to use since it was collected, by name.
        brought_to_light: what its end did; None while it goes on.
    """

    def __init__(self, freshdb: FreshDB, item: pytest.Item, settings: Settings) -> None:
        self._item = item
        self._settings = settings
        info = getattr(item, "_fixtureinfo", None)
        self.closure: Mapping[str, Sequence[pytest.FixtureDef[Any]]]
        self.closure = info.name2fixturedefs if info is not None else {}
        # With those that it asks for in code; known once somebody wants to know.
        self._used: set[pytest.FixtureDef[Any]] | None = None
        self._ends_with_fixtures = False
        self._has_ended = False
        self.brought_to_light: TestEnd | None = None
        self._has_failed = False
        self.isolated = freshdb.begin_test(item.nodeid, settings, self.uses)
        self.owner = self.isolated.owner

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
            for kept in self.isolated.places_to_keep():
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
        self.brought_to_light = end = self.isolated.end(failed=self._has_failed)
        if end.broken is not None:
            raise end.broken
        opened = end.leaks if self._settings.on_leak == "fail" else ()
        if opened or end.faults:
            raise _leak_error(self.owner.name, opened, end.faults)


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
