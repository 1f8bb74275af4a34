"""Hunts in the suites of tests, by themselves, as the command does without its output."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from freshdb.hunt.findings import Report
from freshdb.hunt.hunter import Hunter
from freshdb.hunt.lab.budget import Budget
from freshdb.hunt.lab.lab import Lab


def hunted(
    folder: Path, *targets: str, arguments: tuple[str, ...] = (), randoms: int = 10
) -> Report:
    """Hunt in a folder.

    Args:
        folder: with the suite.
        targets: the tests to explain; all that need it if none is named.
        arguments: pytest's.
        randoms: how many random orders are run.
    """
    with closing(Lab(arguments, str(folder), jobs=2, budget=Budget(90.0)).open()) as lab:
        hunter = Hunter(lab, lambda doing: None, randoms=randoms)
        return hunter.hunt([lab.suite.places[name] for name in targets])
