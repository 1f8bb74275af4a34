"""Find tests that only together make the difference to another one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.culprits import Culprits, after, check, together
from freshdb.hunt.searching.orders import shuffled
from freshdb.hunt.searching.search import minimal
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import Sweep, Trial, TrialResult

_ORDERS_TO_TRY, _ORDERS_IF_DEAR = 40, 6
_LONGEST_TRY_S, _TRIES_SHARE = 40.0, 0.1
_REPEATS = 4
_FEW = 4
"""So many tests are not walked through."""


def joint_culprits(
    lab: Lab, suspect: Suspect, contexts: Sequence[tuple[int, ...]] = ()
) -> Culprits | None:
    """Return tests that only together make the difference, and none of which can be left out.

    Args:
        lab: runs the trials.
        suspect: whom they make it to.
        contexts: orders in which it may have flipped; orders of all other tests if none is given.
    """

    def is_enough(tests: Sequence[int]) -> bool:
        outcome = after(lab, suspect, tests)
        return outcome is not None and not outcome.is_lost and suspect.flips(outcome)

    def turn(tests: Sequence[int], needed: Sequence[int]) -> int | None:
        return _turn(lab, suspect, tests, needed)

    for context in contexts or suspect.contexts or _contexts_to_try(lab, suspect):
        for some in (_of_its_file(lab, suspect, context), context):
            if some and is_enough(some):
                return _steadily_needed(lab, suspect, minimal(some, is_enough, turn))
    return None


def _steadily_needed(lab: Lab, suspect: Suspect, tests: Sequence[int]) -> Culprits | None:
    """Leave out what was needed by chance: after the others the suspect flips now and then."""
    for place in tests if len(tests) > 1 else ():
        rest = [one for one in tests if one != place]
        again = [together(suspect, rest, repeat) for repeat in range(1, _REPEATS + 1)]
        if any(suspect.flips(one.last) for one in lab.run_all(again)):
            found = _steadily_needed(lab, suspect, rest)
            if found is not None:
                return found
    return check(lab, suspect, tests)


def _of_its_file(lab: Lab, suspect: Suspect, context: Sequence[int]) -> tuple[int, ...]:
    """Return the tests of a context that are in the suspect's file: most share their state."""
    file, _ = lab.suite.classes[suspect.place]
    return tuple(place for place in context if lab.suite.classes[place][0] == file)


def _turn(lab: Lab, suspect: Suspect, tests: Sequence[int], needed: Sequence[int]) -> int | None:
    """Return after how many tests, and the needed ones, a test flips first: by two walks.

    The first walk stops after every few tests, the second after each of those few. To halve takes
    log2 runs of half the tests.
    """
    if not lab.suite.can_fork or len(tests) <= _FEW:
        return None
    every = math.isqrt(len(tests))
    end = _first_flip(_walked(lab, suspect, tests, every, every, needed), suspect)
    if end is None:
        return None
    before = (end - 1) // every * every
    return _first_flip(_walked(lab, suspect, tests[:end], 1, before + 1, needed), suspect)


def _walked(
    lab: Lab,
    suspect: Suspect,
    tests: Sequence[int],
    every: int,
    start: int = 0,
    needed: Sequence[int] = (),
) -> TrialResult:
    """Walk through tests up to where a test flips after them and the needed ones."""
    walk = Sweep((suspect.place,), (suspect.alone.is_bad,), every, start, tuple(needed))
    return lab.run(Trial(tuple(tests), sweep=walk))


def _first_flip(walked: TrialResult, suspect: Suspect) -> int | None:
    """Return after how many tests it did; None if it did not."""
    is_flipped = walked.tails and suspect.flips(walked.tails[0])
    return len(walked.outcomes) if is_flipped else None


def _contexts_to_try(lab: Lab, suspect: Suspect) -> Iterator[tuple[int, ...]]:
    """Yield orders of other tests, for a test that was seen in none."""
    others = [place for place in range(len(lab.suite.tests)) if place != suspect.place]
    before = tuple(place for place in others if place < suspect.place)
    yield from (one for one in (before, tuple(others), tuple(reversed(others))) if one)
    classes = [lab.suite.classes[place] for place in others]
    orders = [tuple(shuffled(others, classes, 0, seed)) for seed in range(_ORDERS_TO_TRY)]
    if not lab.suite.can_fork:
        yield from orders[:_ORDERS_IF_DEAR]
        return
    end_s = lab.budget.spent_s + min(_LONGEST_TRY_S, _TRIES_SHARE * lab.budget.left_s)
    while orders and lab.budget.spent_s < end_s:
        some, orders = orders[: lab.jobs], orders[lab.jobs :]
        yield from filter(None, lab.each(lambda one: _first_part(lab, suspect, one), some))


def _first_part(lab: Lab, suspect: Suspect, order: tuple[int, ...]) -> tuple[int, ...]:
    """Return the part of an order after which a test was first seen to flip; none if it did not.

    At its end, what breaks the test may have been put right. Where tests start threads, it cannot
    be looked at on the way, and the whole order has to be tried.
    """
    walked = _walked(lab, suspect, order, math.isqrt(len(order)))
    end = _first_flip(walked, suspect)
    if end is not None:
        return order[:end]
    return order if walked.threads or len(walked.outcomes) < len(order) else ()
