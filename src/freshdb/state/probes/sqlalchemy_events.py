"""SQLAlchemy event listeners on global targets: ``Engine``, ``Pool``, ``Session`` and more."""

from __future__ import annotations

import sys
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from weakref import WeakSet

from freshdb.state.change import MISSING, Finding, finding
from freshdb.state.exempt import is_of_test_tools
from freshdb.state.graph.kinds import BUILT_IN, DICT
from freshdb.state.graph.record import Record
from freshdb.state.graph.tripwire import Tripwire
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

_TARGETS = (
    ("sqlalchemy.engine.base", "Engine"),
    ("sqlalchemy.engine.default", "DefaultDialect"),
    ("sqlalchemy.pool.base", "Pool"),
    ("sqlalchemy.orm.session", "Session"),
    ("sqlalchemy.orm.mapper", "Mapper"),
    ("sqlalchemy.orm.query", "Query"),
    ("sqlalchemy.orm.instrumentation", "InstrumentationFactory"),
    ("sqlalchemy.sql.schema", "Table"),
    ("sqlalchemy.sql.schema", "MetaData"),
)

Listeners = dict[tuple[str, Any], tuple[Any, list[Any]]]


@dataclass(frozen=True, eq=False)
class _Registered:
    listeners: Listeners
    wire: Tripwire
    had_orm: bool
    classes: WeakSet[type]


class SQLAlchemyProbe(BaseProbe):
    """Watches listeners that were added to classes, where every engine and session sees them.

    A class that was made since the baseline keeps its own: a library that makes a `sessionmaker` at
    its first use puts its listeners on that one's class, and would not do so again.
    """

    name = "sqlalchemy"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> _Registered | None:
        if "sqlalchemy.engine.base" not in sys.modules:
            return None
        wire = Tripwire()
        wire.extend(list(_watched()))
        return _Registered(_listeners(), wire, _has_orm(), _classes())

    def rebase(self, baseline: _Registered | None) -> _Registered | None:
        if baseline is None or baseline.had_orm != _has_orm() or not baseline.wire.is_untouched():
            return self.snapshot()
        # There are thousands of places for listeners, and few fixtures make a class for some.
        return replace(baseline, classes=_classes())

    def compare(self, baseline: _Registered | None) -> Sequence[Finding]:
        if baseline is None or baseline.wire.is_untouched():
            return ()
        now = _listeners(baseline.classes)
        gained = _gained(baseline, now)
        if gained:
            now = _listeners()  # classes made since have inherited them
        found = list(self._differences(baseline, now, gained))
        if not found:
            baseline.wire.arm()
        return found

    def signs(self, baseline: _Registered | None) -> Signs | None:
        return None if baseline is None else Signs(wires=(baseline.wire,))

    def settle(self, baseline: _Registered | None, left: Sequence[Finding]) -> None:
        if baseline is not None:
            baseline.wire.arm()

    def _differences(
        self, baseline: _Registered, now: Listeners, gained: dict[str, list[Any]]
    ) -> Iterator[Finding]:
        for key, (held_in, functions) in now.items():
            saved = _saved(baseline, key, functions, gained)
            for function in functions:
                if not _holds(saved, function):
                    undo = partial(_put_back, held_in, saved)
                    path = f"sqlalchemy listeners of {key[1].__name__}.{key[0]}"
                    yield finding(self.name, path, MISSING, function, undo)
            for function in saved:
                if not _holds(functions, function):
                    undo = partial(_put_back, held_in, saved)
                    path = f"sqlalchemy listeners of {key[1].__name__}.{key[0]}"
                    yield finding(self.name, path, function, MISSING, undo)


def _gained(baseline: _Registered, now: Listeners) -> dict[str, list[Any]]:
    """Return by event the listeners that classes of the baseline have got since."""
    gained: dict[str, list[Any]] = {}
    for key, (_, functions) in now.items():
        had = _had(baseline, key)
        new = [one for one in functions if not _holds(had, one)]
        if new:
            gained.setdefault(key[0], []).extend(new)
    return gained


def _saved(
    baseline: _Registered, key: tuple[str, Any], functions: list[Any], gained: dict[str, list[Any]]
) -> list[Any]:
    """Return the listeners that a class is to have: a new class all but those it has inherited."""
    event, target = key
    if target in baseline.classes:
        return _had(baseline, key)
    return [function for function in functions if not _holds(gained.get(event, ()), function)]


def _had(baseline: _Registered, key: tuple[str, Any]) -> list[Any]:
    """Return the listeners that a class had, or would have had.

    SQLAlchemy gives a class those of its bases at its first use; a `sessionmaker` that is made
    when the application is imported may be used first by a test.
    """
    event, target = key
    had: list[Any] = []
    for base in target.__mro__:
        if (event, base) in baseline.listeners:
            own = baseline.listeners[event, base][1]
            if base is target:
                return own
            had += [function for function in own if not _holds(had, function)]
    return had


def _holds(functions: Sequence[Any], wanted: Any) -> bool:
    return any(function is wanted for function in functions)


def _has_orm() -> bool:
    return "sqlalchemy.orm.session" in sys.modules


def _classes() -> WeakSet[type]:
    """Return the classes that there are for listeners to be on."""
    found: WeakSet[type] = WeakSet()
    unseen = [
        target
        for module, name in _TARGETS
        if (target := getattr(sys.modules.get(module), name, None)) is not None
    ]
    for target in unseen:
        found.add(target)
        unseen.extend(one for one in type.__subclasses__(target) if one not in found)
    return found


def _collections() -> Iterator[tuple[str, Any]]:
    """Yield the name of each event and the object that keeps its listeners by class."""
    seen: set[int] = set()
    for module, name in _TARGETS:
        target = getattr(sys.modules.get(module), name, None)
        dispatch = getattr(target, "dispatch", None)
        for event in getattr(dispatch, "_event_names", ()):
            collection = getattr(dispatch, event, None)
            if hasattr(collection, "_clslevel") and id(collection) not in seen:
                seen.add(id(collection))
                yield event, collection


def _watched() -> Iterator[Record]:
    for event, collection in _collections():
        by_class = collection._clslevel
        yield Record(getattr(by_class, "data", by_class), DICT, None, event)
        for functions in tuple(by_class.values()):
            if type(functions) is deque:  # or a stand-in for "none", which is never changed
                yield Record(functions, BUILT_IN[deque][0], None, event)


def _listeners(classes: Iterable[type] | None = None) -> Listeners:
    """Return the listeners on classes.

    Args:
        classes: those that are looked at; all if not given. All may be many: a suite that makes an
            application per test makes as many classes of sessions, and to gather theirs after each
            test calls for the garbage collector, which takes longer than all the rest.
    """
    wanted = None if classes is None else [weakref.ref(one) for one in classes]
    return {
        (event, target): (functions, [one for one in functions if not is_of_test_tools(one)])
        for event, collection in _collections()
        for target, functions in _on_classes(collection._clslevel, wanted)
        if type(functions) is deque
    }


def _on_classes(
    by_class: Any, wanted: Iterable[weakref.ref[type]] | None
) -> Iterator[tuple[Any, Any]]:
    """Yield the classes that have listeners of one event, of those that are wanted."""
    if wanted is None:
        yield from tuple(by_class.items())
        return
    by_reference = getattr(by_class, "data", None)
    for reference in wanted:
        target = reference()
        key = target if by_reference is None else reference
        functions = (by_class if by_reference is None else by_reference).get(key)
        if functions is not None:
            yield target, functions


def _put_back(held_in: Any, saved: list[Any]) -> None:
    """Put a list of listeners back, and make SQLAlchemy forget that the others were registered.

    It would take a later `listen` with the same function for a repetition, and drop it.
    """
    ours = [function for function in held_in if is_of_test_tools(function)]
    gone = [function for function in held_in if not _holds([*saved, *ours], function)]
    held_in.clear()
    held_in.extend([*ours, *saved])
    registry: Any = sys.modules["sqlalchemy.event.registry"]
    owners: dict[Any, dict[Any, Any]] = registry._collection_to_key
    for owner, by_listener in tuple(owners.items()):
        for listener, key in tuple(by_listener.items()):
            if _holds(gone, listener()) and _is_class_level(owner()):
                by_listener.pop(listener)
                _forget(registry._key_to_collection, key, owner)


def _is_class_level(owner: Any) -> bool:
    return hasattr(owner, "_clslevel")


def _forget(by_key: dict[Any, dict[Any, Any]], key: Any, owner: Any) -> None:
    by_owner = by_key.get(key)
    if by_owner is not None:
        by_owner.pop(owner, None)
        if not by_owner:
            by_key.pop(key, None)
