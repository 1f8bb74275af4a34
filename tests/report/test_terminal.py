"""The summary's lines."""

from __future__ import annotations

from pathlib import Path

from freshdb.model import Change, LeftState, RunFacts, Verb
from freshdb.report.terminal import summary_lines


def test_the_same_change_is_told_once_with_its_number() -> None:
    task = Change("modules", "shop.pending{<Task>}", verb=Verb.ADDED)
    flag = Change("modules", "shop.flag", "0", "1")
    left = LeftState("test_it.py::test_a", (task, flag, task, task))

    lines = summary_lines(RunFacts(left=(left,)), Path("/project"), ())

    assert lines == ["test_it.py::test_a left shop.pending{<Task>} (added) ×3, shop.flag (0 → 1)"]
