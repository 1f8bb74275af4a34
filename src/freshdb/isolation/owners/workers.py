"""The threads and tasks that a test has left running."""

from __future__ import annotations

import asyncio
import inspect
import threading
import weakref
from typing import Any

from freshdb.isolation.owners.owner import Owner
from freshdb.isolation.places import is_library
from freshdb.model import Leak


class Workers:
    """Finds the threads and tasks that a test started and that still run when it has ended.

    Args:
        loops: the loops in which the application has asked for a connection.
    """

    def __init__(self, loops: weakref.WeakSet[asyncio.AbstractEventLoop]) -> None:
        self._loops = loops
        self._threads: list[tuple[threading.Thread, Owner, str]] = []
        self._known: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    @property
    def are_known(self) -> bool:
        """Whether there is any thread or loop to look at."""
        return bool(self._threads) or bool(self._loops)

    def note_thread(self, thread: threading.Thread, owner: Owner, place: str) -> None:
        self._threads.append((thread, owner, place))

    def forgive(self) -> None:
        """Take what runs now for granted: fixtures of wider scope may start what they like."""
        for loop in list(self._loops):
            if not loop.is_closed():
                for task in asyncio.all_tasks(loop):
                    self._known.add(task)

    def left_by(self, owner: Owner) -> list[Leak]:
        """Return the threads and tasks that `owner` has left running."""
        return [*self._threads_left(owner), *self._tasks_left(owner)]

    def _threads_left(self, owner: Owner) -> list[Leak]:
        left = []
        for thread, starter, place in self._threads:
            if starter is owner and thread.is_alive() and _is_projects(thread):
                left.append(Leak(owner.name, "thread", f"`{thread.name}`", place))
        self._threads = [entry for entry in self._threads if entry[1] is not owner]
        return left

    def _tasks_left(self, owner: Owner) -> list[Leak]:
        left = []
        for loop in list(self._loops):
            if loop.is_closed():
                self._loops.discard(loop)
                continue
            for task in asyncio.all_tasks(loop) - set(self._known):
                self._known.add(task)
                code = getattr(task.get_coro(), "cr_code", None)
                if code is not None and not is_library(code.co_filename):
                    place = f"{code.co_filename}:{_line_of(task) or code.co_firstlineno}"
                    what = f"`{code.co_qualname}`"
                    left.append(Leak(owner.name, "task", what, place))
        return left


def _line_of(task: asyncio.Task[Any]) -> int:
    """Return the line at which a task is waiting, 0 if it cannot be told."""
    stack = task.get_stack(limit=1)
    return stack[0].f_lineno if stack else 0


def _is_projects(thread: threading.Thread) -> bool:
    """Tell whether a thread runs the project's code, and is not a worker of some library's pool."""
    if isinstance(thread, threading.Timer):
        return True
    target = getattr(thread, "_target", None) or type(thread).run
    code = getattr(inspect.unwrap(target), "__code__", None)
    return code is not None and not is_library(code.co_filename)
