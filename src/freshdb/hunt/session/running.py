"""Run chosen tests of the collected suite through pytest's own protocol, in this process."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest

from freshdb.hunt.session.collecting import Collected
from freshdb.hunt.trials import Outcome

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_LONGEST = 300


class Runner:
    """Runs tests one by one, and holds back what closes wider fixtures until it knows what follows.

    A failure while wider fixtures are closed is nobody's in particular: it would be blamed on
    whichever test happens to be the last.

    Args:
        collected: the suite.
        note_start: called when a test's own part begins, its wider fixtures set up.
    """

    def __init__(self, collected: Collected, note_start: Callable[[], object]) -> None:
        self._items = collected.items
        self._note_start = note_start
        self._reports: list[Any] = []
        self._has_started = False
        self._state: Any = collected.session._setupstate
        self._teardown_exact = self._state.teardown_exact
        self._state.teardown_exact = self._teardown_own
        self.wider: list[str] = []
        collected.config.pluginmanager.register(self, "freshdb-hunt-runner")

    def run(self, place: int, following: int | None) -> Outcome:
        """Run a test but for the end of its wider fixtures."""
        item = self._items[place]
        self._reports, self._has_started = [], False
        item.session.shouldstop = item.session.shouldfail = False
        nextitem = None if following is None else self._items[following]
        began = time.perf_counter()
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        except (Exception, pytest.exit.Exception, KeyboardInterrupt) as error:
            return Outcome("failed", time.perf_counter() - began, _shortened(repr(error)))
        return _outcome(self._reports, time.perf_counter() - began)

    def close(self, following: int | None) -> None:
        """Close the wider fixtures that the test to follow does not share."""
        try:
            self._teardown_exact(None if following is None else self._items[following])
        except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:
            self.wider.append(_shortened(f"{type(error).__name__}: {error}"))
            if following is None:
                self._state.stack.clear()

    def _teardown_own(self, nextitem: pytest.Item | None) -> None:
        stack = list(self._state.stack)
        if stack and isinstance(stack[-1], pytest.Item):
            self._teardown_exact(_Sibling(stack[:-1]))

    # As a plugin

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        self._reports.append(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            self._start()
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        self._start()
        return (yield)

    def _start(self) -> None:
        if not self._has_started:
            self._has_started = True
            self._note_start()


class _Sibling:
    """Stands for a test that shares all wider fixtures."""

    def __init__(self, chain: list[Any]) -> None:
        self._chain = chain

    def listchain(self) -> list[Any]:
        return self._chain


def _outcome(reports: list[Any], seconds: float) -> Outcome:
    bad = next((one for one in reports if one.failed), None)
    if bad is not None:
        return Outcome("failed", seconds, *_failure(bad))
    is_skipped = any(one.skipped and not hasattr(one, "wasxfail") for one in reports)
    return Outcome("skipped" if is_skipped else "passed", seconds)


def _failure(report: Any) -> tuple[str, str]:
    """Return the first line of a failure, and where in the project it came up."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        lines = str(report.longrepr).strip().splitlines() or [""]
        return _shortened(lines[-1]), ""
    return _shortened(crash.message.splitlines()[0] if crash.message else ""), _place(report, crash)


def _place(report: Any, crash: Any) -> str:
    """Return the line of the test's own file, if the traceback goes through it."""
    file = report.nodeid.split("::")[0]
    entries = getattr(getattr(report.longrepr, "reprtraceback", None), "reprentries", ())
    for entry in reversed(entries):
        location = getattr(entry, "reprfileloc", None)
        if location is not None and str(location.path).endswith(file):
            return f"{file}:{location.lineno}"
    return f"{crash.path}:{crash.lineno}"


def _shortened(text: str) -> str:
    return _ADDRESS.sub("0x…", text)[:_LONGEST]
