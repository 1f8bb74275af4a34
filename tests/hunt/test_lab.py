"""The lab runs trials, and lets nobody wait for one that is not wanted any more."""

from __future__ import annotations

import os
import signal
import socket
import sys
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
CALLS_AND_WAITS = """
import os
import socket
import threading

def test_waits():
    with socket.create_connection(("127.0.0.1", int(os.environ["CALLED"]))):
        threading.Event().wait()
"""
NO_FORKS = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"


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
        # To this thread: one that comes just before the main thread waits wakes nobody either.
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    with closing(Lab((), str(tmp_path), jobs=1, budget=Budget(), patience_s=600).open()) as lab:
        assert lab.suite.can_fork is can_fork
        interrupting = threading.Thread(target=interrupt)
        interrupting.start()

        with pytest.raises(KeyboardInterrupt):
            lab.each(run, [0])

        while not given_up:  # it interrupts so early that the thread may not be waited for
            time.sleep(0.01)
        with pytest.raises(BudgetSpent):
            lab.run(Trial((0,)))
        interrupting.join()


@pytest.mark.parametrize("can_fork", [True, False])
def test_a_spent_budget_waits_for_no_trial_and_leaves_none_running(
    tmp_path: Path, can_fork: bool
) -> None:
    source = CALLS_AND_WAITS if can_fork else CALLS_AND_WAITS + NO_FORKS
    (tmp_path / "test_slow.py").write_text(source)
    budget = Budget()

    with socket.create_server(("127.0.0.1", 0)) as called:
        called.settimeout(60)
        environment = {"CALLED": str(called.getsockname()[1])}
        with closing(
            Lab(
                (), str(tmp_path), jobs=1, budget=budget, patience_s=600, environment=environment
            ).open()
        ) as lab:
            budget.seconds = budget.spent_s + 5
            with pytest.raises(BudgetSpent):
                lab.run(Trial((0,)))

            assert budget.spent_s < 100
            with called.accept()[0] as caller:
                caller.settimeout(60)
                assert caller.recv(1) == b"", "its process has ended"


@pytest.mark.skipif(sys.platform != "linux", reason="only there trials have files of their own")
def test_a_fork_that_is_ended_while_it_waits_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "test_quick.py").write_text("def test_passes(): pass")

    with closing(Lab((), str(tmp_path), jobs=1, budget=Budget()).open()) as lab:
        assert lab.suite.has_own_files
        while len(waiting := _children_of(_session_of(os.getpid()))) < 2:
            time.sleep(0.01)
        for pid in waiting:
            os.kill(pid, signal.SIGKILL)
            while " Z " not in Path(f"/proc/{pid}/stat").read_text():
                time.sleep(0.01)
        assert [one.result for one in lab.run(Trial((0, 0))).outcomes] == ["passed", "passed"]


def _session_of(pid: int) -> int:
    (session,) = (one for one in _children_of(pid) if b"hunt.session" in _command_of(one))
    return session


def _children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
