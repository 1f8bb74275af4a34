"""Close what connects to a branch whose time is over, bounded, and name what a test still held."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from freshdb.errors import RollbackError
from freshdb.isolation.branches.branch import LEASE, Branch
from freshdb.isolation.branches.outer_transaction import OuterTransaction
from freshdb.isolation.connections.leases import Lease
from freshdb.model import Leak


class Closer:
    """Closes and rolls back connections, sync and async ones, within a time limit.

    Args:
        timeout_s: how long undoing each held connection, and closing all others, may take.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    def undo(self, branches: Iterable[Branch]) -> list[Leak]:
        """Roll back what somebody still holds of a test's branches, and return what that was."""
        leaks = []
        for branch in branches:
            for record in branch.connected():
                lease: Lease = record.info[LEASE]
                if record.in_use:
                    branch.is_unsafe = True
                    leaks += _leaks(branch, record, lease)
                if branch.backend.is_server:
                    self._undo_on_server(record, lease)
                elif record.in_use:
                    self._undo(record, lease)
        return leaks

    def end_transactions(self, branches: Iterable[Branch]) -> RollbackError | None:
        """Roll the tests' outer transactions back, and return what went wrong in one."""
        errors = []
        for branch in branches:
            for key, outer in list(branch.outers.items()):
                if not self._end_outer(outer, key[0]) or outer.is_spoiled:
                    # With its loop gone, the server rolls it back when it is cut off.
                    branch.let_go(key)
                errors += [outer.error] if outer.error is not None else []
        return errors[0] if errors else None

    def _end_outer(self, outer: OuterTransaction, loop: asyncio.AbstractEventLoop | None) -> bool:
        if loop is None:
            # A thread costs more than all else; only where a statement still runs, this may wait.
            if outer.is_busy:
                self._in_time(outer.end)
            else:
                with contextlib.suppress(Exception):
                    outer.end()
            return True
        if loop.is_closed() or loop.is_running() or _loop_is_running():
            return False
        from sqlalchemy.util import greenlet_spawn

        with contextlib.suppress(Exception):
            loop.run_until_complete(asyncio.wait_for(greenlet_spawn(outer.end), self._timeout_s))
        return True

    def close(self, branches: Iterable[Branch]) -> None:
        """Close the idle connections of branches whose time is over."""
        waiting: list[Awaitable[Any]] = []
        for branch in branches:
            if branch.backend.is_server:
                for record in branch.connected():
                    record.info[LEASE].end(record)
                for key in list(branch.outers):
                    branch.let_go(key)
                continue
            for record in branch.idle():
                waiting.extend(_close_idle(record))
        if waiting:
            self._await(waiting)

    def _undo(self, record: Any, lease: Lease) -> None:
        """Roll back what holds a connection: its session where there is one, else the connection.

        A session of wider scope goes on in the next test, from a clean start.
        """
        session = lease.session() if lease.session is not None else None
        if session is not None:
            if lease.is_async:
                from sqlalchemy.util import greenlet_spawn

                self._await([greenlet_spawn(session.rollback)])
            else:
                self._in_time(session.rollback)
            return
        rollback = record.driver_connection.rollback
        if lease.is_async:
            self._await([rollback()])
        else:
            self._in_time(rollback)

    def _undo_on_server(self, record: Any, lease: Lease) -> None:
        """Leave a connection as if it were new, or end it; what is held is rolled back first.

        Whatever is in a transaction after this is ended from the server's side by the reset.
        """
        loop = lease.loop
        if loop is not None and (loop.is_closed() or loop.is_running() or _loop_is_running()):
            if record.in_use or loop.is_closed() or lease.is_changed or lease.is_raw:
                lease.end(record)
        elif record.in_use:
            self._roll_back(record, lease)
        elif lease.is_changed or lease.is_raw:
            lease.end(record)

    def _roll_back(self, record: Any, lease: Lease) -> None:
        session = lease.session() if lease.session is not None else None
        roll_back = session.rollback if session is not None else record.dbapi_connection.rollback
        if lease.loop is None:
            self._in_time(roll_back)
            return
        from sqlalchemy.util import greenlet_spawn

        with contextlib.suppress(Exception):
            lease.loop.run_until_complete(
                asyncio.wait_for(greenlet_spawn(roll_back), self._timeout_s)
            )

    def _in_time(self, function: Callable[[], Any]) -> None:
        """Call a function that may block, in a thread that is left behind if it does."""

        def call() -> None:
            with contextlib.suppress(Exception):
                function()

        thread = threading.Thread(target=call, daemon=True, name="freshdb-close")
        thread.start()
        thread.join(self._timeout_s)

    def _await(self, waiting: list[Awaitable[Any]]) -> None:
        """Run awaitables of the driver's to their end, or as far as they get in time.

        The test's own loop may be closed by now, so this uses one of its own; SQLite's async
        driver works on any.
        """

        async def together() -> None:
            tasks = [asyncio.ensure_future(one) for one in waiting]
            _, late = await asyncio.wait(tasks, timeout=self._timeout_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        if _loop_is_running():
            thread = threading.Thread(target=lambda: asyncio.run(together()), name="freshdb-close")
            thread.start()
            thread.join()
            return
        # Closed at once, so that the test whose end this is has not left its sockets open.
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            loop.run_until_complete(together())


def _close_idle(record: Any) -> list[Awaitable[Any]]:
    """Close a pooled connection; its pool makes a new one when it is next asked for it."""
    result = None
    with contextlib.suppress(Exception):
        result = record.driver_connection.close()
    record.dbapi_connection = None
    return [result] if inspect.isawaitable(result) else []


def _leaks(branch: Branch, record: Any, lease: Lease) -> list[Leak]:
    """Return what a held connection is to be told of; one of wider scope may be held."""
    if lease.holds_writes(record):
        what = f"writes to {branch.source} that were neither committed nor rolled back"
        return [Leak(branch.owner.name, "transaction", what, lease.place)]
    if lease.is_held_over:
        return []
    return [Leak(branch.owner.name, "connection", f"one to {branch.source}", lease.place)]


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
