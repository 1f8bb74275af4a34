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


def test_state_that_many_tests_leave_does_not_hide_what_one_does() -> None:
    counter = Change("modules", "shop.counter", "0", "1", action=Action.RESTORED)
    flag = Change("modules", "shop.flag", "0", "1", action=Action.RESTORED)
    stuck = Change("modules", "shop.counter", "0", "1", action=Action.RESISTED, note="a slot")
    left = (
        LeftState("test_it.py::test_a", (counter,)),
        LeftState("test_it.py::test_b", (counter, flag)),
        LeftState("test_it.py::test_c", (stuck,)),
    )

    assert summary_lines(RunFacts(left=left), Path("/project"), ()) == [
        "test_it.py::test_a, test_it.py::test_b left shop.counter (0 → 1)",
        "test_it.py::test_b left shop.flag (0 → 1)",
        "test_it.py::test_c left shop.counter (0 → 1) [not restored: a slot]",
    ]
