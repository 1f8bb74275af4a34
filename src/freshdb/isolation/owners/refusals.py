"""What is said of work that outlived its owner, or that no test owns."""

from __future__ import annotations

import threading
import time
import weakref

from freshdb.errors import NoOwnerError, OwnerGoneError
from freshdb.isolation.owners.owner import Owner, current_task
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

_started_at: weakref.WeakKeyDictionary[threading.Thread, str] = weakref.WeakKeyDictionary()


def remember_start(thread: threading.Thread, place: str) -> None:
    """Note where a thread was started, for messages."""
    _started_at[thread] = place


def late_work(owner: Owner) -> LateWork:
    """Return what the summary tells of the work at hand, whose owner has ended."""
    return LateWork(owner.name, _worker_name(), caller())


def owner_gone(owner: Owner, statement: object) -> OwnerGoneError:
    """Return the error for a statement of somebody whose owner has ended."""
    assert owner.ended_at is not None
    late_ms = (time.monotonic() - owner.ended_at) * 1000
    return OwnerGoneError(
        f"{_worker()} ran SQL for `{owner.name}`, which ended {late_ms:.0f} ms ago.\n"
        f"{_circumstances(statement)}",
        owner=owner.name,
        hint=_LATE_HINT,
    )


def no_owner(test: Owner, owner: Owner | None, statement: object) -> NoOwnerError:
    """Return the error for a statement of somebody who does not work for the running test."""
    cause = f"it works for {owner.name}" if owner else "it was started outside of any test"
    return NoOwnerError(
        f"{_worker()} ran SQL, but the running test `{test.name}` does not own it: {cause}.\n"
        f"{_circumstances(statement)}",
        hint=_UNOWNED_HINT,
    )


def _shortened(statement: object, width: int = 100) -> str:
    """Return a statement, put into words, on one line of at most `width` characters."""
    line = " ".join(str(statement).split())
    return line if len(line) <= width else line[: width - 1] + "…"


def _worker() -> str:
    """Name the task or thread that is running, for the beginning of a sentence."""
    task = current_task()
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
    task = current_task()
    if task is not None:
        return getattr(task.get_coro(), "__qualname__", task.get_name())
    return threading.current_thread().name


def _circumstances(statement: object) -> str:
    """Return what was run, where, and where the work was started, a line each."""
    task = current_task()
    if task is not None:
        origin = getattr(task.get_coro(), "cr_origin", None)
        started = f"{origin[0][0]}:{origin[0][1]}" if origin else ""
    else:
        started = _started_at.get(threading.current_thread(), "")
    lines = {"sql": _shortened(statement), "now at": caller(), "started at": started}
    return "\n".join(f"  {name}: {value}" for name, value in lines.items() if value)
