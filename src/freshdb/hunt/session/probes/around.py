"""A probe of all that one statement can get at, looked into from just before it."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Sequence
from functools import partial
from types import FrameType
from typing import Any

from freshdb.state import BaseProbe, Finding
from freshdb.state.exempt import exempt_foreign
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.compare import ATOMS
from freshdb.state.graph.kinds import ATTRIBUTES
from freshdb.state.graph.namespaces import MODULE, instance_dict
from freshdb.state.graph.reach import Opened, Opener, Reach
from freshdb.state.graph.record import Kind
from freshdb.state.graph.thorough.opaque import OPAQUE, is_opaque
from freshdb.state.graph.walk import Walk
from freshdb.state.settings import StateSettings

NAME = "around"
_MOST = 100_000
"""So many objects are looked into."""
_NEVER = (types.ModuleType, types.FrameType, types.TracebackType)

Root = tuple[Any, Kind, str]


class AroundProbe(BaseProbe):
    """Watches what a frame's names lead to: too much for the whole program, not for one statement.

    Objects of libraries are looked into as if they were the project's, and modules that were
    imported since the session began.
    """

    name = NAME

    def __init__(self, settings: StateSettings) -> None:
        self._is_of_project = settings.own.is_of_project
        self._graph: GraphBaseline | None = None

    def note(self, frame: FrameType) -> None:
        """Take what a frame that is about to go on can get at as it is now."""
        reach = _CloseReach(_is_wanted, is_of_project=self._is_of_project)
        self._graph = GraphBaseline(NAME, Walk(reach), tells_all=True)
        self._graph.add_roots(_roots(frame, reach))

    def snapshot(self) -> None:
        """Nothing: it begins with a frame."""

    def compare(self, baseline: Any) -> Sequence[Finding]:
        """Return what differs since a frame was noted."""
        return self._graph.compare() if self._graph is not None else ()

    def remaining(self, baseline: Any) -> Sequence[Finding]:
        """Return what still differs."""
        return self._graph.remaining() if self._graph is not None else ()


class _CloseReach(Reach):
    """Looks into what else is kept by reference, too."""

    _left = _MOST

    def opener(self, kind: type) -> Opener | None:
        """Return what opens instances of a class; nothing does where nothing could change."""
        if kind in ATOMS or issubclass(kind, _NEVER):
            return None
        found = super().opener(kind)
        if not _is_wanted(kind.__module__) or issubclass(kind, type):
            return found
        return partial(self._open_closely, found)

    def _open_closely(self, found: Opener | None, value: Any) -> Opened:
        self._left -= 1
        if self._left < 0:
            return
        if found is not None:
            yield from found(value)
        else:
            attributes = instance_dict(value)
            if attributes is not None:
                yield attributes, ATTRIBUTES
        if is_opaque(type(value)):
            yield value, OPAQUE


def _is_wanted(module: Any) -> bool:
    return type(module) is str and not exempt_foreign(module)


def _roots(frame: FrameType, reach: Reach) -> Iterator[Root]:
    for module in _modules(frame):
        yield module, MODULE, module.__name__
    for name, value in frame.f_locals.items():
        opener = reach.opener(type(value))
        if opener is not None:
            yield from ((container, kind, name) for container, kind in opener(value))


def _modules(frame: FrameType) -> list[types.ModuleType]:
    """Return the frame's module, those that its code names, and those that these come from."""
    names = frame.f_code.co_names
    found: dict[str, types.ModuleType] = {}
    queue: list[Any] = [sys.modules.get(frame.f_globals.get("__name__", ""))]
    values = [*frame.f_locals.values(), *(frame.f_globals.get(name) for name in names)]
    queue += values
    queue += [sys.modules.get(str(getattr(value, "__module__", ""))) for value in values]
    for one in queue:
        if isinstance(one, types.ModuleType) and one.__name__ not in found:
            if _is_wanted(one.__name__):
                found[one.__name__] = one
            queue += [vars(one).get(name) for name in names]
    return list(found.values())
