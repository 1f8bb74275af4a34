"""Which files' import breaks tests of other files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from freshdb.hunt.findings import Affected, Carrier, Cause, Kind, Loose, Report, Way
from freshdb.hunt.lab.budget import Budget
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.lab.suite import Suite
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.imports import explain_by_imports
from freshdb.hunt.trials import Outcome, Trial, TrialResult

FAILS_AND_IS_BROKEN = """
import app

def test_fails():
    assert not "by itself"

def test_is_broken():
    assert not app.flag
"""
FILES = [f"test_{number}.py" for number in range(8)]
GUILTY = FILES[-1]
CARRIER = Carrier(Piece("modules", "app.flag"), "test_7.py:2")


def cause_of(test: str) -> Cause:
    outcome = Outcome("failed")
    affected = Affected(test, Kind.VICTIM, outcome, outcome, 1.0, "pytest")
    return Cause(Kind.VICTIM, ((GUILTY,),), (CARRIER,), True, (affected,), proved_by=Way.STATE)


def passing(trials: Sequence[Trial]) -> list[TrialResult]:
    return [TrialResult((Outcome("passed"),)) for _ in trials]


def test_what_breaks_many_files_is_one_cause_and_is_tried_first_with_the_next() -> None:
    report = Report(always_failing=[Loose(f"{file}::test", "") for file in FILES[:-1]])
    suite = cast("Suite", SimpleNamespace(tests=[f"{file}::test" for file in FILES]))
    tried: list[Sequence[str]] = []

    def lab_of(focus: Mapping[str, Any]) -> Lab:
        tried.append(focus["others"])
        tests = {f"{focus['file']}::test": 0}
        lab = SimpleNamespace(
            suite=SimpleNamespace(places=tests), run_all=passing, close=lambda: None
        )
        return cast("Lab", lab)

    def hunt_in(lab: Lab, places: Sequence[int]) -> Report:
        return Report(causes=[cause_of(next(iter(lab.suite.places)))])

    explain_by_imports(report, suite, lab_of, hunt_in)

    (cause,) = report.causes
    assert [one.test for one in cause.affected] == [f"{file}::test" for file in FILES[:-1]]
    assert not report.always_failing
    assert tried == [FILES[1:], *([GUILTY],) * 6]


def test_who_fails_also_without_the_other_files_is_not_searched_for(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("flag = False")
    (tmp_path / "test_a.py").write_text("import app\napp.flag = True\ndef test_passes(): pass\n")
    (tmp_path / "test_b.py").write_text(FAILS_AND_IS_BROKEN)
    (tmp_path / "test_c.py").write_text("def test_fails(): assert False")
    names = ("test_b.py::test_fails", "test_b.py::test_is_broken", "test_c.py::test_fails")
    report = Report(tests=4, always_failing=[Loose(name, "it fails") for name in names])
    searched: list[str] = []

    def make_lab(focus: Mapping[str, object] | None = None) -> Lab:
        return Lab((), str(tmp_path), jobs=1, budget=Budget(90.0), focus=focus).open()

    def hunt_in(lab: Lab, places: Sequence[int]) -> Report:
        searched.extend(lab.suite.tests[place] for place in places)
        return Report(tests=len(lab.suite.tests))

    whole = make_lab()
    explain_by_imports(report, whole.suite, make_lab, hunt_in)
    whole.close()

    assert searched == ["test_b.py::test_is_broken"]
