"""Find every container that some roots reach, each once, by the shortest path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from freshdb.state.graph.reach import Opener, Reach
from freshdb.state.graph.record import Kind, Record


class Walk:
    """Turns roots into records. Knows what it has already recorded, so aliases and cycles end.

    Args:
        reach: decides what is looked into.
        skip: tells by its path which container is left out, with all below it; None if none is.
    """

    def __init__(self, reach: Reach, skip: Callable[[str], bool] | None = None) -> None:
        self._reach = reach
        self._skip = skip
        self._known: dict[tuple[int, int], Record] = {}
        self._shared: set[int] = set()

    def copy(self) -> Walk:
        """Return a walk that knows the same and goes on by itself."""
        twin = Walk(self._reach, self._skip)
        twin._known = self._known.copy()
        twin._shared = self._shared.copy()
        return twin

    def knows(self, container: Any, kind: Kind) -> bool:
        """Tell whether a container is recorded already."""
        return (id(container), id(kind)) in self._known

    def record_of(self, container: Any, kind: Kind) -> Record | None:
        """Return the record of a container, if there is one."""
        return self._known.get((id(container), id(kind)))

    def is_shared(self, container: Any) -> bool:
        """Tell whether a container was reached in more than one way."""
        return id(container) in self._shared

    def from_root(self, container: Any, kind: Kind, name: str) -> list[Record]:
        """Return records of a root and of all that it newly reaches."""
        if self.knows(container, kind):
            return []
        root = Record(container, kind, None, name)
        return self._follow([root]) if self._admit(root) else []

    def beyond(self, record: Record) -> list[Record]:
        """Return records of what a container that was recorded earlier now reaches anew."""
        found = self._open_children(record)
        opener = self._reach.opener(type(record.container))
        if opener is not None and record.parent is not None:
            # An instance may have got another `__dict__`.
            self._open(opener, record.container, record.parent, record.step, found)
        return self._follow(found)

    def _follow(self, queue: list[Record]) -> list[Record]:
        # The queue grows while it is read: breadth first, so that paths are short.
        unreadable = []
        for record in queue:
            queue.extend(self._open_children(record))
            try:
                record.adopt_if_watched()
            except Exception:  # it resists being read
                unreadable.append(record)
        return [one for one in queue if one not in unreadable] if unreadable else queue

    def _open_children(self, record: Record) -> list[Record]:
        found: list[Record] = []
        opener_of = self._reach.opener
        for step, value in _children(record):
            opener = opener_of(type(value))
            if opener is not None:
                self._open(opener, value, record, step, found)
        return found

    def _open(
        self, opener: Opener, value: Any, parent: Record, step: Any, found: list[Record]
    ) -> None:
        """Add records of what a value newly leads to."""
        try:
            opened = tuple(opener(value))
        except Exception:  # half-made objects: attributes that their class promises are not there
            return
        for container, kind in opened:
            known = self._known.get((id(container), id(kind)))
            if known is None:
                record = Record(container, kind, parent, step)
                if self._admit(record):
                    found.append(record)
            elif known.parent is None or known.parent.container is not parent.container:
                self._shared.add(id(container))

    def _admit(self, record: Record) -> bool:
        if self._skip is not None and self._skip(record.path):
            return False
        # The record keeps the container alive, so its id cannot come to mean another object.
        self._known[id(record.container), id(record.kind)] = record
        return True


def _children(record: Record) -> Iterable[tuple[Any, Any]]:
    try:
        return record.kind.children(record.container)
    except Exception:  # another thread changes it, or it resists being read
        return ()
