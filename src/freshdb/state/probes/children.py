"""Child processes that a test left running."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from freshdb.state.change import Change, Finding, Verb
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs


class ChildrenProbe(BaseProbe):
    """Watches this process's children; a child is told, not ended."""

    name = "children"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> set[int]:
        return _children()

    def compare(self, baseline: set[int]) -> Sequence[Finding]:
        return [
            Finding(_change(number), adopt=partial(baseline.add, number))
            for number in sorted(_children() - baseline)
        ]

    def signs(self, baseline: set[int]) -> Signs:
        return Signs(values=(_children,))

    def settle(self, baseline: set[int], left: Sequence[Finding]) -> None:
        """Tell of each child once."""
        for found in left:
            if found.adopt is not None:
                found.adopt()


def _children() -> set[int]:
    """Return the numbers of the child processes, dead ones that no one waited for among them."""
    if not _has_children():
        return set()
    found: set[int] = set()
    for file in Path("/proc/self/task").glob("*/children"):
        try:
            found.update(map(int, file.read_text().split()))
        except OSError:  # that thread has ended
            continue
    return found


def _has_children() -> bool:
    """Ask the system in half a microsecond, without reaping anyone."""
    if not hasattr(os, "waitid"):
        return False
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _change(number: int) -> Change:
    # The program's name only: arguments may hold a password.
    try:
        shown = Path(f"/proc/{number}/comm").read_text().strip()
    except (OSError, UnicodeDecodeError):
        shown = "a process that has ended"
    return Change("children", f"child process {number}", after=shown, verb=Verb.OPENED)
