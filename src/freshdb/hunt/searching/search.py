"""Search for the few things out of many that make the difference. Pure: it only sees a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

_GROWTH = 4


def minimal(
    things: Sequence[T],
    is_enough: Callable[[Sequence[T]], bool],
    turn: Callable[[Sequence[T], Sequence[T]], int | None] = lambda things, needed: None,
) -> list[T]:
    """Return things that are enough together, none of which can be left out.

    Args:
        things: all of them are enough; none of them is not.
        is_enough: asked about some of the things, in their order.
        turn: tells how many of the first things are enough together with needed ones behind them,
            one fewer being not enough; None if it cannot tell.

    Nothing is assumed of what lies between: that more things are enough need not hold, since a
    test in between may put right what an earlier one broke. Where the first few things are not
    enough and the first few more are, there must be one thing at which it turns, and that one is
    needed. Then the search goes on among the things before.
    """
    needed: list[T] = []
    candidates = list(things)
    while candidates and not (needed and is_enough(needed)):
        high = turn(candidates, needed) or _halved(candidates, needed, is_enough)
        needed.insert(0, candidates[high - 1])
        candidates = candidates[: high - 1]
    return _without_spare(needed, is_enough)


def _halved(
    candidates: Sequence[T], needed: Sequence[T], is_enough: Callable[[Sequence[T]], bool]
) -> int:
    """Return how many of the first candidates are enough, by log2 questions."""
    low, high = 0, len(candidates)
    while high - low > 1:
        # Invariant: candidates[:low] with needed are not enough, candidates[:high] with them are.
        middle = (low + high) // 2
        if is_enough([*candidates[:middle], *needed]):
            high = middle
        else:
            low = middle
    return high


def _without_spare(needed: list[T], is_enough: Callable[[Sequence[T]], bool]) -> list[T]:
    """Leave out what a later choice has made needless."""
    if len(needed) == 1:
        return needed
    for thing in list(needed):
        rest = [one for one in needed if one is not thing]
        if rest and is_enough(rest):
            needed = rest
    return needed


def growing(things: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the first thing, the first few, and more, up to all of them.

    Where the likeliest come first, to ask about these in turn takes fewer questions than halving.
    """
    size = 1
    while size < len(things):
        yield things[:size]
        size *= _GROWTH
    if things:
        yield things


def chunks(things: Sequence[T], size: int) -> tuple[list[list[T]], list[list[T]]]:
    """Return things in runs of a size, first all forwards, then all backwards.

    A test that puts right what another broke hides it in one of the two directions, not in both.
    """
    found = [list(things[start : start + size]) for start in range(0, len(things), size)]
    return found, [chunk[::-1] for chunk in found]
