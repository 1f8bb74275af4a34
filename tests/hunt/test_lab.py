"""The lab runs trials, and lets nobody wait for one that is not wanted any more."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from freshdb.hunt.lab.budget import Budget, BudgetSpent
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.trials import Trial

WAITS = """
import threading

def test_waits():
    threading.Event().wait()
"""
NO_FORKS = "threading.Thread(target=threading.Event().wait, daemon=True).start()"


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("can_fork", [True, False])
def test_who_interrupts_waits_for_no_test_that_hangs(tmp_path: Path, can_fork: bool) -> None:
    source = WAITS if can_fork else WAITS + NO_FORKS
    (tmp_path / "test_slow.py").write_text(source)
    given_up: list[int] = []

    def run(place: int) -> None:
        try:
            lab.run(Trial((place,)))
        except BudgetSpent:
            given_up.append(place)
            raise

    def interrupt() -> None:
        while not lab.budget.made:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    with closing(Lab((), str(tmp_path), jobs=1, budget=Budget(), patience_s=600)) as lab:
        assert lab.suite.can_fork is can_fork
        interrupting = threading.Thread(target=interrupt)
        interrupting.start()

        with pytest.raises(KeyboardInterrupt):
            lab.each(run, [0])

        assert given_up == [0]
        with pytest.raises(BudgetSpent):
            lab.run(Trial((0,)))
        interrupting.join()
