"""Try what helps: freshdb's own plugin, and a fixture for each piece of state."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from freshdb.errors import HuntError
from freshdb.hunt.causing.fixtures import HEAD, fixture_for
from freshdb.hunt.findings import Cause, Cure, Kind, Report
from freshdb.hunt.lab.budget import BudgetSpent
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.trials import Trial

_PLUGIN = "freshdb_hunt_fixtures"
_SETTING = 'freshdb puts it back after each test: `pip install freshdb`, `state = "restore"`'
_DATABASE = "freshdb gives each test its own copy of the database: `pip install freshdb`"

MakeLab = Callable[[Sequence[str], Mapping[str, str]], Lab]


def add_cures(report: Report, make_lab: MakeLab) -> None:
    """Give each cause what was seen to help against it.

    Only polluters are cured: what a brittle test needs, its author has to set up.

    Args:
        report: its causes are completed in place.
        make_lab: makes a lab of the same suite, given more of pytest's arguments, and environment.
    """
    wanted = [number for number, one in enumerate(report.causes) if one.kind is Kind.VICTIM]
    fixtures = {number: _fixtures(report.causes[number]) for number in wanted}
    some = [number for number in wanted if fixtures[number]]
    with ThreadPoolExecutor(max_workers=2) as pool:
        by_setting = pool.submit(_helped_by_setting, report, wanted, make_lab)
        by_fixture = pool.submit(_helped_by_fixtures, report, some, fixtures, make_lab)
        kept = {number: fixtures[number] for number in by_fixture.result()}
        settings = by_setting.result()
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


def _helped_by_setting(report: Report, numbers: Sequence[int], make_lab: MakeLab) -> list[int]:
    environment = {"FRESHDB_ENABLED": "true", "FRESHDB_STATE": "restore"}
    return _helped(report, numbers, make_lab, ("-p", "freshdb.pytest_plugin"), environment)


def _helped_by_fixtures(
    report: Report, numbers: Sequence[int], fixtures: Mapping[int, str], make_lab: MakeLab
) -> list[int]:
    with tempfile.TemporaryDirectory() as folder:
        source = fixtures_file([fixtures[number] for number in numbers])
        Path(folder, f"{_PLUGIN}.py").write_text(source, encoding="utf-8")
        path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))
        return _helped(report, numbers, make_lab, ("-p", _PLUGIN), {"PYTHONPATH": path})


def _helped(
    report: Report,
    numbers: Sequence[int],
    make_lab: MakeLab,
    arguments: Sequence[str],
    environment: Mapping[str, str],
) -> list[int]:
    """Return the causes that do no harm any more with these arguments."""
    if not numbers:
        return []
    try:
        lab = make_lab(arguments, environment)
    except HuntError:  # the cure breaks the suite
        return []
    try:
        cured = lab.each(lambda number: _is_cured(lab, report.causes[number]), numbers)
        return [number for number, is_cured in zip(numbers, cured, strict=True) if is_cured]
    except BudgetSpent:
        return []
    finally:
        lab.close()


def _is_cured(lab: Lab, cause: Cause) -> bool:
    """Tell whether an affected test goes well after each of the first few culprits."""
    place = lab.suite.places.get
    for tests in cause.culprits[:3]:
        places = [place(name) for name in (*tests, cause.affected[0].test)]
        known = tuple(one for one in places if one is not None)
        outcomes = lab.run(Trial(known)).outcomes
        if len(known) < len(places) or len(outcomes) < len(known) or outcomes[-1].is_bad:
            return False
    return True
