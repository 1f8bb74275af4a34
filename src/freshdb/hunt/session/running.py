"""Run chosen tests of the collected suite through pytest's own protocol, in this process."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest
from _pytest._code.code import ReprExceptionInfo, ReprTracebackNative

from freshdb.hunt.session.collecting import Collected
from freshdb.hunt.session.garbage import Garbage
from freshdb.hunt.session.tracing import CutShort
from freshdb.hunt.trials import Outcome

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
_ENVIRON = re.compile(r"environ\(\{.*", re.DOTALL)
_URL_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^@/\s]+@")
_LONGEST = 200
_OF_XUNIT = re.compile(r"_(xunit|unittest)_")
"""Fixtures that pytest makes of `setUpClass` and its like: they have no value."""


class Runner:
    """Runs tests one by one, and holds back what closes wider fixtures until it knows what follows.

    A failure while wider fixtures are closed is nobody's in particular: it would be blamed on
    whichever test happens to be the last.

    Args:
        collected: the suite.

    Attributes:
        note_start: called when a test's own part begins, its wider fixtures set up.
        note_fixture: called when a wider fixture was set up, with it and pytest's request.
        wider: failures while wider fixtures were closed.
        garbage: what went wrong while garbage was collected.
    """

    def __init__(self, collected: Collected) -> None:
        self._items = collected.items
        self.note_start: Callable[[], object] = lambda: None
        self.note_fixture: Callable[[Any, Any], object] = lambda fixture, request: None
        self._reports: list[Any] = []
        self._failure = ("", "")
        self._has_started = False
        self._state: Any = collected.session._setupstate
        self._teardown_exact: Any = self._state.teardown_exact
        self._state.teardown_exact = self._teardown_own  # type: ignore[method-assign,unused-ignore]
        self.wider: list[str] = []
        self.garbage = Garbage()
        collected.config.pluginmanager.register(self, "freshdb-hunt-runner")
        _silence(collected.config)
        # To lay out a traceback that nobody reads takes longer than most tests do.
        pytest.Item._repr_failure_py = _without_traceback  # type: ignore[assignment,unused-ignore]

    def run(self, place: int, following: int | None) -> Outcome:
        """Run a test but for the end of its wider fixtures."""
        item = self._items[place]
        self._reports, self._failure, self._has_started = [], ("", ""), False
        item.session.shouldstop = item.session.shouldfail = False
        # Nobody reads the line, and to find it takes longer than most tests do.
        vars(item).setdefault("location", (item.nodeid.split("::")[0], None, item.name))
        nextitem = None if following is None else self._items[following]
        began = time.perf_counter()
        try:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        except (Exception, pytest.exit.Exception, KeyboardInterrupt, CutShort) as error:
            return Outcome("failed", time.perf_counter() - began, _shortened(repr(error)))
        return self._outcome(time.perf_counter() - began)

    def close(self, following: int | None) -> None:
        """Close the wider fixtures that the test to follow does not share."""
        try:
            self._teardown_exact(None if following is None else self._items[following])
        except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:
            self.wider.append(_shortened(f"{type(error).__name__}: {error}"))
            if following is None:
                self._state.stack.clear()

    def shares_all(self, following: int) -> bool:
        """Tell whether a test shares all wider fixtures that there are, so that none is closed."""
        return set(self._state.stack) <= set(self._items[following].listchain())

    def _teardown_own(self, nextitem: pytest.Item | None) -> None:
        stack = list(self._state.stack)
        if stack and isinstance(stack[-1], pytest.Item):
            self._teardown_exact(_Sibling(stack[:-1]))

    def _outcome(self, seconds: float) -> Outcome:
        bad = next((one for one in self._reports if one.failed), None)
        if bad is not None:
            lines = str(bad.longrepr).strip().splitlines() or [""]
            message, where = self._failure
            return Outcome("failed", seconds, message or _shortened(lines[-1]), where)
        is_skipped = any(one.skipped and not hasattr(one, "wasxfail") for one in self._reports)
        return Outcome("skipped" if is_skipped else "passed", seconds)

    # As a plugin

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
        # Of unittest's tests, the plugin that runs them tells the failure only after this.
        excinfo = call.excinfo or next(iter(getattr(item, "_excinfo", None) or ()), None)
        if excinfo is not None and not self._failure[0]:
            self._failure = _message(excinfo), _place(item, excinfo)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        self._reports.append(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":
            self._start()
        try:
            result = yield
        except CutShort:
            # Ended, though it has no result yet: else it could not be set up for the next test.
            fixturedef.cached_result = fixturedef.cached_result or (None, None, None)
            fixturedef.finish(request)
            raise
        if fixturedef.scope != "function" and not _OF_XUNIT.match(fixturedef.argname):
            self.note_fixture(fixturedef, request)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        self._start()
        return (yield)

    def _start(self) -> None:
        if not self._has_started:
            self._has_started = True
            self.note_start()


def _silence(config: pytest.Config) -> None:
    """Let the terminal's plugin not hear of each test: nobody reads what it prints."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    for name in ("logstart", "logreport", "logfinish"):
        with contextlib.suppress(AttributeError, ValueError):  # it does not listen to this
            getattr(config.hook, f"pytest_runtest_{name}")._remove_plugin(reporter)


def _without_traceback(
    item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
) -> ReprExceptionInfo:
    """Return a failure as the suite's own hooks may read it, in one line."""
    return ReprExceptionInfo(ReprTracebackNative([excinfo.exconly()]), excinfo._getreprcrash())


class _Sibling:
    """Stands for a test that shares all wider fixtures."""

    def __init__(self, chain: list[Any]) -> None:
        self._chain = chain

    def listchain(self) -> list[Any]:
        return self._chain


def _message(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the first line of an exception, as pytest shows it."""
    try:
        text = str(excinfo.value)
    except Exception:
        text = ""
    name = excinfo.type.__name__
    first = text.splitlines()[0] if text else ""
    if name == "AssertionError" and first.startswith("assert "):
        return _shortened(first)
    return _shortened(f"{name}: {first}" if first else name)


def _place(item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """Return the line of the test's own file that failed; else the last one."""
    file = str(item.path)
    entries = list(excinfo.traceback)
    own = next((one for one in reversed(entries) if str(one.path) == file), None)
    if own is not None:
        return f"{item.nodeid.split('::')[0]}:{own.lineno + 1}"
    return f"{entries[-1].path}:{entries[-1].lineno + 1}" if entries else ""


def _shortened(text: str) -> str:
    # An environment that an assertion shows may hold passwords; so may a database's address.
    text = _ENVIRON.sub("environ({…", _URL_PASSWORD.sub(r"\1***@", text))
    text = _ADDRESS.sub("0x…", text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
