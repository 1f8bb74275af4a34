"""What functions and abstract classes have been told of others: dispatchers, virtual subclasses."""

from __future__ import annotations

import _abc  # type: ignore[import-not-found]  # what `abc` is made of, not in typeshed
import gc
from collections.abc import Iterable, Sequence
from typing import Any

from freshdb.state.change import MISSING
from freshdb.state.graph.compare import Difference, mapping_differences
from freshdb.state.graph.record import Kind, Trip


def is_single_dispatch(function: Any) -> bool:
    """Tell whether a function is a `functools.singledispatch`."""
    return "registry" in function.__dict__ and hasattr(function, "_clear_cache")


class SingleDispatchKind(Kind):
    """The implementations of a `functools.singledispatch`, by class."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return tuple(container.registry.items())

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(container.registry.items())

    def suffix(self, step: Any) -> str:
        return f".registry[{step.__name__}]"

    def save(self, container: Any) -> Any:
        return dict(container.registry)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return mapping_differences(saved, container.registry, ordered=False)

    def undoes_singly(self, difference: Difference) -> bool:
        return True

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        (registry,) = gc.get_referents(container.registry)  # behind a view that cannot be changed
        for one in differences:
            if one.before is MISSING:
                registry.pop(one.step, None)
            else:
                registry[one.step] = one.before
        container._clear_cache()


class VirtualSubclassesKind(Kind):
    """The classes that were registered with an abstract one (``abc.ABCMeta.register``)."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return tuple(sorted(map(id, _registered(container))))

    def suffix(self, step: Any) -> str:
        return f".register({step.__name__})"

    def save(self, container: Any) -> Any:
        return dict.fromkeys(_registered(container), True)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = dict.fromkeys(_registered(container), True)
        return mapping_differences(saved, now, ordered=False)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        _abc._reset_registry(container)
        for one in saved:
            container.register(one)
        for base in container.__mro__:
            if "_abc_impl" in vars(base):
                _abc._reset_caches(base)


def has_virtual_subclasses(kind: type) -> bool:
    """Tell whether others can be registered with a class as its subclasses."""
    return "_abc_impl" in type.__dict__["__dict__"].__get__(kind)


def _registered(kind: Any) -> list[type]:
    found = (reference() for reference in _abc._get_dump(kind)[0])
    return [one for one in found if one is not None]


SINGLE_DISPATCH = SingleDispatchKind()
VIRTUAL_SUBCLASSES = VirtualSubclassesKind()
