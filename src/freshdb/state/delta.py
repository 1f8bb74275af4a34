"""What differs from a baseline, as an object whose parts can be put back one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from freshdb.state.change import Change, Finding


class Delta:
    """All that differs from the innermost baseline of a keeper at one moment.

    Args:
        found: the findings, each with the place of its probe.
        undo: puts some of them back.
    """

    def __init__(
        self,
        found: Collection[tuple[int, Finding]],
        undo: Callable[[Collection[tuple[int, Finding]]], object],
    ) -> None:
        self._found = tuple(found)
        self._undo = undo

    def __iter__(self) -> Iterator[Change]:
        return (one.change for _, one in self._found)

    def __len__(self) -> int:
        return len(self._found)

    def can_undo(self, change: Change) -> bool:
        """Tell whether a part can be put back at all."""
        return any(one.undo is not None for _, one in self._found if one.change == change)

    def undo(self, is_wanted: Callable[[Change], bool]) -> int:
        """Put back the parts that are wanted, and return how many these are.

        Parts that can only be put back together are, if any of them is wanted.
        """
        wanted = {id(one.undo) for _, one in self._found if is_wanted(one.change)}
        chosen = [pair for pair in self._found if pair[1].undo and id(pair[1].undo) in wanted]
        self._undo(chosen)
        return len(chosen)
