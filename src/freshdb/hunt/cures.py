"""Try what helps: freshdb's own plugin, and a fixture for each piece of state."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from freshdb.errors import HuntError
from freshdb.hunt.budget import BudgetSpent
from freshdb.hunt.findings import Cause, Cure, Kind, Report
from freshdb.hunt.fixtures import HEAD, fixture_for
from freshdb.hunt.lab import Lab
from freshdb.hunt.trials import Trial

_PLUGIN = "freshdb_hunt_fixtures"
_SETTING = 'freshdb puts it back after each test: `pip install freshdb`, `state = "restore"`'
_DATABASE = "freshdb gives each test its own copy of the database: `pip install freshdb`"

MakeLab = Callable[[Sequence[str]], Lab]


def add_cures(report: Report, make_lab: MakeLab) -> None:
    """Give each cause what was seen to help against it.

    Only polluters are cured: what a brittle test needs, its author has to set up.

    Args:
        report: its causes are completed in place.
        make_lab: makes a lab of the same suite, given more of pytest's arguments.
    """
    wanted = [number for number, one in enumerate(report.causes) if one.kind is Kind.VICTIM]
    fixtures = {number: _fixtures(report.causes[number]) for number in wanted}
    cures = {number: Cure() for number in wanted}
    with _environment(FRESHDB_ENABLED="true", FRESHDB_STATE="restore"):
        for number in _helped(report, wanted, make_lab, ("-p", "freshdb.pytest_plugin")):
            of_rows = any(one.piece.kind == "rows" for one in report.causes[number].carriers)
            text = _DATABASE if of_rows else _SETTING
            cures[number] = replace(cures[number], setting=text, is_setting_verified=True)
    some = [number for number in wanted if fixtures[number]]
    with tempfile.TemporaryDirectory() as folder:
        source = fixtures_file([fixtures[number] for number in some])
        Path(folder, f"{_PLUGIN}.py").write_text(source, encoding="utf-8")
        path = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))
        with _environment(PYTHONPATH=path):
            for number in _helped(report, some, make_lab, ("-p", _PLUGIN)):
                text = fixtures[number]
                cures[number] = replace(cures[number], fixture=text, is_fixture_verified=True)
    for number, cure in cures.items():
        if cure != Cure():
            report.causes[number] = replace(report.causes[number], cure=cure)


def fixtures_file(fixtures: Sequence[str]) -> str:
    """Return a module with these fixtures, each once."""
    return HEAD + "import pytest\n\n\n" + "\n\n".join(dict.fromkeys(fixtures))


def _fixtures(cause: Cause) -> str:
    every = [fixture_for(one.piece) for one in cause.carriers]
    return "\n\n".join(every) if all(every) else ""


def _helped(
    report: Report, numbers: Sequence[int], make_lab: MakeLab, arguments: Sequence[str]
) -> list[int]:
    """Return the causes that do no harm any more with these arguments."""
    if not numbers:
        return []
    try:
        lab = make_lab(arguments)
    except HuntError:  # the cure breaks the suite
        return []
    try:
        return [number for number in numbers if _is_cured(lab, report.causes[number])]
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


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Set variables for the processes that are started in the block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
