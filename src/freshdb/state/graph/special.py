"""Caches, context variables, weak collections, generators of numbers: state behind an interface."""

from __future__ import annotations

import functools
import gc
import random
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from freshdb.state import raw
from freshdb.state.change import MISSING, Verb
from freshdb.state.exempt import exempt_types
from freshdb.state.graph.compare import Difference, element_differences, mapping_differences, same
from freshdb.state.graph.kinds import DictKind, SetKind, plain_copy
from freshdb.state.graph.record import Kind, Trip
from freshdb.state.render import show_key

LruCache: type = type(functools.lru_cache(lambda: None))


class UnboundedCacheKind(DictKind):
    """The dict inside a `functools.cache`: restored like any dict, with the same results."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(plain_copy(cache_dict(container)).items())

    def stamped(self, container: Any) -> dict[Any, Any]:
        return cache_dict(container)

    def suffix(self, step: Any) -> str:
        return _call(step)

    def save(self, container: Any) -> Any:
        return cache_dict(container).copy()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        found = mapping_differences(saved, cache_dict(container).copy(), ordered=False)
        return [replace(one, verb=Verb.CACHED) if one.before is MISSING else one for one in found]

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        super().put_back(cache_dict(container), saved, differences)


class BoundedCacheKind(UnboundedCacheKind):
    """A `functools.lru_cache` with a limit: results can be taken out of it, but not put back.

    Results that are only gone are no difference: the next call computes them again.
    """

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(results_of(container))

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        results = {id(key): result for key, result in results_of(container)}
        return [
            replace(one, before=MISSING, after=results.get(id(one.step), MISSING))
            for one in super().differences(container, saved)
            if one.after is not MISSING
        ]

    def undoes_singly(self, difference: Difference) -> bool:
        return True

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        """Empty the cache, or take only these results out if it held others before.

        The cache is made for it that a result vanishes from its dict: another thread, or the
        function itself, may have taken it. It still keeps the result alive until it is emptied.
        """
        if not saved:
            container.cache_clear()
            return
        inside = cache_dict(container)
        for difference in differences:
            inside.pop(difference.step, None)


def results_of(container: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the keys and results of an lru_cache with a limit."""
    inside = cache_dict(container)
    keys = {id(key) for key in inside}
    referents = iter(gc.get_referents(container))
    for found in takewhile(lambda found: found is not inside, referents):
        if id(found) in keys:
            yield found, next(referents, None)


def cache_dict(wrapper: Any) -> dict[Any, Any]:
    """Return the dict in which an lru_cache keeps its results (or, with a limit, links to them)."""
    attributes = wrapper.__dict__
    for found in reversed(gc.get_referents(wrapper)):
        if type(found) is dict and found is not attributes:
            return found
    raise LookupError("no dict inside the cache")


def _call(step: Any) -> str:
    if type(step) is tuple:
        return f"({', '.join(show_key(part) for part in step)})"
    return f"({show_key(step)})"


class ContextVarKind(Kind):
    """A ContextVar, in the context that the check runs in."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return container.get(MISSING)

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        value = container.get(MISSING)
        return () if value is MISSING else ((None, value),)

    def suffix(self, step: Any) -> str:
        return ".get()"

    def save(self, container: Any) -> Any:
        return container.get(MISSING)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = container.get(MISSING)
        return () if same(saved, now) else (Difference(None, saved, now, Verb.CHANGED, suffix=""),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if saved is MISSING:
            raise ValueError("a context variable cannot be unset; give it a default")
        container.set(saved)


class WeakDictKind(DictKind):
    """The dict inside a weak dictionary. An entry whose object died is no difference."""

    def __init__(self, *, weak_keys: bool) -> None:
        self._weak_keys = weak_keys

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        if not self._weak_keys:
            return ()
        return tuple((_referent(key), value) for key, value in plain_copy(container).items())

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        found = mapping_differences(self._living(saved), self._living(container), ordered=False)
        return [self._shown(difference) for difference in found]

    def undoes_singly(self, difference: Difference) -> bool:
        return False

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        dict.clear(container)
        dict.update(container, self._living(saved))

    def _living(self, mapping: Any) -> dict[Any, Any]:
        return {
            key: value
            for key, value in plain_copy(mapping).items()
            if (key if self._weak_keys else value)() is not None
        }

    def _shown(self, difference: Difference) -> Difference:
        if self._weak_keys:
            key = _referent(difference.step)
            # A note about a stream, a thread or a loop ends with it, and means nobody else.
            is_note = difference.before is MISSING and exempt_types(type(key))
            verb = Verb.CACHED if is_note else None
            return replace(difference, verb=verb, suffix=self.suffix(key))
        before, after = _referent(difference.before), _referent(difference.after)
        return Difference(difference.step, before, after)


class WeakSetKind(SetKind):
    """The set inside a WeakSet. An element that died is no difference."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return ()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        found = element_differences(_living(saved), _living(container))
        return [
            Difference(one.step, one.before, one.after, suffix=self.suffix(_referent(one.step)))
            for one in found
        ]

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        set.clear(container)
        set.update(container, _living(saved))


def _living(references: Any) -> set[Any]:
    return {reference for reference in set.copy(references) if reference() is not None}


def _referent(reference: Any) -> Any:
    return reference() if isinstance(reference, weakref.ref) else reference


class RandomKind(Kind):
    """A `random.Random` of the program's own."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        image = raw.random_image()
        state = image(container) if image is not None else container.getstate()
        return state, container.gauss_next

    def save(self, container: Any) -> Any:
        return container.getstate()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        if container.getstate() == saved:
            return ()
        return (Difference(None, "its state", "advanced", Verb.CHANGED, suffix=""),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        container.setstate(saved)


class IteratorKind(Kind):
    """An `itertools.count`: seen to move on, but it cannot be wound back in place."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return container.__reduce__()[1]

    def save(self, container: Any) -> Any:
        return container.__reduce__()[1]

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = container.__reduce__()[1]
        if same(saved, now):
            return ()
        return (Difference(None, saved[0], now[0], Verb.CHANGED, suffix=""),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        raise ValueError("an iterator cannot be wound back; keep a number instead")


UNBOUNDED_CACHE = UnboundedCacheKind()
BOUNDED_CACHE = BoundedCacheKind()
CONTEXT_VAR = ContextVarKind()
WEAK_KEYS = WeakDictKind(weak_keys=True)
WEAK_VALUES = WeakDictKind(weak_keys=False)
WEAK_SET = WeakSetKind()
RANDOM = RandomKind()
ITERATOR = IteratorKind()


def is_generator_of_numbers(kind: type) -> bool:
    """Tell whether a class is `random.Random` or derives from it, and so has its state."""
    bases = type.__dict__["__mro__"].__get__(kind)
    return random.Random in bases and random.SystemRandom not in bases  # noqa: S311  # only tests
