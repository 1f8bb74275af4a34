"""Find the tests that another test's outcome depends on: one, or several together."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.search import chunks, minimal
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.searching.sweeping import Groups, sweep
from freshdb.hunt.trials import Outcome, Tail, Trial, TrialResult

_FEW = 60
"""So many pairs are tried one by one, without asking about groups of tests first."""
_CHECKS = 2
_CHECKS_IN_DOUBT = (4, 12)
"""So many times a find is repeated that chance may have made; more often if that does not tell."""
_AT_ONCE, _LEAST = 0.7, 0.45
"""Of the repeats, the share that is enough at once, and at the end: 6 of 12, and 0 of 8 alone, are
chance in one of 40 cases."""
_SECONDS_PER_TAIL = 0.015
_MOST_CHUNKS = 3
"""Of so many groups that flip a test the members are tried; that finds more than enough."""

Group = tuple[Sequence[int], Sequence[Suspect]]
Flipped = list[tuple[Sequence[int], list[tuple[Suspect, Outcome]]]]
"""Tests that were run first, and who went the other way after them."""
Ahead = Callable[[Suspect, "Culprits"], object]


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
    return lab.run(together(suspect, tests, repeat)).last


def together(suspect: Suspect, tests: Sequence[int], repeat: int = 0) -> Trial:
    """Return the trial that tells how a test goes after others, and what these leave to it."""
    return Trial(tuple(tests), (Tail((suspect.place,)),), wants_delta=repeat == 0, repeat=repeat)


def likely_culprits(lab: Lab, suspect: Suspect, candidates: Sequence[int]) -> list[Culprits]:
    """Return the first of the candidates that makes the difference by itself."""
    for place in candidates:
        if suspect.flips(after(lab, suspect, (place,))):
            checked = check(lab, suspect, (place,))
            if checked is not None:
                return [checked]
    return []


def scan_seconds(lab: Lab, suspects: Sequence[Suspect]) -> float:
    """Return about how long `single_culprits` takes."""
    number = len(lab.suite.tests)
    tails = 2 * math.isqrt(number) * len(suspects)
    suite_s = sum(map(lab.seconds_of, range(number)))
    tail_s = _SECONDS_PER_TAIL + sum(lab.seconds_of(one.place) for one in suspects) / len(suspects)
    return (2 * suite_s + tails * tail_s) / lab.jobs


def single_culprits(
    lab: Lab, suspects: Sequence[Suspect], ahead: Ahead = lambda suspect, culprits: None
) -> dict[int, list[Culprits]]:
    """Return, by the suspect's place, the tests that make the difference each by itself.

    Every candidate is looked at, not halves of the suite: a test in between that puts things
    right, or a second culprit, leads halving astray.

    Args:
        lab: runs the trials.
        suspects: whom culprits are looked for.
        ahead: is told of the first that is found for a single suspect, while more are looked for.
    """
    everyone = range(len(lab.suite.tests))
    is_small = len(everyone) * len(suspects) <= _FEW
    if lab.suite.can_fork and not is_small:
        swept = _swept_culprits(lab, suspects, ahead)
        # Where one flipped on the way, and after no single test, several together are looked for.
        left = [one for one in suspects if not swept[one.place] and not one.contexts]
        return swept | (_scanned_culprits(lab, left) if left else {})
    return _scanned_culprits(lab, suspects)


def culprits_one_by_one(lab: Lab, suspect: Suspect, limit_s: float) -> list[Culprits]:
    """Try every test by itself, if that takes no longer: other tests on both sides may hide it."""
    others = [place for place in range(len(lab.suite.tests)) if place != suspect.place]
    seconds = sum(map(lab.seconds_of, others))
    seconds += len(others) * (_SECONDS_PER_TAIL + lab.seconds_of(suspect.place))
    if not lab.suite.can_fork or seconds / lab.jobs > limit_s:
        return []
    flipped = _flipped(lab, [([place], [suspect]) for place in others])
    return _kept(lab, [suspect], flipped)[suspect.place]


def _swept_culprits(
    lab: Lab, suspects: Sequence[Suspect], ahead: Ahead
) -> dict[int, list[Culprits]]:
    """Look on one walk through the suite; it may hide some."""
    is_first = threading.Semaphore(1 if len(suspects) == 1 else 0)

    def look_ahead(groups: Groups) -> None:
        if is_first.acquire(blocking=False):
            for culprits in _kept(lab, suspects, _members(lab, groups[:1]))[suspects[0].place][:1]:
                ahead(suspects[0], culprits)

    swept = sweep(lab, suspects, most=_MOST_CHUNKS, ahead=look_ahead)
    for suspect in suspects:
        suspect.contexts = suspect.contexts or swept.contexts.get(suspect.place, [])
    apart = [tests for left in swept.left for tests in chunks(left, _size_of(lab))[0]]
    apart += [[one.place] for one in suspects if len(suspects) > 1]
    flipped = _flipped(lab, [(tests, suspects) for tests in apart])
    return _kept(lab, suspects, _members(lab, [*swept.groups, *_groups_of(flipped)]))


def _size_of(lab: Lab) -> int:
    return max(2, math.isqrt(len(lab.suite.tests)))


def _scanned_culprits(lab: Lab, suspects: Sequence[Suspect]) -> dict[int, list[Culprits]]:
    """Look after every few tests, each few in a process of their own, forwards and backwards."""
    everyone = range(len(lab.suite.tests))
    is_small = len(everyone) * len(suspects) <= _FEW
    size = 1 if is_small else _size_of(lab)
    forwards, backwards = chunks(everyone, size)
    flipped = _flipped(lab, [(chunk, list(suspects)) for chunk in forwards])
    if size > 1:
        flipped_once = {one.place for _, flips in flipped for one, _ in flips}
        left = [one for one in suspects if one.place not in flipped_once]
        flipped += _flipped(lab, [(chunk, left) for chunk in backwards])
    if size > 1:
        look = _members if lab.suite.can_fork else _turns
        flipped = look(lab, _groups_of(flipped))
    return _kept(lab, suspects, flipped)


def _kept(lab: Lab, suspects: Sequence[Suspect], flipped: Flipped) -> dict[int, list[Culprits]]:
    """Return by suspect what was found, but for what was chance."""
    found: dict[int, list[Culprits]] = {suspect.place: [] for suspect in suspects}
    for tests, flips in flipped:
        for suspect, outcome in flips:
            found[suspect.place].append(Culprits(tuple(tests), outcome))
    kept = lab.each(lambda suspect: _checked(lab, suspect, found[suspect.place]), suspects)
    return {suspect.place: some for suspect, some in zip(suspects, kept, strict=True)}


def _groups_of(flipped: Flipped) -> list[tuple[Sequence[int], Suspect]]:
    """Return the first few groups that flip each suspect."""
    found: list[tuple[Sequence[int], Suspect]] = []
    seen: dict[int, set[frozenset[int]]] = {}
    for chunk, flips in flipped:
        for suspect, _ in flips:
            groups_of = seen.setdefault(suspect.place, set())
            if frozenset(chunk) not in groups_of and len(groups_of) < _MOST_CHUNKS:
                groups_of.add(frozenset(chunk))
                found.append((chunk, suspect))
    return found


def _members(lab: Lab, groups: Sequence[tuple[Sequence[int], Suspect]]) -> Flipped:
    """Try every test of the groups by itself."""
    wanted: dict[int, list[Suspect]] = {}
    for chunk, suspect in groups:
        for place in chunk:
            if suspect not in wanted.setdefault(place, []):
                wanted[place].append(suspect)
    return _flipped(lab, [([place], some) for place, some in sorted(wanted.items())])


def _turns(lab: Lab, groups: Sequence[tuple[Sequence[int], Suspect]]) -> Flipped:
    """Look for the test of each group at which it turns: few trials, where each is dear."""

    def turn(group: tuple[Sequence[int], Suspect]) -> list[int]:
        chunk, suspect = group
        return minimal(chunk, lambda some: suspect.flips(after(lab, suspect, some)))

    found = lab.each(turn, groups)
    return _flipped(lab, [(one, [group[1]]) for one, group in zip(found, groups, strict=True)])


def same_culprits(
    lab: Lab, wanted: Sequence[tuple[int, Sequence[Suspect]]]
) -> list[tuple[int, Suspect, Outcome]]:
    """Return which of these tests make the difference for which suspects."""
    flipped = _flipped(lab, [([place], some) for place, some in wanted])
    return [(tests[0], suspect, outcome) for tests, flips in flipped for suspect, outcome in flips]


def _flipped(lab: Lab, groups: Sequence[Group]) -> Flipped:
    """Run each suspect of each group after the group's tests; return who went the other way."""
    asked = [(tests, [one for one in some if one.place not in tests]) for tests, some in groups]
    asked = [(tests, some) for tests, some in asked if some]
    trials = [
        Trial(tuple(tests), tuple(Tail((one.place,)) for one in some)) for tests, some in asked
    ]
    found = []
    results = lab.run_all(trials)
    for (tests, some), result in zip(asked, results, strict=True):
        rest = _without_lost(tests, result)
        if rest:
            found += _flipped(lab, [(rest, some)])
            continue
        flips = [
            (suspect, outcome)
            for suspect, outcome in zip(some, result.tails, strict=True)
            if outcome is not None and suspect.flips(outcome)
        ]
        found.append((tests, flips))
    return found


def _without_lost(tests: Sequence[int], result: TrialResult) -> list[int]:
    """Return the others, where a test took the process down before the suspects were run."""
    done = len(result.outcomes)
    if len(tests) == 1 or not done or not result.outcomes[-1].is_lost:
        return []
    return [*tests[: done - 1], *tests[done:]]


def _checked(lab: Lab, suspect: Suspect, found: Sequence[Culprits]) -> list[Culprits]:
    """Repeat them, each in one process without forks, and drop what was chance."""
    kept: list[Culprits] = []
    for one in found:
        checked = check(lab, suspect, one.tests, 1 if kept else _CHECKS)
        if checked is not None:
            kept.append(checked)
    return kept


def check(
    lab: Lab, suspect: Suspect, tests: Sequence[int], times: int = _CHECKS
) -> Culprits | None:
    """Repeat a find; None if it may be chance."""
    outcomes: list[Outcome | None] = []
    for wanted in _CHECKS_IN_DOUBT if suspect.is_doubtful and times > 1 else (times,):
        more = [together(suspect, tests, repeat) for repeat in range(len(outcomes), wanted)]
        outcomes += [one.last for one in lab.run_all(more)]
        flips = [one for one in outcomes if one is not None and suspect.flips(one)]
        if len(flips) > _AT_ONCE * len(outcomes):
            break
    is_found = flips and (not suspect.is_doubtful or len(flips) > _LEAST * len(outcomes))
    return Culprits(tuple(tests), flips[0], len(flips) / len(outcomes)) if is_found else None
