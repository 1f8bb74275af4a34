"""Which files' import breaks tests of other files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from freshdb.hunt.findings import Affected, Carrier, Cause, Kind, Loose, Report, Way
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.lab.suite import Suite
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.imports import explain_by_imports
from freshdb.hunt.trials import Outcome

FILES = [f"test_{number}.py" for number in range(8)]
GUILTY = FILES[-1]
CARRIER = Carrier(Piece("modules", "app.flag"), "test_7.py:2")


def cause_of(test: str) -> Cause:
    outcome = Outcome("failed")
    affected = Affected(test, Kind.VICTIM, outcome, outcome, 1.0, "pytest")
    return Cause(Kind.VICTIM, ((GUILTY,),), (CARRIER,), True, (affected,), proved_by=Way.STATE)


def test_what_breaks_many_files_is_one_cause_and_is_tried_first_with_the_next() -> None:
    report = Report(always_failing=[Loose(f"{file}::test", "") for file in FILES[:-1]])
    suite = cast("Suite", SimpleNamespace(tests=[f"{file}::test" for file in FILES]))
    tried: list[Sequence[str]] = []

    def lab_of(focus: Mapping[str, Any]) -> Lab:
        tried.append(focus["others"])
        tests = {f"{focus['file']}::test": 0}
        lab = SimpleNamespace(suite=SimpleNamespace(places=tests), close=lambda: None)
        return cast("Lab", lab)

    def hunt_in(lab: Lab, places: Sequence[int]) -> Report:
        return Report(causes=[cause_of(next(iter(lab.suite.places)))])

    explain_by_imports(report, suite, lab_of, hunt_in)

    (cause,) = report.causes
    assert [one.test for one in cause.affected] == [f"{file}::test" for file in FILES[:-1]]
    assert not report.always_failing
    assert tried == [FILES[1:], *([GUILTY],) * 6]
