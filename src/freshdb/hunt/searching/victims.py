"""Find the tests whose outcome depends on the order, and not on chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence

from freshdb.hunt.findings import Loose, Report
from freshdb.hunt.lab.budget import BudgetSpent
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.orders import Order, neighbours, orders
from freshdb.hunt.searching.seen import Run, Survey, Suspect
from freshdb.hunt.trials import Trial

_SURVEYS_SHARE = 0.6
"""Of the budget; the rest is for explaining what was found."""
_ALONE, _ALONE_IN_DOUBT, _ALONE_IF_SLOW = 3, 8, 5
"""How many times a suspect is run alone before its outcome is believed."""
_MANY = 40
"""So many tests do not all go by chance: most have one cause, which is looked for first."""
_SLOW_S = 0.2
_MOST_RESTARTS = 20
_SECONDS_PER_FORK = 0.02
_SHORTEST_PAIRING_S, _LONGEST_PAIRING_S = 8.0, 30.0
_MOST_GARBAGE = 5
_PAIRING = "tests right after each other"

Tell = Callable[[str], None]


def survey(lab: Lab, report: Report, tell: Tell, *, randoms: int, seed: int) -> Survey:
    """Run the suite in its own order, reversed, in random orders, and test by test."""
    found = Survey()
    try:
        with lab.budget.only(_SURVEYS_SHARE):
            _survey(lab, found, report, tell, randoms, seed)
    except BudgetSpent:
        report.not_done.append("some of the orders: the rest of the budget was kept to explain")
    return found


def _survey(lab: Lab, found: Survey, report: Report, tell: Tell, randoms: int, seed: int) -> None:
    own, reverse, *shuffled = orders(lab.suite.classes, randoms, seed)
    tell("running the suite in its own order and reversed")
    lab.each(lambda order: _run(lab, found, report, order), [own, reverse])
    affordable = _affordable_orders(lab)
    if affordable < len(shuffled):
        report.not_done.append(
            f"{len(shuffled) - affordable} of {len(shuffled)} random orders: the budget is "
            "too small for them"
        )
    _run_alone(lab, found, report, tell)
    lost = _lost(lab, found, report)
    tell(f"running the suite in {min(affordable, len(shuffled))} random orders")
    some = [order.without(lost) for order in shuffled[:affordable]]
    lab.each(lambda order: _run(lab, found, report, order), some)
    if affordable >= len(shuffled):
        _run_neighbours(lab, found, report, tell, seed, lost)


def suspects(
    lab: Lab, found: Survey, report: Report, targets: Collection[int] = ()
) -> list[Suspect]:
    """Return the tests that went both ways, but not by chance.

    Args:
        lab: runs the trials.
        found: what was seen.
        report: is told of the others.
        targets: only these are looked at; all if none is given.
    """
    every = sorted(targets) or range(len(lab.suite.tests))
    mixed = [place for place in every if len(found.ways(place)) > 1]
    broken = [place for place in every if found.ways(place) == {True}]
    report.always_failing += [
        Loose(lab.suite.tests[place], found.outcomes(place)[-1].short) for place in broken
    ]
    try:
        suspected = _unconfirmed(found, mixed) if len(mixed) > _MANY else None
        if suspected is None:
            each = lab.each(lambda place: alone(lab, place, report, found), mixed)
            suspected = [one for one in each if one]
    except BudgetSpent:
        note = "it goes differently in different orders; nobody had time to find out why"
        report.unexplained += [Loose(lab.suite.tests[place], note) for place in mixed]
        raise
    for suspect in suspected:
        suspect.contexts = found.contexts(suspect)
    return suspected


def _unconfirmed(found: Survey, places: Sequence[int]) -> list[Suspect] | None:
    """Return suspects that were run alone once; None if some were not."""
    if any(place not in found.alone for place in places):
        return None
    return [Suspect(place, found.alone[place], is_confirmed=False) for place in places]


def confirmed(lab: Lab, suspect: Suspect, report: Report, found: Survey) -> Suspect | None:
    """Return a suspect that was run alone several times; None if it goes by chance."""
    if suspect.is_confirmed:
        return suspect
    again = alone(lab, suspect.place, report, found)
    if again is not None:
        again.contexts = found.contexts(again)
    return again


def alone_trial(place: int) -> Trial:
    """Return the trial that tells how a test goes alone, and what it leaves."""
    return Trial((place,), wants_delta=True)


def begun_trial(place: int) -> Trial:
    """Return the trial that tells in which state a test begins that is run alone."""
    return Trial((place,), wants_start=True, repeat=1)


def alone(lab: Lab, place: int, report: Report, found: Survey | None = None) -> Suspect | None:
    """Run a test alone several times; None if it goes now this way and now that."""
    # For a test that was named, no state is looked at yet: that would have to be noted first.
    first, second = Trial((place,)), Trial((place,), repeat=1)
    if found is not None:
        first, second = alone_trial(place), begun_trial(place)
    suspect = Suspect(place, lab.run(first).outcomes[0])
    suspect.is_doubtful = found is None or found.is_doubtful(suspect)
    is_mixed = found is None or found.is_mixed(suspect)
    times = _ALONE
    if is_mixed and suspect.is_doubtful and lab.suite.can_fork:
        times = _ALONE_IF_SLOW if suspect.alone.seconds > _SLOW_S else _ALONE_IN_DOUBT
    trials = [second, *(Trial((place,), repeat=one) for one in range(2, times))]
    outcomes = [suspect.alone, *(one.outcomes[0] for one in lab.run_all(trials))]
    failed = sum(one.is_bad for one in outcomes)
    if 0 < failed < len(outcomes):
        note = f"alone it failed {failed} of {len(outcomes)} times"
        report.by_chance.append(Loose(lab.suite.tests[place], note))
        return None
    return suspect


def _run(lab: Lab, found: Survey, report: Report, order: Order) -> None:
    """Run an order; where a test takes the process down, go on with the next in a new one."""
    rest: Sequence[int] = order.tests
    for _ in range(_MOST_RESTARTS):
        result = lab.run(Trial(tuple(rest)))
        done = tuple(rest[: len(result.outcomes)])
        places = {place: number for number, place in enumerate(done)}
        found.runs.append(Run(done, result.outcomes, places))
        rest = rest[len(done) :]
        if not rest:
            break
    else:
        report.not_done.append(f"{len(rest)} tests of {order.name}: too many crashes before")
    if order.name not in report.orders:
        report.orders.append(order.name)


def _lost(lab: Lab, found: Survey, report: Report) -> frozenset[int]:
    """Return the tests that took their process down, or hung, whenever they were run.

    They leave nothing to tests after them, which begin in a new process, and cost much time.
    """
    lost = frozenset(
        place for place in found.alone if all(one.is_lost for one in found.outcomes(place))
    )
    report.notes += [
        f"{lab.suite.tests[place]} {found.alone[place].result}, alone and in two orders; it was "
        "left out of the others"
        for place in sorted(lost)
    ]
    return lost


def _run_neighbours(
    lab: Lab, found: Survey, report: Report, tell: Tell, seed: int, lost: Collection[int]
) -> None:
    """Put tests right behind each other, as many as there is time for."""
    tests = [place for place in range(len(lab.suite.tests)) if place not in lost]
    every = [tuple(tests[one] for one in order) for order in neighbours(len(tests))]
    random.Random(seed).shuffle(every)  # noqa: S311  # which ones come first, if not all can
    limit_s = max(_SHORTEST_PAIRING_S, min(_LONGEST_PAIRING_S, 0.3 * lab.budget.spent_s))
    end_s = lab.budget.spent_s + min(limit_s, 0.1 * lab.budget.left_s)
    run = []

    def run_in_time(order: tuple[int, ...]) -> None:
        if lab.budget.spent_s < end_s:
            run.append(order)
            _run(lab, found, report, Order(_PAIRING, order))

    tell("running orders that put tests right after each other")
    lab.each(run_in_time, every)
    if len(run) < len(every):
        report.notes.append(
            f"{len(run)} of the {len(every)} orders were run that put every test right after "
            "every other"
        )


def _run_alone(lab: Lab, found: Survey, report: Report, tell: Tell) -> None:
    tests = range(len(lab.suite.tests))
    suite_s = sum(map(lab.seconds_of, tests))
    if (suite_s + len(tests) * _SECONDS_PER_FORK) / lab.jobs > 0.35 * lab.budget.left_s:
        report.not_done.append("running every test alone: the budget is too small for it")
        return
    tell(f"running {len(tests)} tests alone")

    garbage: dict[int, str] = {}

    def run(place: int) -> None:
        result = lab.run(alone_trial(place))
        if result.outcomes:
            found.alone[place] = result.outcomes[0]
        found.deltas[place] = result.delta
        if result.threads:
            found.leave_threads.add(place)

        if result.garbage:
            garbage[place] = result.garbage[0]

    lab.each(run, tests)
    _note_garbage(lab, report, garbage)


def _note_garbage(lab: Lab, report: Report, garbage: Mapping[int, str]) -> None:
    """Name the tests that fail whichever other one runs when the garbage collector comes by."""
    for place in sorted(garbage)[:_MOST_GARBAGE]:
        report.notes.append(
            f"{lab.suite.tests[place]} leaves something to the garbage collector that fails the "
            f"test that runs then, where warnings are errors: {garbage[place]}"
        )
    if len(garbage) > _MOST_GARBAGE:
        report.notes.append(f"so do {len(garbage) - _MOST_GARBAGE} more")


def _affordable_orders(lab: Lab) -> int:
    suite_s = sum(map(lab.seconds_of, range(len(lab.suite.tests)))) or 0.01
    return int(min(1000.0, 0.25 * lab.budget.left_s * lab.jobs / suite_s))
