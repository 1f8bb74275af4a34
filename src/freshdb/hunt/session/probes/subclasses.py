"""A probe of the subclasses that classes of the project were given, and that are still alive."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from freshdb.state import BaseProbe, Change, Finding, Verb
from freshdb.state.settings import StateSettings

Known = list[tuple["weakref.ref[type]", set[int]]]


class SubclassesProbe(BaseProbe):
    """Watches ``__subclasses__()``: by it programs find plugins, and it forgets none that lives."""

    name = "subclasses"

    def __init__(self, settings: StateSettings) -> None:
        self._own = settings.own

    def snapshot(self) -> Known:
        """Return the project's classes, and their subclasses."""
        return [(weakref.ref(one), set(map(id, _subclasses(one)))) for one in self._classes()]

    def compare(self, baseline: Known) -> Sequence[Finding]:
        """Return a finding for each subclass that came."""
        found = []
        for reference, known in baseline:
            kind = reference()
            new = [] if kind is None else [one for one in _subclasses(kind) if id(one) not in known]
            found += [self._of(kind, one) for one in new]
        return found

    def remaining(self, baseline: Known) -> Sequence[Finding]:
        """Nothing: whoever asks goes on with what there is."""
        return ()

    def _of(self, kind: Any, new: type) -> Finding:
        path = f"{kind.__module__}.{kind.__qualname__}.__subclasses__()"
        change = Change(self.name, f"{path}: {new.__qualname__}", verb=Verb.ADDED)
        return Finding(change, partial(_take_away, weakref.ref(new), kind))

    def _classes(self) -> Iterator[type]:
        found: dict[int, type] = {}
        for name, module in list(sys.modules.items()):
            if self._own.is_of_project(name):
                values = list(getattr(module, "__dict__", {}).values())
                found |= {id(one): one for one in values if isinstance(one, type)}
        for one in found.values():
            if self._own.is_of_project(str(type.__getattribute__(one, "__module__"))):
                yield one


def _subclasses(kind: type) -> list[type]:
    return type.__subclasses__(kind)


def _take_away(reference: weakref.ref[type], kind: type) -> None:
    """Let a class die; or, where something holds it, let it be the subclass of a sibling."""
    gc.collect()
    new = reference()
    if new is not None:
        sibling = type.__new__(type(kind), kind.__name__, kind.__bases__, {})
        bases = tuple(sibling if one is kind else one for one in new.__bases__)
        type.__setattr__(new, "__bases__", bases)
