"""Iterators that say where they are (``__reduce__``), and so can be made anew."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

from freshdb.state.change import Verb
from freshdb.state.graph.compare import Difference, same
from freshdb.state.graph.record import Kind, Trip
from freshdb.state.graph.thorough.referrers import put_in_place_of

_BUILT_IN: tuple[Iterable[object], ...] = ([], (), "", b"", bytearray(), range(0), range(2**65))
_CLASSES: tuple[type, ...] = (
    *(type(iter(one)) for one in _BUILT_IN),
    *(type(reversed([])), type(reversed(())), enumerate, filter, map, zip),
    *(itertools.accumulate, itertools.chain, itertools.combinations, itertools.compress),
    *(itertools.count, itertools.cycle, itertools.dropwhile, itertools.islice),
    *(itertools.permutations, itertools.product, itertools.repeat, itertools.starmap),
    *(itertools.takewhile, itertools.zip_longest),
)
ITERATORS = frozenset(_CLASSES)

DEEPEST = 20
"""So many levels of iterators over iterators are compared."""
_MADE_BY = object()
"""Begins a recipe, which is a tuple that no program has."""


def recipe_of(value: Any) -> Any:
    """Return how to make an iterator that goes on where this one is; another value as it is."""
    if type(value) not in ITERATORS:
        return value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # itertools will not tell for ever
        make, arguments, *state = value.__reduce__()
    return _MADE_BY, make, tuple(map(_argument, arguments)), tuple(map(_kept, state))


def made_of(recipe: Any) -> Any:
    """Return what a recipe makes; another value as it is."""
    if type(recipe) is not tuple or not recipe or recipe[0] is not _MADE_BY:
        return recipe
    _, make, arguments, state = recipe
    iterator = make(*map(made_of, arguments))
    for one in state:
        iterator.__setstate__(_told(one))
    return iterator


def _argument(value: Any) -> Any:
    if type(value) is list and not value:  # of an iterator at its end: another one each time
        return ()
    if type(value) is range:  # that too
        return _MADE_BY, range, (value.start, value.stop, value.step), ()
    return recipe_of(value)


def _kept(state: Any) -> Any:
    """Return a state that stays as it is: a cycle adds to its list while it goes on."""
    if type(state) is tuple:
        return tuple((list, *one) if type(one) is list else recipe_of(one) for one in state)
    return state


def _told(state: Any) -> Any:
    if type(state) is tuple:
        return tuple(
            list(one[1:]) if type(one) is tuple and one[:1] == (list,) else made_of(one)
            for one in state
        )
    return state


class IteratorKind(Kind):
    """An iterator. One that goes on where it was takes its place."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return recipe_of(container)

    def save(self, container: Any) -> Any:
        return recipe_of(container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        if same(saved, recipe_of(container), DEEPEST):
            return ()
        return (Difference(None, "as it was", "moved on", Verb.CHANGED, suffix=""),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        put_in_place_of(container, made_of(saved))


ITERATOR = IteratorKind()
