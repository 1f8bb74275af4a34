"""Values of ctypes: numbers, structures and arrays that compiled code may share."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from freshdb.state.change import Verb
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.record import Kind, Trip

_BASES = frozenset({"_SimpleCData", "Structure", "Union", "Array"})


class MemoryKind(Kind):
    """The bytes of a value, written back where they were."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> bytes:
        return bytes(container)

    def save(self, container: Any) -> bytes:
        return bytes(container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = bytes(container)
        if now == saved:
            return ()
        before, after = _shown(container, saved), _shown(container, now)
        return (Difference(None, before, after, Verb.CHANGED, suffix=".value"),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        memoryview(container).cast("B")[:] = saved


MEMORY = MemoryKind()


def is_shared(bases: Iterable[type]) -> bool:
    """Tell whether a class with these bases is what `multiprocessing.Value` or `Array` returns."""
    return any(
        base.__module__ == "multiprocessing.sharedctypes" and base.__name__ == "SynchronizedBase"
        for base in bases
    )


def is_memory(bases: Iterable[type]) -> bool:
    """Tell whether a class with these bases is one of ctypes' values."""
    return "_ctypes" in sys.modules and any(
        base.__module__ == "_ctypes" and base.__name__ in _BASES for base in bases
    )


def open_memory(value: Any) -> Iterable[tuple[Any, Kind]]:
    """Open a value, unless it points elsewhere: what was there may be gone.

    A buffer that it lies in is kept alive by it, as the memory of `multiprocessing.Value` is.
    """
    held = value._objects.values() if type(value._objects) is dict else [value._objects]
    points = not all(one is None or type(one) is memoryview for one in held)
    points = points or getattr(type(value), "_type_", "") in ("z", "Z", "P", "O", "X")
    return () if points else ((value, MEMORY),)


def _shown(container: Any, saved: bytes) -> Any:
    return getattr(type(container).from_buffer_copy(saved), "value", saved)
