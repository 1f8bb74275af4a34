"""Undo what a probe has found, and say of each finding what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from freshdb.state.change import Action, Change, Finding
from freshdb.state.probe import Probe
from freshdb.state.render import show


def undo_findings(
    probe: Probe,
    baseline: Any,
    found: Sequence[Finding],
    is_ignored: Callable[[Finding], bool],
    *,
    partly: bool,
) -> list[Change]:
    """Undo findings of one probe, and return them as changes; what differs still has resisted.

    Args:
        probe: whose findings they are.
        baseline: what they differ from.
        found: what is undone.
        is_ignored: tells whether a finding is of no interest.
        partly: whether there is more that differs from the baseline, and goes on to.
    """
    failures = _undo_all(found)
    remaining = [] if all(one.undo is None for one in found) else list(probe.remaining(baseline))
    still = {one.change.path for one in remaining if not is_ignored(one)}
    if not partly:  # settling takes all that is left for the baseline
        probe.settle(baseline, remaining or [one for one in found if one.undo is None])
    return [_outcome(one, failures, still) for one in found]


def _undo_all(found: Sequence[Finding]) -> dict[int, str]:
    """Undo each finding once, last first; return the notes of those that failed."""
    failures: dict[int, str] = {}
    for undo in {id(one.undo): one.undo for one in reversed(found) if one.undo}.values():
        try:
            undo()
        except Exception as error:
            failures[id(undo)] = f"{type(error).__name__}: {show(str(error))}"
    return failures


def _outcome(one: Finding, failures: dict[int, str], still: set[str]) -> Change:
    if one.undo is None:
        return one.change
    note = failures.get(id(one.undo), "")
    if note or one.change.path in still:
        return one.change.with_action(Action.RESISTED, note or "it changed back at once")
    return one.change.with_action(one.undone)


def broken(probe: Probe, error: Exception) -> Finding:
    """Return what is told of a probe that has failed."""
    note = f"the probe failed with {type(error).__name__}: {show(str(error))}"
    change = Change(probe.name, f"probe {probe.name}", action=Action.RESISTED, note=note)
    return Finding(change, None)
