"""Find the files whose import alone breaks tests of other files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from freshdb.errors import HuntError
from freshdb.hunt.findings import Report
from freshdb.hunt.lab.budget import BudgetSpent
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.lab.suite import Suite
from freshdb.hunt.searching.victims import alone_trial

MakeFocusedLab = Callable[[Mapping[str, object]], Lab]
HuntIn = Callable[[Lab, Sequence[int]], Report]

_MOST_FILES = 5


def explain_by_imports(
    report: Report, suite: Suite, make_lab: MakeFocusedLab, hunt_in: HuntIn
) -> None:
    """Find out which tests fail always only because another file of tests is collected too.

    Args:
        report: tests that are explained move from `always_failing` to its causes.
        suite: all that was collected.
        make_lab: makes a lab in which one file is collected, and to import another is a test.
        hunt_in: explains tests in such a lab.
    """
    broken: dict[str, list[str]] = {}
    for one in report.always_failing:
        broken.setdefault(one.test.split("::")[0], []).append(one.test)
    files = list(dict.fromkeys(test.split("::")[0] for test in suite.tests))
    for file in list(broken)[:_MOST_FILES]:
        others = [one for one in files if one != file and one.endswith(".py")]
        try:
            lab = make_lab({"file": file, "others": others})
        except HuntError:  # its arguments name tests of other files
            continue
        try:
            places = _passing(lab, broken[file])
            if not places:
                continue
            found = hunt_in(lab, places)
        except BudgetSpent:
            return
        finally:
            lab.close()
        report.causes += found.causes
        if found.is_interrupted:
            report.note_interruption()
            return
        explained = {one.test for cause in found.causes for one in cause.affected}
        report.always_failing = [one for one in report.always_failing if one.test not in explained]


def _passing(lab: Lab, names: Sequence[str]) -> list[int]:
    """Return the tests that pass where no other file was imported; others fail by themselves."""
    places = [lab.suite.places[one] for one in names if one in lab.suite.places]
    results = lab.run_all([alone_trial(place) for place in places])
    pairs = zip(places, results, strict=True)
    return [place for place, one in pairs if one.outcomes and not one.outcomes[0].is_bad]
