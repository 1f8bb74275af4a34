"""What a probe answers: a change, and the way to undo it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from freshdb.model import Action, Change, Verb

__all__ = ["MISSING", "Action", "Change", "Finding", "Verb", "finding"]


@dataclass(frozen=True, eq=False)
class Finding:
    """A change together with the way to undo it; lives inside one process.

    Attributes:
        change: what is told to people.
        undo: puts the state back; None if it can only be reported. Findings that share one
            ``undo`` are put back by one call.
        adopt: makes what is there now the baseline of this one piece; used for ignored state.
        undone: the action that a successful ``undo`` amounts to.
    """

    change: Change
    undo: Callable[[], object] | None = None
    adopt: Callable[[], object] | None = field(default=None, repr=False)
    undone: Action = Action.RESTORED


def finding(
    kind: str,
    path: str,
    before: Any,
    after: Any,
    undo: Callable[[], object] | None = None,
    *,
    verb: Verb | None = None,
    name: object = None,
) -> Finding:
    """Return the finding for two values, either of which may be `MISSING`."""
    from freshdb.state.render import show

    if verb is None:
        verb = _verb(before, after)
    old, new = ("" if value is MISSING else show(value, name=name) for value in (before, after))
    return Finding(Change(kind, path, old, new, verb=verb), undo)


def _verb(before: Any, after: Any) -> Verb:
    if before is MISSING:
        return Verb.ADDED
    return Verb.REMOVED if after is MISSING else Verb.CHANGED


class _Missing:
    """The type of `MISSING`, which stands for "there is no such value"."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()
