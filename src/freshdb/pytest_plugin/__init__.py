"""The pytest plugin: read, call the runtime, return.

Loaded through the entry point `freshdb`, or with `-p freshdb.pytest_plugin` where autoload is off.
Nothing here imports SQLAlchemy.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from freshdb.errors import FreshDBError, SettingError
from freshdb.pytest_plugin import cases, order, running
from freshdb.pytest_plugin.fixtures import db_branch, db_session, fresh_db
from freshdb.pytest_plugin.running import RUN, TEMPLATE, TEST, Run
from freshdb.settings import SETTINGS, Settings, load_settings, with_marker

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

__all__ = ["db_branch", "db_session", "fresh_db"]

pytest_plugins = (
    "freshdb.pytest_plugin.cases",
    "freshdb.pytest_plugin.changed_files",
    "freshdb.pytest_plugin.updates",
)
MARKER = (
    "freshdb(enabled, strategy, strict, on_leak, keep, state, seed): "
    "settings of freshdb for this test; `enabled=False` leaves it on the application's database"
)
SETTINGS_OF_TEST = pytest.StashKey[Settings]()
_FACTS = "freshdb_facts"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("freshdb", "freshdb: every test starts from the same database")
    for setting in SETTINGS:
        choices = f" ({', '.join(setting.choices)})" if setting.choices else ""
        takes: dict[str, Any] = (
            {"action": "store_const", "const": "true"}
            if setting.is_switch
            else {"metavar": setting.name.upper()}
        )
        group.addoption(
            setting.option,
            dest=f"freshdb_{setting.name}",
            default=None,
            **takes,
            help=setting.help.replace("%", "%%") + choices,
        )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    if config.option.help or config.option.version:
        return
    try:
        settings = load_settings(
            config.rootpath / "pyproject.toml",
            os.environ,
            {setting.name: config.getoption(f"freshdb_{setting.name}") for setting in SETTINGS},
        )
        order.set_up(config, settings.order, _worker_input(config))
        if settings.enabled:
            config.stash[RUN] = Run.start(
                settings, config.rootpath, _worker_input(config), _reset_by_others(config)
            )
            if settings.is_recorded:
                from freshdb.pytest_plugin.recording import start_recording

                is_worker = _worker_input(config) is not None
                start_recording(config.stash[RUN], config, is_worker=is_worker)
    except FreshDBError as error:
        raise pytest.UsageError(f"freshdb: {error}") from None


def pytest_sessionstart(session: pytest.Session) -> None:
    run = session.config.stash.get(RUN, None)
    if run is None or _worker_input(session.config) is not None:
        return
    try:
        run.template = run.freshdb.build_template()
    except FreshDBError as error:
        raise pytest.UsageError(_with_cause(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    run = node.config.stash.get(RUN, None)
    if run is not None and run.template is not None:
        node.workerinput[TEMPLATE] = str(run.template)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController, error: object) -> None:
    run = node.config.stash.get(RUN, None)
    facts = getattr(node, "workeroutput", {}).get(_FACTS)
    if run is not None and facts is not None:
        run.add(facts)


def pytest_report_header(config: pytest.Config) -> str | None:
    run = config.stash.get(RUN, None)
    return run.header() if run is not None else None


def pytest_collection_modifyitems(items: list[pytest.Item], config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is None:
        return
    for item in items:
        try:
            item.stash[SETTINGS_OF_TEST] = _settings_of(item, run.freshdb.settings)
        except SettingError as error:
            raise pytest.UsageError(f"freshdb: {error}") from None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    run = item.config.stash.get(RUN, None)
    if run is not None:
        settings = item.stash.get(SETTINGS_OF_TEST, run.freshdb.settings)
        test = item.stash[TEST] = run.begin(item, settings)
        cases.give_seeds(item, run, test)
    cases.give_cases(item)
    yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    run = request.config.stash.get(RUN, None)
    if run is None:
        return (yield)
    with run.fixture(fixturedef):
        return (yield)


def pytest_fixture_post_finalizer(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> None:
    run = request.config.stash.get(RUN, None)
    if run is not None:
        run.end_fixture(fixturedef)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    test = item.stash.get(TEST, None)
    if test is not None:
        test.freshdb.begin_state()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    found = cases.cases_in(pyfuncitem)
    test = pyfuncitem.stash.get(TEST, None)
    is_owned = test is not None and running.may_be_async(pyfuncitem.obj)
    if not found and not is_owned:
        return (yield)
    with cases.judging(pyfuncitem, found), running.owning(pyfuncitem, test if is_owned else None):
        return (yield)
    return True  # its case expects the error


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        test = item.stash.get(TEST, None)
        if test is not None:
            test.note_failure(report)
        cases.tell_places(item, report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    test = item.stash.get(TEST, None)
    if test is None:
        return (yield)
    # A test without any fixture ends here.
    test.end_with_its_fixtures()
    try:
        return (yield)
    finally:
        del item.stash[TEST]
        test.end()


def pytest_sessionfinish(session: pytest.Session) -> None:
    run = session.config.stash.get(RUN, None)
    if run is None:
        return
    run.finish()
    run.finish_record()
    if _worker_input(session.config) is not None:
        session.config.workeroutput[_FACTS] = run.packed_facts()  # type: ignore[attr-defined]  # xdist's


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    run = terminalreporter.config.stash.get(RUN, None)
    if run is None:
        return
    config = terminalreporter.config
    is_whole = config.args_source is not pytest.Config.ArgsSource.ARGS and not (
        terminalreporter.stats.get("deselected")
    )
    lines = run.summary(is_whole=is_whole)
    if lines:
        terminalreporter.section("freshdb", sep="-")
        for line in lines:
            terminalreporter.line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is None:
        return
    del config.stash[RUN]
    run.finish()
    # Without the plugin `cacheprovider` the attribute is not there.
    if _worker_input(config) is None and (cache := getattr(config, "cache", None)):
        run.note_left_state(cache)


def _worker_input(config: pytest.Config) -> dict[str, Any] | None:
    """Return what xdist's controller told this process; None where this is no worker."""
    return getattr(config, "workerinput", None)


def _reset_by_others(config: pytest.Config) -> tuple[str, ...]:
    """Return the kinds of process state that another plugin resets for each test."""
    # Its option tells of pytest-randomly under whatever name it was loaded.
    reseeds = config.getoption("randomly_reset_seed", default=False)
    return ("random",) if reseeds else ()


def _settings_of(item: pytest.Item, settings: Settings) -> Settings:
    for marker in reversed(list(item.iter_markers("freshdb"))):
        source = f"@pytest.mark.freshdb of {item.nodeid}"
        if marker.args:
            raise SettingError(
                f"the marker has an argument without a name: {marker.args[0]!r}",
                name="freshdb",
                source=source,
                hint="write it with its name, for example `@pytest.mark.freshdb(enabled=False)`",
            )
        settings = with_marker(settings, marker.kwargs, source)
    return settings


def _with_cause(error: FreshDBError) -> str:
    if error.__cause__ is None:
        return f"freshdb: {error}"
    cause = "".join(traceback.format_exception(error.__cause__))
    return f"{cause}\nfreshdb: {error}"
