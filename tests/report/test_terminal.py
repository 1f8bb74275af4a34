"""The summary's lines."""

from __future__ import annotations

from pathlib import Path

from freshdb.model import Action, Change, LeftState, RunFacts, Verb
from freshdb.report.terminal import summary_lines


def test_the_same_change_is_told_once() -> None:
    task = Change("modules", "shop.pending{<Task>}", verb=Verb.ADDED, action=Action.RESTORED)
    flag = Change("modules", "shop.flag", "0", "1", action=Action.RESTORED)
    two = LeftState("test_it.py::test_a", (task, flag, task))
    three = LeftState("test_it.py::test_b", (task, task, flag, task))

    lines = summary_lines(RunFacts(left=(two, three)), Path("/project"), ())

    assert lines == [
        (
            "test_it.py::test_a, test_it.py::test_b left shop.pending{<Task>} (added), "
            "shop.flag (0 → 1)"
        )
    ]
