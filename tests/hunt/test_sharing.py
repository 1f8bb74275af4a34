"""Memory that forks share is each trial's own."""

from __future__ import annotations

import multiprocessing
import os
import sys

import pytest

from freshdb.hunt.session.sharing import unshare_memory


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it stays shared; the docs say so")
def test_a_fork_writes_to_its_own_copy_which_its_children_share() -> None:
    number = multiprocessing.Value("i", 1)
    pid = os.fork()
    if pid == 0:
        unshare_memory()
        number.value += 1
        inner = os.fork()
        if inner == 0:
            number.value += 5
            os._exit(0)
        os.waitpid(inner, 0)
        os._exit(number.value)
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 7
    assert number.value == 1
