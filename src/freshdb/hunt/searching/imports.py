"""Find the files whose import alone breaks tests of other files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from freshdb.errors import HuntError
from freshdb.hunt.findings import Cause, Report
from freshdb.hunt.lab.budget import BudgetSpent
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.lab.suite import Suite
from freshdb.hunt.searching.victims import alone_trial

MakeFocusedLab = Callable[[Mapping[str, object]], Lab]
HuntIn = Callable[[Lab, Sequence[int]], Report]

_MOST_FILES = 20


def explain_by_imports(
    report: Report, suite: Suite, make_lab: MakeFocusedLab, hunt_in: HuntIn
) -> None:
    """Find out which tests fail always only because another file of tests is collected too.

    A file that was found to break tests of one file is tried first with the next, by itself.

    Args:
        report: tests that are explained move from `always_failing` to its causes.
        suite: all that was collected.
        make_lab: makes a lab in which one file is collected, and to import another is a test.
        hunt_in: explains tests in such a lab.
    """
    files = list(dict.fromkeys(test.split("::")[0] for test in suite.tests))
    broken = list(dict.fromkeys(one.test.split("::")[0] for one in report.always_failing))
    guilty: list[str] = []
    for file in broken[:_MOST_FILES]:
        others = [one for one in files if one != file and one.endswith(".py")]
        for some in ([one for one in others if one in guilty], others):
            left = [one.test for one in report.always_failing if one.test.split("::")[0] == file]
            if not some or not left or report.is_interrupted:
                continue
            try:
                found = _found(make_lab, hunt_in, {"file": file, "others": some}, left)
            except BudgetSpent:
                return
            _take_over(report, found)
            guilty += [tests[0] for cause in found.causes for tests in cause.culprits]
    if broken[_MOST_FILES:]:
        report.not_done.append(
            f"whether importing other files breaks the tests of {len(broken[_MOST_FILES:])} files"
        )


def _found(
    make_lab: MakeFocusedLab, hunt_in: HuntIn, focus: Mapping[str, object], tests: Sequence[str]
) -> Report:
    try:
        lab = make_lab(focus)
    except HuntError:  # its arguments name tests of other files
        return Report()
    try:
        places = _passing(lab, tests)
        return hunt_in(lab, places) if places else Report()
    finally:
        lab.close()


def _passing(lab: Lab, names: Sequence[str]) -> list[int]:
    """Return the tests that pass where no other file was imported; others fail by themselves."""
    places = [lab.suite.places[one] for one in names if one in lab.suite.places]
    results = lab.run_all([alone_trial(place) for place in places])
    pairs = zip(places, results, strict=True)
    return [place for place, one in pairs if one.outcomes and not one.outcomes[0].is_bad]


def _take_over(report: Report, found: Report) -> None:
    for cause in found.causes:
        known = next((one for one in report.causes if _is_same(one, cause)), None)
        if known is None:
            report.causes.append(cause)
        else:
            place = report.causes.index(known)
            report.causes[place] = replace(known, affected=known.affected + cause.affected)
    if found.is_interrupted:
        report.note_interruption()
    explained = {one.test for cause in found.causes for one in cause.affected}
    report.always_failing = [one for one in report.always_failing if one.test not in explained]


def _is_same(one: Cause, other: Cause) -> bool:
    return replace(one, affected=()) == replace(other, affected=())
