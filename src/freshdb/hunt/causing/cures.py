"""Try what helps: freshdb's own plugin, and a fixture for each piece of state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from freshdb.hunt.causing.fixtures import HEAD, fixture_for
from freshdb.hunt.findings import Cause, Cure, Kind, Report
from freshdb.hunt.lab.budget import BudgetSpent
from freshdb.hunt.lab.lab import Lab, awaited
from freshdb.hunt.trials import Trial

_SETTING = 'freshdb puts it back after each test: `pip install freshdb`, `state = "restore"`'
_DATABASE = "freshdb gives each test its own copy of the database: `pip install freshdb`"

ARGUMENTS_WITH_FRESHDB = ("-p", "freshdb.pytest_plugin")
ENVIRONMENT_WITH_FRESHDB = {"FRESHDB_ENABLED": "true", "FRESHDB_STATE": "restore"}


def add_cures(report: Report, lab: Lab, with_freshdb: Callable[[], Lab | None]) -> None:
    """Give each cause what was seen to help against it.

    Only polluters are cured: what a brittle test needs, its author has to set up.

    Args:
        report: its causes are completed in place.
        lab: of the suite.
        with_freshdb: returns a lab of the suite with freshdb, if there can be one.
    """
    wanted = [number for number, one in enumerate(report.causes) if one.kind is Kind.VICTIM]
    fixtures = {number: _fixtures(report.causes[number]) for number in wanted}
    some = {number: fixtures_file([one]) for number, one in fixtures.items() if one}
    with ThreadPoolExecutor(max_workers=1) as pool:
        by_setting = pool.submit(_helped_by_setting, report, wanted, with_freshdb)
        kept = {number: fixtures[number] for number in _helped(lab, report, some)}
        settings = awaited(by_setting)
    for number in wanted:
        cure = Cure(
            fixture=kept.get(number, ""),
            is_fixture_verified=number in kept,
            setting=_setting_for(report.causes[number]) if number in settings else "",
            is_setting_verified=number in settings,
        )
        if cure != Cure():
            report.causes[number] = replace(report.causes[number], cure=cure)


def fixtures_file(fixtures: Sequence[str]) -> str:
    """Return a module with these fixtures, each once."""
    return HEAD + "import pytest\n\n\n" + "\n\n".join(dict.fromkeys(fixtures))


def _fixtures(cause: Cause) -> str:
    every = [fixture_for(one.piece) for one in cause.carriers]
    return "\n\n".join(every) if all(every) else ""


def _setting_for(cause: Cause) -> str:
    return _DATABASE if any(one.piece.kind == "rows" for one in cause.carriers) else _SETTING


def _helped_by_setting(
    report: Report, numbers: Sequence[int], with_freshdb: Callable[[], Lab | None]
) -> list[int]:
    """Return the causes that do no harm any more with freshdb, which is there from the start."""
    lab = with_freshdb() if numbers else None
    if lab is None:
        return []
    return _helped(lab, report, dict.fromkeys(numbers, ""))


def _helped(lab: Lab, report: Report, fixtures: Mapping[int, str]) -> list[int]:
    """Return the causes that do no harm any more, each with its fixtures."""
    try:
        pairs = fixtures.items()
        cured = lab.each(lambda pair: _is_cured(lab, report.causes[pair[0]], pair[1]), pairs)
    except BudgetSpent:
        return []
    return [number for number, is_cured in zip(fixtures, cured, strict=True) if is_cured]


def _is_cured(lab: Lab, cause: Cause, fixtures: str) -> bool:
    """Tell whether an affected test goes well after each of the first few culprits."""
    place = lab.suite.places.get
    for tests in cause.culprits[:3]:
        places = [place(name) for name in (*tests, cause.affected[0].test)]
        known = tuple(one for one in places if one is not None)
        outcomes = lab.run(Trial(known, fixtures=fixtures)).outcomes
        if len(known) < len(places) or len(outcomes) < len(known) or outcomes[-1].is_bad:
            return False
    return True
