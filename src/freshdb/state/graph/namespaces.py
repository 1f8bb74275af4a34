"""Modules, classes and instances: containers whose entries are attributes."""

from __future__ import annotations

import gc
import types
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import Any

from freshdb.state.change import MISSING, Verb
from freshdb.state.exempt import bound_by_import, exempt_mapping, exempt_name
from freshdb.state.graph.compare import Difference, mapping_differences, same
from freshdb.state.graph.kinds import BUILT_IN, AttributesKind, undo_entry
from freshdb.state.graph.record import Kind, Trip


class ModuleKind(AttributesKind):
    """A module's globals. Put back one by one: other threads may be reading them."""

    is_of_instance = False

    def stamped(self, container: Any) -> dict[Any, Any]:
        return module_globals(container)

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(
            (name, value)
            for name, value in tuple(module_globals(container).items())
            if not exempt_name("module", name)
        )

    def save(self, container: Any) -> Any:
        return module_globals(container).copy()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        name = saved.get("__name__", "")
        found = mapping_differences(saved, module_globals(container).copy(), ordered=False)
        return [
            difference
            for difference in found
            if not exempt_name("module", difference.step)
            and not bound_by_import(name, difference.step, difference.after)
        ]

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        namespace = module_globals(container)
        for difference in differences:
            if difference.before is MISSING:
                namespace.pop(difference.step, None)
            else:
                namespace[difference.step] = difference.before


class PluginModuleKind(ModuleKind):
    """A module with pytest's hooks, such as a ``conftest.py``.

    Hooks keep books over the whole run: what they note in globals is not a test's to be undone.
    Objects in it, an application for one, are looked into.
    """

    trip = Trip.NONE

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return [
            (name, value)
            for name, value in super().children(container)
            if type(value) not in BUILT_IN or type(value) is tuple
        ]


def kind_of_module(module: Any) -> ModuleKind:
    """Return how a module of the project is watched."""
    namespace = module_globals(module)
    file = namespace.get("__file__")
    is_conftest = type(file) is str and file.endswith("conftest.py")
    has_hooks = any(type(name) is str and name.startswith("pytest_") for name in tuple(namespace))
    return PLUGIN_MODULE if is_conftest or has_hooks else MODULE


class ClassKind(AttributesKind):
    """A class's attributes, methods among them."""

    is_of_instance = False

    def stamped(self, container: Any) -> dict[Any, Any]:
        return class_dict(container)

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(
            (name, value)
            for name, value in tuple(class_dict(container).items())
            if not exempt_name("class", name)
        )

    def save(self, container: Any) -> Any:
        return class_dict(container).copy()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = class_dict(container).copy()
        return [
            difference
            for difference in mapping_differences(saved, now, ordered=False)
            if not exempt_name("class", difference.step) and not _is_mapping(difference, now)
        ]

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        """Assign through `type`: a metaclass may forbid it, or take it for a declaration."""
        for difference in differences:
            if difference.before is MISSING:
                type.__delattr__(container, difference.step)
            else:
                type.__setattr__(container, difference.step, difference.before)


def _is_mapping(difference: Difference, attributes: dict[str, Any]) -> bool:
    """Tell whether it is only that a class was mapped, its mapping completed, or taken away."""
    if exempt_mapping(difference.after):
        return True
    # What is gone from a class that still is mapped, a test has replaced or deleted.
    return exempt_mapping(difference.before) and "_sa_class_manager" not in attributes


class InstanceKind(Kind):
    """What an instance has besides its ``__dict__``'s entries: class, that dict itself, slots."""

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        names = slots_of(type(container))
        return tuple((name, value) for name, value in zip(names, _slots(container), strict=True))

    def suffix(self, step: Any) -> str:
        return f".{step}"

    def save(self, container: Any) -> Any:
        return type(container), instance_dict(container), _slots(container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        kind, attributes, values = saved
        if type(container) is not kind:
            return (Difference("__class__", kind, type(container), Verb.CHANGED),)
        found = [
            Difference(name, before, after)
            for name, before, after in zip(slots_of(kind), values, _slots(container), strict=True)
            if not same(before, after)
        ]
        if instance_dict(container) is not attributes:
            now = instance_dict(container)
            found.append(Difference("__dict__", attributes, now, Verb.CHANGED))
        return found

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        kind, attributes, values = saved
        if type(container) is not kind:
            object.__setattr__(container, "__class__", kind)
        if instance_dict(container) is not attributes:
            object.__setattr__(container, "__dict__", attributes)
        for (name, slot), value in zip(slots_of(kind).items(), values, strict=True):
            if not same(value, _slot(container, slot)):
                _set_slot(container, slot, value, name)


class InstanceWithGapsKind(InstanceKind):
    """An instance with slots that are not set.

    The garbage collector does not tell which slot holds a value, so one that moved from a slot to
    another would not be noticed by it.
    """

    trip = Trip.PARTS

    def reader(self, container: Any) -> Callable[[], Iterable[Any]]:
        return lambda: [type(container), instance_dict(container), *_slots(container)]


class PartsKind(AttributesKind):
    """Chosen attributes of an object that is otherwise its own business: an application."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def stamped(self, container: Any) -> dict[Any, Any]:
        return instance_dict(container) or {}

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return tuple(self.save(container).items())

    def save(self, container: Any) -> Any:
        attributes = instance_dict(container) or {}
        return {name: attributes[name] for name in self._names if name in attributes}

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return mapping_differences(saved, self.save(container), ordered=False)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        attributes = instance_dict(container) or {}
        for difference in differences:
            undo_entry(attributes, difference)


class BusyPartsKind(PartsKind):
    """Chosen attributes of a module whose others change with every test, such as `sys`.

    Its dict's stamp always has moved, so these few are compared instead.
    """

    trip = Trip.PARTS

    def reader(self, container: Any) -> Callable[[], Iterable[Any]]:
        # A module's dict is the same one as long as it lives.
        return partial(map, module_globals(container).get, self._names, repeat(MISSING))


_SLOTS: dict[int, tuple[type, dict[str, Any]]] = {}


def slots_of(kind: type) -> dict[str, Any]:
    """Return the descriptors of a class's ``__slots__``, by their names."""
    # By id, with the class kept alive: a metaclass may define a `__hash__` of its own.
    known = _SLOTS.get(id(kind))
    if known is None:
        known = _SLOTS[id(kind)] = kind, _find_slots(kind)
    return known[1]


def _find_slots(kind: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in type.__dict__["__mro__"].__get__(kind):
        attributes = type.__dict__["__dict__"].__get__(base)
        if "__slots__" in attributes:
            for name, value in attributes.items():
                if type(value) is types.MemberDescriptorType:
                    found.setdefault(name, value)
    return found


def has_unset_slots(instance: Any) -> bool:
    """Tell whether an instance has a slot without a value."""
    return any(value is MISSING for value in _slots(instance))


def _slots(instance: Any) -> list[Any]:
    return [_slot(instance, slot) for slot in slots_of(type(instance)).values()]


def _slot(instance: Any, slot: Any) -> Any:
    try:
        return slot.__get__(instance)
    except AttributeError:
        return MISSING


def _set_slot(instance: Any, slot: Any, value: Any, name: str) -> None:
    # The descriptor itself, so that a frozen dataclass or a pydantic model cannot refuse.
    if value is MISSING:
        slot.__delete__(instance)
    else:
        slot.__set__(instance, value)


def instance_dict(instance: Any) -> Any:
    """Return an instance's own ``__dict__``, past any ``__getattribute__``; None if it has none."""
    try:
        found = object.__getattribute__(instance, "__dict__")
    except Exception:
        return None
    return found if type(found) is dict else None


def module_globals(module: Any) -> dict[str, Any]:
    """Return a module's globals, past a ``__getattribute__`` of a subclass."""
    namespace: dict[str, Any] = object.__getattribute__(module, "__dict__")
    return namespace


def class_dict(kind: Any) -> dict[str, Any]:
    """Return the dict behind the read-only view that ``kind.__dict__`` is."""
    view = type.__dict__["__dict__"].__get__(kind)
    behind = gc.get_referents(view)
    namespace: dict[str, Any] = behind[0]
    return namespace


MODULE = ModuleKind()
PLUGIN_MODULE = PluginModuleKind()
CLASS = ClassKind()
INSTANCE = InstanceKind()
INSTANCE_WITH_GAPS = InstanceWithGapsKind()
