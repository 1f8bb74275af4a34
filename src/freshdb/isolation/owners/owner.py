"""An owner: for which test (or wider fixture) a connection, task or thread works.

It travels in a `ContextVar`, which reaches tasks, `to_thread`, anyio and Starlette's test client by
itself; `carrying` takes it to threads and executors.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio


class Owner:
    """A test, a fixture of wider scope, or the run itself: what SQL is run for.

    Args:
        name: the test's node id, or the fixture's name and scope.
        is_test: whether this is a test.
        strict: whether work that no test owns is an error while this test runs.
        uses: tells whether a test uses a fixture, and so sees the rows that it wrote.
        fixture: what the test runner knows a fixture by, for `uses` to recognise it.

    Attributes:
        seeds: whose rows are there when a test starts.
    """

    __slots__ = ("__weakref__", "ended_at", "fixture", "is_test", "name", "seeds", "strict", "uses")

    def __init__(
        self,
        name: str,
        *,
        is_test: bool = False,
        strict: bool = False,
        uses: Callable[[Owner], bool] = lambda fixture: True,
        fixture: object = None,
    ) -> None:
        self.name = name
        self.fixture = fixture
        self.is_test = is_test
        self.strict = strict
        self.uses = uses
        self.seeds: tuple[Any, ...] = ()
        self.ended_at: float | None = None

    def end(self) -> None:
        """Mark the owner as gone: from here on its late work is refused."""
        self.ended_at = time.monotonic()

    def __repr__(self) -> str:
        return f"<Owner {self.name}{' (ended)' if self.ended_at else ''}>"


_owner: ContextVar[Owner | None] = ContextVar("freshdb_owner", default=None)
_adopted: ContextVar[bool] = ContextVar("freshdb_adopted", default=False)
_allowed: weakref.WeakSet[Any] = weakref.WeakSet()


def context_owner() -> Owner | None:
    """Return the owner that the current context carries, ended or not."""
    return _owner.get()


def set_owner(owner: Owner | None) -> Owner | None:
    """Let the current context work for `owner` from here on, and return whom it worked for."""
    previous = _owner.get()
    _owner.set(owner)
    return previous


@contextlib.contextmanager
def owned_by(owner: Owner | None) -> Iterator[None]:
    """Let the block, and the tasks that it starts, work for `owner`."""
    if _owner.get() is owner:
        yield
        return
    token = _owner.set(owner)
    try:
        yield
    finally:
        # An async fixture may be closed in another context than the one that opened it.
        with contextlib.suppress(ValueError):
            _owner.reset(token)


def allow(worker: asyncio.Task[Any] | threading.Thread) -> str:
    """Let a task or thread that no test owns use the database of whichever test is running.

    Args:
        worker: a task or thread that was started before the test, or that outlives tests on
            purpose, such as a queue's consumer.

    Returns:
        `"ok"`, or `"already allowed"`.
    """
    if worker in _allowed:
        return "already allowed"
    _allowed.add(worker)
    return "ok"


@contextlib.contextmanager
def unowned() -> Iterator[None]:
    """Let the block use the running test's database although no test owns it, strict or not."""
    token = _adopted.set(True)
    try:
        yield
    finally:
        _adopted.reset(token)


def is_borrowing() -> bool:
    """Tell whether the work at hand may use the running test's database, whoever owns it."""
    return _adopted.get() or (bool(_allowed) and _is_allowed())


def _is_allowed() -> bool:
    return threading.current_thread() in _allowed or current_task() in _allowed


def current_task() -> asyncio.Task[Any] | None:
    """Return the task that is running, if there is one."""
    # To import it takes longer than all of freshdb; where nobody has, there is no task.
    asyncio_tasks: Any = sys.modules.get("asyncio.tasks")
    try:
        return asyncio_tasks.current_task() if asyncio_tasks is not None else None
    except RuntimeError:
        return None
