"""What a check answers: one frozen value for each piece of state that is not as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What freshdb did about a change."""

    REPORTED = "reported"
    """It was named and left as it is."""
    RESTORED = "restored"
    """The state is as it was in the baseline."""
    CLEARED = "cleared"
    """A cache was emptied, because what it held cannot be put back."""
    RESISTED = "resisted"
    """It could not be put back; `Change.note` says why."""


class Verb(StrEnum):
    """How a piece of state differs from its baseline."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"
    OPENED = "left open"


@dataclass(frozen=True)
class Change:
    """One difference from the baseline; holds texts only, so it may cross processes.

    Attributes:
        kind: the name of the probe that saw it.
        path: where it is: ``shop.config.settings.debug``, ``os.environ['TZ']``.
        before: the value in the baseline as short text; empty if there was none.
        after: the value now as short text; empty if there is none.
        action: what was done about it.
        verb: in which way it differs.
        note: why it could not be put back, if so.
    """

    kind: str
    path: str
    before: str = ""
    after: str = ""
    action: Action = Action.REPORTED
    verb: Verb = Verb.CHANGED
    note: str = ""

    def __str__(self) -> str:
        text = f"{self.path} ({self._difference()})"
        return f"{text} [not restored: {self.note}]" if self.note else text

    def _difference(self) -> str:
        if self.verb is Verb.CHANGED and (self.before or self.after):
            return f"{self.before} → {self.after}"
        if self.verb is Verb.OPENED and self.after:
            return f"{self.verb}: {self.after}"
        return str(self.verb)

    def with_action(self, action: Action, note: str = "") -> Change:
        """Return the same change with another action."""
        return replace(self, action=action, note=note)


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
