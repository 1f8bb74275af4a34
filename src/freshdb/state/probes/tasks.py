"""Asyncio tasks that a test started and left pending."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from freshdb.state.change import Change, Finding, Verb
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs


class TasksProbe(BaseProbe):
    """Watches the tasks of all event loops; a task is told, not cancelled."""

    name = "tasks"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> list[Any]:
        return _pending()

    def compare(self, baseline: list[Any]) -> Sequence[Finding]:
        return [
            Finding(_change(task), adopt=partial(baseline.append, task))
            for task in _pending()
            if not any(known is task for known in baseline)
        ]

    def signs(self, baseline: list[Any]) -> Signs:
        return Signs(objects=(_pending,))

    def settle(self, baseline: list[Any], left: Sequence[Finding]) -> None:
        """Tell of each task once; forget those that are done."""
        for found in left:
            if found.adopt is not None:
                found.adopt()
        baseline[:] = [task for task in baseline if not task.done()]


def _pending() -> list[Any]:
    # `all_tasks` knows one loop only, and wants it to be running.
    namespace = getattr(sys.modules.get("asyncio.tasks"), "__dict__", {})
    # The second is of Python before 3.12.
    everywhere: Any = namespace.get("_scheduled_tasks", namespace.get("_all_tasks", ()))
    # The set behind a WeakSet: its own `len` is Python code, and mostly there is no task at all.
    if not getattr(everywhere, "data", everywhere):
        return []
    return [task for task in tuple(everywhere) if not task.done() and not _is_lost(task)]


def _is_lost(task: Any) -> bool:
    """Tell whether a task can never go on, because its loop is closed."""
    return bool(task.get_loop().is_closed())


def _change(task: Any) -> Change:
    code = getattr(task.get_coro(), "cr_code", None)
    where = "" if code is None else f"{code.co_qualname}, {code.co_filename}:{code.co_firstlineno}"
    return Change("tasks", f"task {task.get_name()!r}", after=where, verb=Verb.OPENED)
