"""freshdb's part in every test: hooks that have the run at hand, call it, and return."""

from __future__ import annotations

import traceback
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from freshdb.errors import FreshDBError
from freshdb.pytest_plugin.owning import is_run_elsewhere, owning_test
from freshdb.pytest_plugin.run import RUN, Run
from freshdb.pytest_plugin.wishes import Wishes, wishes_of

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

FACTS = "freshdb_facts"


class Isolation:
    """The hooks of a run in which freshdb is on; where it is off, no test pays for them.

    Args:
        run: the run in this process.
        is_worker: whether pytest-xdist has started the process.
    """

    def __init__(self, run: Run, *, is_worker: bool) -> None:
        self._run = run
        self._is_worker = is_worker
        self._wishes: dict[pytest.Item, Wishes] = {}

    # The run

    def pytest_report_header(self) -> str:
        return self._run.header()

    def pytest_sessionstart(self) -> None:
        if self._is_worker:
            return
        try:
            self._run.build_template()
        except FreshDBError as error:
            raise pytest.UsageError(_with_cause(error)) from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: WorkerController) -> None:
        self._run.tell_worker(node.workerinput)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: WorkerController) -> None:
        facts = getattr(node, "workeroutput", {}).get(FACTS)
        if facts is not None:
            self._run.add(facts)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            # Nearly all tests have no marker, and nothing to be remembered.
            if item.get_closest_marker("freshdb") is not None:
                self._wishes[item] = wishes_of(item, self._run.freshdb.settings)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._run.finish()
        self._run.finish_record()
        if self._is_worker:
            session.config.workeroutput[FACTS] = self._run.packed_facts()  # type: ignore[attr-defined]  # xdist's

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        config = terminalreporter.config
        is_whole = config.args_source is not pytest.Config.ArgsSource.ARGS and not (
            terminalreporter.stats.get("deselected")
        )
        lines = self._run.summary(is_whole=is_whole)
        if lines:
            terminalreporter.section("freshdb", sep="-")
            for line in lines:
                terminalreporter.line(line)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        del config.stash[RUN]
        self._run.finish()
        # Without the plugin `cacheprovider` the attribute is not there.
        if not self._is_worker and (cache := getattr(config, "cache", None)):
            self._run.note_left_state(cache)

    # A test

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None]:
        self._run.begin(item, self._wishes.get(item))
        yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        with self._run.fixture(fixturedef):
            return (yield)

    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        self._run.end_fixture(fixturedef)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        if self._run.test is not None:
            self._run.test.isolated.begin_state()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        test = self._run.test
        if test is None or not is_run_elsewhere(pyfuncitem.obj):
            return (yield)
        with owning_test(pyfuncitem, test.owner):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self,
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.failed and self._run.test is not None:
            self._run.test.note_failure(report)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self) -> Generator[None]:
        test = self._run.test
        if test is None:
            return (yield)
        # A test without any fixture ends here.
        test.end_with_its_fixtures()
        try:
            return (yield)
        finally:
            self._run.test = None
            test.end()


def _with_cause(error: FreshDBError) -> str:
    if error.__cause__ is None:
        return f"freshdb: {error}"
    cause = "".join(traceback.format_exception(error.__cause__))
    return f"{cause}\nfreshdb: {error}"
