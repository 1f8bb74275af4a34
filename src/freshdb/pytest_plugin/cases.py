"""Tests that take their cases from a data file.

Included by `freshdb.pytest_plugin`; nothing heavy is imported before a test asks for a case.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from freshdb.errors import FreshDBError
from freshdb.pytest_plugin.expected_rows import check_expected_rows, require_rows
from freshdb.pytest_plugin.run import RUN
from freshdb.pytest_plugin.updates import note_updates
from freshdb.pytest_plugin.wishes import seeds_of

if TYPE_CHECKING:
    from freshdb.case.case import Case
    from freshdb.case.decorator import CasesFile
    from freshdb.seeds.find import Seed

MARK = "freshdb_cases"
MARKER = f"{MARK}(file): set by `@freshdb.cases(file)`, one test for each case of a data file"
CASES = pytest.StashKey[dict[Path, "list[Case]"]]()
_IN_TESTS = "freshdb-cases-in-tests"
_CHECKED = pytest.StashKey[set[Any]]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    config.stash[CASES] = {}
    config.stash[_CHECKED] = set()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    try:
        outer = seeds_of(metafunc.definition, metafunc.config)
        _check(metafunc.config, outer)
        for mark in metafunc.definition.iter_markers(MARK):
            _parametrize(metafunc, mark.args[0], outer)
    except FreshDBError as error:
        raise pytest.Collector.CollectError(f"freshdb: {error}") from None


def _parametrize(metafunc: pytest.Metafunc, file: CasesFile, outer: tuple[Seed, ...]) -> None:
    if file.argument not in metafunc.fixturenames:
        raise FreshDBError(
            f"`{metafunc.definition.nodeid}` takes its cases from `{file.name}` and has no "
            f"argument `{file.argument}`",
            hint=f"add the argument `{file.argument}`, or name another one: "
            f'`@freshdb.cases("{file.name}", argument="…")`',
        )
    params = []
    for case in _cases_of(metafunc.config, file.path):
        marks = list(_marks(metafunc.config, case))
        check_expected_rows(metafunc.config, case)
        seeds = _seeds_of_case(metafunc.config, case)
        if seeds:
            _check(metafunc.config, (*outer, *seeds))
            marks.append(pytest.mark.freshdb(seed=seeds))
        params.append(pytest.param(case, id=case.id, marks=marks))
    metafunc.parametrize(file.argument, params)


def _cases_of(config: pytest.Config, path: Path) -> list[Case]:
    from freshdb.case.reading import read_cases

    known = config.stash[CASES]
    if path not in known:
        known[path] = read_cases(path, config.rootpath)
    return known[path]


def _marks(config: pytest.Config, case: Case) -> Iterator[pytest.MarkDecorator]:
    if case.skip is not None:
        yield pytest.mark.skip(reason=case.skip)
    if case.xfail is not None:
        yield pytest.mark.xfail(reason=case.xfail)
    registered = {line.partition(":")[0].partition("(")[0] for line in config.getini("markers")}
    for tag in case.tags:
        if tag in registered:
            yield getattr(pytest.mark, tag)


def _seeds_of_case(config: pytest.Config, case: Case) -> tuple[Seed, ...]:
    from freshdb.seeds.find import RowsSeed, find_seeds

    seeds: list[Seed] = []
    for named, keys in case.seeds:
        if isinstance(named, dict):
            seed = RowsSeed(case.path, config.rootpath, (case.document, named, keys))
            seed.rows()
            seeds.append(seed)
        else:
            place = case.document.place(keys)
            seeds += find_seeds(named, case.path.parent, config.rootpath, place)
    return tuple(seeds)


def _check(config: pytest.Config, seeds: tuple[Seed, ...]) -> None:
    """Find what does not fit the project's tables, before any test runs."""
    run = config.stash.get(RUN, None)
    if run is None or not seeds:
        return
    key = tuple(seed.key for seed in seeds)
    checked = config.stash[_CHECKED]
    if key not in checked:
        checked.add(key)
        run.freshdb.check_seeds(seeds)


def pytest_itemcollected(item: pytest.Item) -> None:
    cases = cases_in(item)
    if cases and not item.config.pluginmanager.has_plugin(_IN_TESTS):
        item.config.pluginmanager.register(CasesInTests(), _IN_TESTS)
    for case in cases:
        item.extra_keyword_matches.update(case.tags)


class CasesInTests:
    """The hooks of suites with cases; other suites' tests do not pay for them."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None]:
        """Give a test cases of its own, which it may change."""
        params = _params(item)
        for name, case in params.items():
            if _is_case(case):
                params[name] = _for_test(item, case)
        yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        with _judging(pyfuncitem, cases_in(pyfuncitem)):
            return (yield)
        return True  # its case expects the error

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Tell in the report of a failed test where its cases are."""
        report = yield
        if report.failed:
            for case in cases_in(item):
                report.sections.append(("data file", f"{case.place}: case `{case.id}`"))
        return report


def _for_test(item: pytest.Item, case: Case) -> Case:
    """Return a case of the test's own, which may be one that is to be written anew."""
    case = case.copy()
    if not item.config.option.freshdb_update or case.raises is not None or case.xfail is not None:
        return case
    from freshdb.case.updating import recording

    return replace(case, recorder=recording(case))


@contextmanager
def _judging(item: pytest.Function, cases: Sequence[Case]) -> Iterator[None]:
    """Fail the test unless it raises, and leaves in the tables, what its cases expect.

    An error that is expected ends here.
    """
    expecting = [case for case in cases if case.raises is not None]
    try:
        yield
    except BaseException as error:
        if not expecting:
            raise
        _require(expecting[0], error)
    else:
        if expecting:
            _did_not_raise(expecting[0])
    note_updates(item, cases)
    require_rows(item, cases)


def _require(case: Case, error: BaseException) -> None:
    """Fail the test, or let the error go on, unless it is the one that the case expects."""
    assert case.raises is not None
    if isinstance(error, AssertionError) and repr(case.expected) in str(error):
        # The test went on to compare with `expected`, which such a case does not have.
        _did_not_raise(case)
    if not isinstance(error, case.raises.kind):
        raise error
    if case.raises.misses(error):
        pytest.fail(
            f"raised {type(error).__name__} with the text {str(error)!r}; case `{case.id}` "
            f"expects {case.raises} ({case.place})",
            pytrace=False,
        )


def _did_not_raise(case: Case) -> NoReturn:
    pytest.fail(
        f"did not raise {case.raises}, which case `{case.id}` expects ({case.place})",
        pytrace=False,
    )


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    if op != "==" or "freshdb.case.expected" not in sys.modules:
        return None
    from freshdb.case.expected import explain

    return explain(left, right)


def cases_in(item: pytest.Item) -> list[Case]:
    """Return the cases among a test's parameters."""
    return [value for value in _params(item).values() if _is_case(value)]


def _params(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec is not None else {}


def _is_case(value: object) -> bool:
    if "freshdb.case.case" not in sys.modules:
        return False
    from freshdb.case.case import Case

    return isinstance(value, Case)
