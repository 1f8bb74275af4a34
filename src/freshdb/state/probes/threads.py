"""Threads that a test started and left running."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

from freshdb.state import raw
from freshdb.state.change import Change, Finding, Verb
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import INSTALLED, StateSettings
from freshdb.state.sweep import Signs


class ThreadsProbe(BaseProbe):
    """Watches ``threading.enumerate()``; a thread is told, not stopped."""

    name = "threads"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> list[threading.Thread]:
        return threading.enumerate()

    def compare(self, baseline: list[threading.Thread]) -> Sequence[Finding]:
        now = threading.enumerate()
        if raw.same_identities(now, baseline):
            return ()
        return [
            Finding(_change(thread), adopt=partial(baseline.append, thread))
            for thread in now
            if not any(known is thread for known in baseline) and not _is_of_library(thread)
        ]

    def signs(self, baseline: list[threading.Thread]) -> Signs:
        return Signs(objects=(threading.enumerate,))

    def settle(self, baseline: list[threading.Thread], left: Sequence[Finding]) -> None:
        """Tell of each thread once; forget those that have ended."""
        for found in left:
            if found.adopt is not None:
                found.adopt()
        baseline[:] = [thread for thread in baseline if thread.is_alive()]


def _is_of_library(thread: threading.Thread) -> bool:
    """Tell whether a thread is a worker of an installed package, which keeps or ends it itself."""
    function = getattr(thread, "_target", None) or type(thread).run
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and any(folder in code.co_filename for folder in INSTALLED)


def _change(thread: threading.Thread) -> Change:
    target: Any = getattr(thread, "_target", None)
    name = getattr(target, "__qualname__", type(thread).__qualname__)
    kind = "daemon thread" if thread.daemon else "thread"
    return Change("threads", f"{kind} {thread.name!r}", after=str(name), verb=Verb.OPENED)
