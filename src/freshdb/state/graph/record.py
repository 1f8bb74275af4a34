"""A watched container: where it is, what it held, and how containers of its kind are handled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from typing import Any

from freshdb.state.change import MISSING
from freshdb.state.graph.compare import Difference
from freshdb.state.render import show_key


class Trip(Enum):
    """How a change of a container is noticed without looking through it."""

    NONE = auto()
    """It cannot change; it only leads to other containers."""
    STAMP = auto()
    """The interpreter stamps its dict anew at each change."""
    REFERENTS = auto()
    """The objects it refers to, as the garbage collector sees them, are others than before."""
    PARTS = auto()
    """What chosen parts of it refer to are others than before."""
    VALUE = auto()
    """A cheap reading of it differs; for the few that hold more than references."""


class Kind:
    """How one kind of container is saved, compared and put back. Stateless; one of each exists."""

    trip = Trip.REFERENTS
    # Whether the dict that is stamped is an instance's, which not every interpreter stamps.
    is_of_instance = False

    def stamped(self, container: Any) -> dict[Any, Any]:
        """Return the dict whose version stamp moves when the container changes."""
        mapping: dict[Any, Any] = container
        return mapping

    def reading(self, container: Any) -> Any:
        """Return a cheap value that differs after a change; compared with `same`."""
        raise NotImplementedError

    def reader(self, container: Any) -> Callable[[], Iterable[Any]]:
        """Return a function that returns what its chosen parts refer to."""
        raise NotImplementedError

    def children(self, container: Any) -> Iterable[tuple[Any, Any]]:
        """Return the steps and values that lead on from here."""
        return ()

    def suffix(self, step: Any) -> str:
        """Return a step as it is written at the end of a path."""
        return f"[{show_key(step)}]"

    def default(self, step: Any) -> Any:
        """Return what a program reads where the container has no such entry, or `MISSING`."""
        return MISSING

    def save(self, container: Any) -> Any:
        """Return the content in a form that later changes do not touch."""
        raise NotImplementedError

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        """Return what is not as it was saved."""
        raise NotImplementedError

    def undoes_singly(self, difference: Difference) -> bool:
        """Tell whether one difference can be undone while others of its container stay."""
        return False

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        """Undo the given differences in place."""
        raise NotImplementedError


class Record:
    """One watched container with its content in a baseline. Not changed but by `adopt`."""

    __slots__ = ("container", "kind", "parent", "saved", "step")

    def __init__(
        self, container: Any, kind: Kind, parent: Record | None, step: Any, saved: Any = None
    ) -> None:
        self.container = container
        self.kind = kind
        self.parent = parent
        self.step = step
        self.saved = saved

    @property
    def path(self) -> str:
        """Return the dotted path by which the container was first reached."""
        if self.parent is None:
            return str(self.step)
        return self.parent.path + self.parent.kind.suffix(self.step)

    def differences(self) -> Sequence[Difference]:
        """Return what is not as it was saved."""
        return self.kind.differences(self.container, self.saved)

    def renewed(self) -> Record:
        """Return a record of the same container with its content as it is now."""
        saved = self.kind.save(self.container)
        return Record(self.container, self.kind, self.parent, self.step, saved)

    def adopt_if_watched(self) -> None:
        """Save the content for the first time, of a container that can change."""
        if self.kind.trip is not Trip.NONE:
            self.adopt()

    def adopt(self) -> None:
        """Take the content as it is now for the baseline's."""
        self.saved = self.kind.save(self.container)
