"""What was collected, as the hunter knows it."""

from __future__ import annotations

import linecache
import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Suite:
    """What was collected.

    Attributes:
        tests: node ids in the suite's own order.
        classes: of each test, the module and class that it is in.
        rootdir: pytest's root directory.
        errors: what could not be collected.
        garbage: what went wrong when garbage of its import was collected.
        can_fork: whether a fork of the session sees what a run would see.
        why_not: why it cannot.
        has_own_files: whether each trial has files of its own.
        seconds: how long collecting took.
    """

    tests: tuple[str, ...]
    classes: tuple[tuple[str, str], ...]
    rootdir: str
    errors: tuple[str, ...] = ()
    garbage: str = ""
    can_fork: bool = True
    why_not: str = ""
    has_own_files: bool = True
    seconds: float = 0.0
    places: dict[str, int] = field(default_factory=dict, compare=False)

    def code_at(self, line: str) -> str:
        """Return the source of a line of the project, given as ``file:line``."""
        file, _, number = line.rpartition(":")
        return linecache.getline(os.path.join(self.rootdir, file), int(number)).strip()
