"""Find the tests that another test's outcome depends on: one, or several together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from freshdb.hunt.lab import Lab
from freshdb.hunt.orders import shuffled
from freshdb.hunt.search import chunks, minimal
from freshdb.hunt.trials import Outcome, Tail, Trial
from freshdb.hunt.victims import Suspect

_FEW = 400
"""So many pairs are tried one by one, without asking about groups of tests first."""
_CHECKS = 3
_MOST_CHECKED = 3
_ORDERS_TO_TRY = 6


@dataclass(frozen=True)
class Culprits:
    """Tests after which another goes the other way than alone.

    Attributes:
        tests: their places, in the order in which they were run.
        outcome: of the other test.
        confidence: in how many of the checks it went so.
    """

    tests: tuple[int, ...]
    outcome: Outcome
    confidence: float = 1.0


def after(lab: Lab, suspect: Suspect, tests: Sequence[int], repeat: int = 0) -> Outcome | None:
    """Return how a test goes after others."""
    return lab.run(Trial(tuple(tests), (Tail((suspect.place,)),), repeat=repeat)).last


def single_culprits(lab: Lab, suspects: Sequence[Suspect]) -> dict[int, list[Culprits]]:
    """Return, by the suspect's place, the tests that make the difference each by itself.

    Every candidate is looked at, not halves of the suite: a test in between that puts things
    right, or a second culprit, leads halving astray.
    """
    everyone = range(len(lab.suite.tests))
    is_small = len(everyone) * len(suspects) <= _FEW
    size = 1 if is_small else max(2, math.isqrt(len(everyone)))
    groups = [(chunk, list(suspects)) for chunk in chunks(everyone, size)]
    flipped = _flipped(lab, groups)
    if size > 1:
        wanted: dict[int, list[Suspect]] = {}
        for chunk, flips in flipped:
            for suspect, _ in flips:
                for place in chunk:
                    if suspect not in wanted.setdefault(place, []):
                        wanted[place].append(suspect)
        flipped = _flipped(lab, [([place], some) for place, some in sorted(wanted.items())])
    found: dict[int, list[Culprits]] = {suspect.place: [] for suspect in suspects}
    for (place,), flips in flipped:
        for suspect, outcome in flips:
            found[suspect.place].append(Culprits((place,), outcome))
    for suspect in suspects:
        found[suspect.place] = _checked(lab, suspect, found[suspect.place])
    return found


Group = tuple[Sequence[int], Sequence[Suspect]]


def _flipped(
    lab: Lab, groups: Sequence[Group]
) -> list[tuple[Sequence[int], list[tuple[Suspect, Outcome]]]]:
    """Run each suspect of each group after the group's tests; return who went the other way."""
    asked = [(tests, [one for one in some if one.place not in tests]) for tests, some in groups]
    asked = [(tests, some) for tests, some in asked if some]
    trials = [
        Trial(tuple(tests), tuple(Tail((one.place,)) for one in some)) for tests, some in asked
    ]
    found = []
    for (tests, some), result in zip(asked, lab.run_all(trials), strict=True):
        flips = [
            (suspect, outcome)
            for suspect, outcome in zip(some, result.tails, strict=True)
            if outcome is not None and suspect.flips(outcome)
        ]
        found.append((tests, flips))
    return found


def _checked(lab: Lab, suspect: Suspect, found: Sequence[Culprits]) -> list[Culprits]:
    """Repeat the first few, each in one process without forks, and drop what was chance."""
    checked = lab.each(lambda one: check(lab, suspect, one.tests), found[:_MOST_CHECKED])
    kept = [one for one in checked if one is not None]
    return [*kept, *found[_MOST_CHECKED:]] if kept else []


def check(lab: Lab, suspect: Suspect, tests: Sequence[int]) -> Culprits | None:
    """Repeat a find; None if it does not come up again."""
    outcomes = [after(lab, suspect, tests, repeat) for repeat in range(_CHECKS)]
    flips = [one for one in outcomes if one is not None and suspect.flips(one)]
    return Culprits(tuple(tests), flips[0], len(flips) / _CHECKS) if flips else None


def joint_culprits(lab: Lab, suspect: Suspect) -> Culprits | None:
    """Return tests that only together make the difference, and none of which can be left out."""

    def is_enough(tests: Sequence[int]) -> bool:
        outcome = after(lab, suspect, tests)
        if outcome is None or outcome.result in ("crashed", "hung"):
            return False
        return suspect.flips(outcome)

    for context in suspect.contexts or _contexts_to_try(lab, suspect):
        if is_enough(context):
            return check(lab, suspect, minimal(context, is_enough))
    return None


def _contexts_to_try(lab: Lab, suspect: Suspect) -> list[tuple[int, ...]]:
    """Return orders of all other tests, for a test that was seen in none."""
    others = [place for place in range(len(lab.suite.tests)) if place != suspect.place]
    classes = [lab.suite.classes[place] for place in others]
    before = tuple(place for place in others if place < suspect.place)
    tries = [before, tuple(others), tuple(reversed(others))]
    tries += [tuple(shuffled(others, classes, 0, seed)) for seed in range(_ORDERS_TO_TRY)]
    return [one for one in tries if one]
