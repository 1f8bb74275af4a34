"""Go through the suite once, and see on the way after which few tests others go differently."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import End, Sweep, Trial

Place = int
Groups = Sequence[tuple[Sequence[Place], Suspect]]

_FEW = 8
"""So many tests are tried one by one."""
_MOST_LOST = 5
"""So many tests may take the process of a walk down."""


@dataclass
class Swept:
    """What a walk through tests showed.

    Attributes:
        groups: few tests each, at whose end a suspect went the other way than alone.
        contexts: of each suspect that did, all tests that had been run by then.
        left: runs of tests that could not be walked through.
    """

    groups: list[tuple[Sequence[Place], Suspect]] = field(default_factory=list)
    contexts: dict[Place, list[tuple[Place, ...]]] = field(default_factory=dict)
    left: list[Sequence[Place]] = field(default_factory=list)

    def add(self, other: Swept) -> None:
        """Take in what another walk showed."""
        self.groups += other.groups
        self.left += other.left
        for place, contexts in other.contexts.items():
            self.contexts.setdefault(place, []).extend(contexts)

    def times(self, suspect: Suspect) -> int:
        """Return how many groups of a suspect there are."""
        return sum(one is suspect for _, one in self.groups)


def sweep(
    lab: Lab,
    suspects: Sequence[Suspect],
    *,
    most: int,
    ahead: Callable[[Groups], object] = lambda groups: None,
) -> Swept:
    """Walk through the suite, and run the suspects, each in a fork, after every so many tests.

    That takes one run of the suite. A new walk begins behind tests after which a suspect went the
    other way: without them, further ones can be seen. What innocent tests leave adds up on the way,
    and may hide a culprit: who finds none this way has to look again.

    Args:
        lab: runs the trials.
        suspects: whom culprits are looked for.
        most: so many groups of each are enough.
        ahead: is told of groups while there is more to be walked through.
    """
    themselves = {one.place for one in suspects}
    others = [place for place in range(len(lab.suite.tests)) if place not in themselves]
    # More of them than jobs: some take much longer than others.
    portions, size = _portions(others, 2 * lab.jobs), _between_stops(others)
    found = Swept()

    def walk(portion: Sequence[Place]) -> Swept:
        one = _few(lab, _walk(lab, suspects, portion, size, most), most)
        if one.groups:
            ahead(one.groups)
        return one

    for one in lab.each(walk, portions, at_once=lab.jobs):
        found.add(one)
    return found


def _few(lab: Lab, found: Swept, most: int) -> Swept:
    """Narrow the groups down as long as they get smaller by that."""
    while True:
        before = sum(len(tests) for tests, _ in found.groups)
        found = _narrowed(lab, found, most)
        if sum(len(tests) for tests, _ in found.groups) >= before:
            return found


def _narrowed(lab: Lab, found: Swept, most: int) -> Swept:
    """Walk through the groups again, with more stops; through parts of them, if jobs are free."""
    long = [group for group in found.groups if len(group[0]) > _FEW]
    parts = -(-lab.jobs // max(1, len(long)))
    walks = [
        (number, portion, _between_stops(tests))
        for number, (tests, _) in enumerate(long)
        for portion in _portions(tests, parts)
    ]
    walked = lab.each(lambda one: _walk(lab, [long[one[0]][1]], one[1], one[2], most), walks)
    narrow = Swept(contexts=found.contexts, left=found.left)
    narrow.groups += [group for group in found.groups if len(group[0]) <= _FEW]
    for number, group in enumerate(long):
        pairs = zip(walks, walked, strict=True)
        some = [part for (of, _, _), one in pairs if of == number for part in one.groups]
        narrow.groups += some or [group]  # what went before counts too, or it was chance
    return narrow


def _portions(tests: Sequence[Place], number: int) -> list[Sequence[Place]]:
    length = max(1, -(-len(tests) // number))
    return [tests[start : start + length] for start in range(0, len(tests), length)]


def _between_stops(tests: Sequence[Place]) -> int:
    """Return after how many tests the suspects are run.

    A stop costs as much as dozens of quick tests. Of `n` tests this leaves the cube root of `n`
    stops, and about as few for the next walk, which goes through what lies between two of them.
    """
    return max(_FEW // 2, round(math.pow(len(tests), 2 / 3)))


def _walk(
    lab: Lab, suspects: Sequence[Suspect], portion: Sequence[Place], size: int, most: int
) -> Swept:
    found = Swept()
    lost = 0
    while portion:
        asked = [one for one in suspects if found.times(one) < most]
        if not asked:
            break
        places, are_bad = zip(*((one.place, one.alone.is_bad) for one in asked), strict=True)
        result = lab.run(Trial(tuple(portion), sweep=Sweep(places, are_bad, size)))
        done = len(result.outcomes)
        begin = (done - 1) // size * size if done else 0
        pairs = zip(asked, result.tails, strict=True)
        flipped = [one for one, outcome in pairs if one.flips(outcome)]
        if done and result.outcomes[-1].is_lost and lost < _MOST_LOST:
            lost += 1
            portion = [*portion[begin : done - 1], *portion[done:]]  # it leaves nothing to others
            continue
        is_cut_off = done < len(portion) or result.threads > 0 or result.end is not End.DONE
        if not flipped and is_cut_off:
            found.left.append(portion[begin:])
            break
        for one in flipped:
            found.groups.append((portion[begin:done], one))
            found.contexts.setdefault(one.place, []).append(tuple(portion[:done]))
        portion = portion[done:]
    return found
