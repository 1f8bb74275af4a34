"""The orders in which a suite is run to see what depends on it. Pure: a seed decides."""

from __future__ import annotations

import random
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Order:
    """One order of the suite.

    Attributes:
        name: what the report calls it; says how to get it again.
        tests: places of the tests in the suite's own order.
    """

    name: str
    tests: tuple[int, ...]

    def without(self, places: Collection[int]) -> Order:
        """Return the order of the other tests."""
        return Order(self.name, tuple(place for place in self.tests if place not in places))


def orders(classes: Sequence[tuple[str, str]], randoms: int, first_seed: int) -> Iterator[Order]:
    """Yield the suite's own order, the reverse, and random ones: whole, by module, by class."""
    own = range(len(classes))
    yield Order("the suite's own order", tuple(own))
    yield Order("reversed", tuple(reversed(own)))
    for number in range(randoms):
        seed = first_seed + number
        how = ("random", "modules shuffled", "random", "classes shuffled")[number % 4]
        depth = {"random": 0, "modules shuffled": 1, "classes shuffled": 2}[how]
        yield Order(f"{how}, seed {seed}", tuple(shuffled(list(own), classes, depth, seed)))


def neighbours(number: int) -> Iterator[tuple[int, ...]]:
    """Yield orders in which, taken together, every test comes right after every other one.

    A test that puts right what another broke hides it from a third if it comes in between. In one
    of these orders nothing does. Each is the zigzag 0, 1, -1, 2, -2, … begun at another number
    (Williams, 1949); for an odd number, of one more, which is then left out.
    """
    even = number + number % 2
    zigzag = [0, *(step for half in range(1, even // 2 + 1) for step in (half, -half))][:even]
    for start in range(even):
        order = tuple((start + step) % even for step in zigzag)
        yield tuple(place for place in order if place < number)


def shuffled(
    tests: Sequence[T], groups: Sequence[Sequence[Hashable]], depth: int, seed: int
) -> list[T]:
    """Return the tests in a random order that keeps groups together.

    Args:
        tests: in their own order.
        groups: of each test, the groups it is in, outermost first.
        depth: how many levels of groups are kept together.
        seed: the same one makes the same order.
    """
    chance = random.Random(seed)  # noqa: S311  # an order, not a secret
    return _shuffled(list(zip(tests, groups, strict=True)), depth, 0, chance)


def _shuffled(
    pairs: list[tuple[T, Sequence[Hashable]]], depth: int, level: int, chance: random.Random
) -> list[T]:
    if level >= depth:
        chance.shuffle(pairs)
        return [test for test, _ in pairs]
    members: dict[Hashable, list[tuple[T, Sequence[Hashable]]]] = {}
    for pair in pairs:
        members.setdefault(pair[1][level], []).append(pair)
    names = list(members)
    chance.shuffle(names)
    return [one for name in names for one in _shuffled(members[name], depth, level + 1, chance)]
