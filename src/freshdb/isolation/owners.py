"""Owners: for which test (or wider fixture) a connection, task or thread works.

The owner travels in a `ContextVar`. It reaches tasks, `to_thread`, anyio and Starlette's test
client by itself; `carrying` takes it to threads and executors.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from freshdb.errors import NoOwnerError, OwnerGoneError
from freshdb.isolation.places import caller
from freshdb.model import LateWork

_LATE_HINT = (
    "await the task or join the thread before the test ends; or, if it is meant to outlive the "
    "test, say so with `freshdb.allow(task_or_thread)`"
)
_UNOWNED_HINT = (
    "start it inside the test, or let it use the running test's database with "
    "`freshdb.allow(task_or_thread)` or `with freshdb.unowned():`; or set `strict = false`"
)


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
_started_at: weakref.WeakKeyDictionary[threading.Thread, str] = weakref.WeakKeyDictionary()


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


class OwnerStack:
    """The owners that are at work now; the innermost one's branch is where SQL goes."""

    def __init__(self, run: Owner) -> None:
        self._owners = [run]
        self.refused: list[LateWork] = []

    @property
    def innermost(self) -> Owner:
        return self._owners[-1]

    @property
    def test(self) -> Owner | None:
        """The running test, also while a wider fixture is set up for it."""
        return next((owner for owner in reversed(self._owners) if owner.is_test), None)

    def push(self, owner: Owner) -> None:
        self._owners.append(owner)

    def remove(self, owner: Owner) -> None:
        self._owners.remove(owner)

    def check(self, statement: object) -> None:
        """Refuse SQL by work that outlived its owner, or (in strict mode) that no test owns.

        Args:
            statement: what is about to run, for the message.

        Raises:
            OwnerGoneError: the context's owner has ended.
            NoOwnerError: strict mode, a test is running, and it does not own this work.
        """
        owner = _owner.get()
        if owner is self._owners[-1]:
            return
        if _adopted.get() or _is_allowed():
            return
        if owner is not None and owner.ended_at is not None:
            self.refused.append(LateWork(owner.name, _worker_name(), caller()))
            raise _owner_gone(owner, statement)
        test = self.test
        if test is not None and test.strict and owner is not test and self.innermost is test:
            raise _no_owner(test, owner, statement)


def _is_allowed() -> bool:
    if not _allowed:
        return False
    return threading.current_thread() in _allowed or _current_task() in _allowed


def _owner_gone(owner: Owner, statement: object) -> OwnerGoneError:
    assert owner.ended_at is not None
    late_ms = (time.monotonic() - owner.ended_at) * 1000
    return OwnerGoneError(
        f"{_worker()} ran SQL for `{owner.name}`, which ended {late_ms:.0f} ms ago.\n"
        f"{_circumstances(statement)}",
        owner=owner.name,
        hint=_LATE_HINT,
    )


def _no_owner(test: Owner, owner: Owner | None, statement: object) -> NoOwnerError:
    cause = f"it works for {owner.name}" if owner else "it was started outside of any test"
    return NoOwnerError(
        f"{_worker()} ran SQL, but the running test `{test.name}` does not own it: {cause}.\n"
        f"{_circumstances(statement)}",
        hint=_UNOWNED_HINT,
    )


def shortened(statement: object, width: int = 100) -> str:
    """Return a statement, put into words, on one line of at most `width` characters."""
    line = " ".join(str(statement).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _worker() -> str:
    """Name the task or thread that is running, for the beginning of a sentence."""
    task = _current_task()
    if task is not None:
        code = getattr(task.get_coro(), "cr_code", None)
        place = f" ({code.co_qualname}, {code.co_filename}:{code.co_firstlineno})" if code else ""
        return f"Task `{task.get_name()}`{place}"
    thread = threading.current_thread()
    if thread is threading.main_thread():
        return "The main thread"
    return f"Thread `{thread.name}`"


def _worker_name() -> str:
    """Name the task or thread that is running by its code, which is the same in every test."""
    task = _current_task()
    if task is not None:
        return getattr(task.get_coro(), "__qualname__", task.get_name())
    return threading.current_thread().name


def _circumstances(statement: object) -> str:
    """Return what was run, where, and where the work was started, a line each."""
    task = _current_task()
    if task is not None:
        origin = getattr(task.get_coro(), "cr_origin", None)
        started = f"{origin[0][0]}:{origin[0][1]}" if origin else ""
    else:
        started = _started_at.get(threading.current_thread(), "")
    lines = {"sql": shortened(statement), "now at": caller(), "started at": started}
    return "\n".join(f"  {name}: {value}" for name, value in lines.items() if value)


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def remember_start(thread: threading.Thread, place: str) -> None:
    """Note where a thread was started, for messages."""
    _started_at[thread] = place
