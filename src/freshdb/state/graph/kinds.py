"""The containers that come with Python: how each is saved, compared and put back in place.

All access goes through the built-in type's own methods (``dict.update(container, …)``), so that a
subclass that overrides them runs none of its code and keeps no trace.
"""

from __future__ import annotations

import array
import functools
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from freshdb.state.change import MISSING, Verb
from freshdb.state.exempt import exempt_name
from freshdb.state.graph.compare import (
    Difference,
    element_differences,
    mapping_differences,
    same,
    sequence_differences,
)
from freshdb.state.graph.record import Kind, Trip
from freshdb.state.render import show_key

FACTORY = ".default_factory"
EMPTY: Any = object()
"""Stands for an empty container of whatever type."""


class DictKind(Kind):
    """A dict, or the dict inside a subclass of it."""

    trip = Trip.STAMP

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(dict.items(container))

    def save(self, container: Any) -> Any:
        return plain_copy(container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return mapping_differences(saved, plain_copy(container), ordered=True)

    def undoes_singly(self, difference: Difference) -> bool:
        """An entry that is gone would come back at the end; so it comes back with all."""
        return difference.suffix is None and _keeps_order(difference)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if all(map(self.undoes_singly, differences)):
            for difference in differences:
                undo_entry(container, difference)
        else:
            dict.clear(container)
            dict.update(container, saved)


class AttributesKind(DictKind):
    """The ``__dict__`` of an instance."""

    is_of_instance = True

    def suffix(self, step: Any) -> str:
        return f".{step}" if type(step) is str else f".__dict__[{show_key(step)}]"

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        # The order of attributes means nothing to a program, and restoring one may move it.
        found = mapping_differences(saved, plain_copy(container), ordered=False)
        return [one for one in found if not exempt_name("attribute", one.step)]

    def undoes_singly(self, difference: Difference) -> bool:
        return difference.suffix is None


class ClassAttributesKind(AttributesKind):
    """The ``__dict__`` of an instance, whose class may have values of the same names.

    Args:
        bases: the class and those that it derives from, in the order of their lookup.
    """

    def __init__(self, bases: tuple[type, ...]) -> None:
        self._bases = bases
        self._cached = frozenset(
            name
            for base in bases
            for name, value in type.__dict__["__dict__"].__get__(base).items()
            if type(value) is functools.cached_property
        )

    def default(self, step: Any) -> Any:
        for base in self._bases:
            attributes = type.__dict__["__dict__"].__get__(base)
            if step in attributes:
                return attributes[step]
        return MISSING

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return [
            replace(one, verb=Verb.CACHED)
            if one.before is MISSING and one.step in self._cached
            else one
            for one in super().differences(container, saved)
        ]


class LocalKind(AttributesKind):
    """What this thread sees of a `threading.local`.

    Every other thread starts without any of it. So an empty container, made at the first use, says
    no more than none does.
    """

    def default(self, step: Any) -> Any:
        return EMPTY


class FactoryKind(Kind):
    """The factory of a defaultdict, which is kept beside the dict."""

    def save(self, container: Any) -> Any:
        return container.default_factory

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = container.default_factory
        return () if now is saved else (Difference(None, saved, now, Verb.CHANGED, suffix=FACTORY),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        container.default_factory = saved


class OrderedDictKind(Kind):
    """An OrderedDict, whose order may change without a change of the dict inside."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(OrderedDict.items(container))

    def save(self, container: Any) -> Any:
        return dict(OrderedDict.items(container))

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return mapping_differences(saved, self.save(container), ordered=True)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        OrderedDict.clear(container)
        for key, value in saved.items():
            OrderedDict.__setitem__(container, key, value)


class ListKind(Kind):
    """A list."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(enumerate(list.copy(container)))

    def save(self, container: Any) -> Any:
        return list.copy(container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return sequence_differences(saved, list.copy(container))

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        list.__setitem__(container, slice(None), saved)


class DequeKind(Kind):
    """A deque; its ``maxlen`` cannot be changed."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(enumerate(deque.__iter__(container)))

    def save(self, container: Any) -> Any:
        return list(deque.__iter__(container))

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return sequence_differences(saved, self.save(container))

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        deque.clear(container)
        deque.extend(container, saved)


class SetKind(Kind):
    """A set."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple((value, value) for value in set.copy(container))

    def suffix(self, step: Any) -> str:
        return f"{{{show_key(step)}}}"

    def save(self, container: Any) -> Any:
        # A copy takes the stored hashes over: no `__hash__` of an element is called.
        return set.union(set(), container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return element_differences(saved, self.save(container))

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        set.clear(container)
        set.update(container, saved)


class TupleKind(Kind):
    """A tuple or frozenset: it cannot change, but what it holds can."""

    trip = Trip.NONE

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(enumerate(tuple.__iter__(container)))


class FrozenSetKind(TupleKind):
    """A frozenset: its elements may be objects with state."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple((value, value) for value in frozenset.__iter__(container))

    def suffix(self, step: Any) -> str:
        return f"{{{show_key(step)}}}"


class BytesKind(Kind):
    """A bytearray or an array: raw content without references."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return bytes(container)

    def save(self, container: Any) -> Any:
        return container[:]

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = container[:]
        if bytes(now) == bytes(saved):
            return ()
        return (Difference(None, saved, now, Verb.CHANGED, suffix=""),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        container[:] = saved


class CellKind(Kind):
    """A variable that a function keeps from the function around it (``nonlocal``)."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        value = _cell_value(container)
        return () if value is MISSING else ((None, value),)

    def suffix(self, step: Any) -> str:
        return ""

    def save(self, container: Any) -> Any:
        return _cell_value(container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = _cell_value(container)
        return () if same(saved, now) else (Difference(None, saved, now),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if saved is MISSING:
            del container.cell_contents
        else:
            container.cell_contents = saved


def plain_copy(container: Any) -> dict[Any, Any]:
    """Return a dict's content as a plain dict; of a subclass too, whatever it overrides."""
    if type(container).__iter__ is dict.__iter__:
        return dict.copy(container)  # takes the stored hashes over
    return dict(dict.items(container))


def _cell_value(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def _keeps_order(difference: Difference) -> bool:
    """Tell whether an entry can be undone alone: one that is gone would come back at the end."""
    return difference.before is MISSING or difference.after is not MISSING


def undo_entry(container: Any, difference: Difference) -> None:
    """Undo one difference of a dict."""
    if difference.before is MISSING:
        dict.pop(container, difference.step, None)
    else:
        dict.__setitem__(container, difference.step, difference.before)


DICT = DictKind()
ATTRIBUTES = AttributesKind()
LOCAL = LocalKind()
CELL = CellKind()

BUILT_IN: dict[type, tuple[Kind, ...]] = {
    dict: (DICT,),
    defaultdict: (DICT, FactoryKind()),
    OrderedDict: (OrderedDictKind(),),
    list: (ListKind(),),
    set: (SetKind(),),
    deque: (DequeKind(),),
    bytearray: (BytesKind(),),
    array.array: (BytesKind(),),
    tuple: (TupleKind(),),
    frozenset: (FrozenSetKind(),),
}
"""Kinds by built-in type; a subclass is handled as its nearest built-in base."""


def built_in_kinds(kind: type) -> tuple[Kind, ...]:
    """Return how the built-in content of a type's instances is handled; empty if it has none."""
    for base in type.__dict__["__mro__"].__get__(kind):
        if base in BUILT_IN:
            return BUILT_IN[base]
    return ()
