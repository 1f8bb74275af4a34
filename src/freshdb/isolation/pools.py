"""Engines whose pool shares one connection get a real pool over their branch.

`StaticPool` hands one connection to every session, `SingletonThreadPool` one to all sessions of a
thread: then one session's rollback undoes another's rows. A branch is a file, so nothing forces its
sessions to share. The engine keeps its pool; only `connect` goes elsewhere.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.pool import (
    AsyncAdaptedQueuePool,
    Pool,
    QueuePool,
    SingletonThreadPool,
    StaticPool,
)

from freshdb.isolation.patches import Patches

_SHARING = (StaticPool, SingletonThreadPool)


class RealPools:
    """Sends `connect` of the sharing pools to a queue pool, for engines that are covered.

    Args:
        is_covered: tells whether connections of a dialect are redirected.
        adopt: called with what a pool has connected to before it was covered.
    """

    def __init__(
        self, is_covered: Callable[[Dialect], bool], adopt: Callable[[Dialect, Any], None]
    ) -> None:
        self._is_covered = is_covered
        self._adopt = adopt
        self._real: weakref.WeakKeyDictionary[Pool, Pool] = weakref.WeakKeyDictionary()
        self._patches = Patches()

    def start(self) -> None:
        for kind in _SHARING:
            self._patches.replace(kind, "connect", self._connecting(kind.connect))
            self._patches.replace(kind, "dispose", self._disposing(kind.dispose))

    def stop(self) -> None:
        self._patches.undo()

    def _connecting(self, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def connect(pool: Pool) -> Any:
            dialect = pool._dialect
            if not isinstance(dialect, Dialect) or not self._is_covered(dialect):
                return original(pool)
            real = self._real.get(pool)
            if real is None:
                for record in _records_of(pool):
                    self._adopt(dialect, record.driver_connection)
                real = self._real[pool] = _real_pool_like(pool)
            return real.connect()

        return connect

    def _disposing(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        def dispose(pool: Pool) -> None:
            real = self._real.pop(pool, None)
            if real is not None:
                real.dispose()
            original(pool)

        return dispose


def _records_of(pool: Pool) -> list[Any]:
    """Return the entries of a sharing pool that are connected already."""
    records = [vars(pool).get("connection"), *vars(pool).get("_all_conns", ())]
    return [r for r in records if r is not None and r.dbapi_connection is not None]


def _real_pool_like(pool: Pool) -> Pool:
    kind = AsyncAdaptedQueuePool if pool._dialect.is_async else QueuePool
    real = kind(
        creator=pool._creator,
        max_overflow=-1,
        recycle=pool._recycle,
        echo=pool.echo,
        reset_on_return=pool._reset_on_return,
        pre_ping=pool._pre_ping,
        dialect=pool._dialect,
    )
    # The same dispatch, not a copy: the application may add listeners later.
    real.dispatch = pool.dispatch
    return real


def tell_of_sharing(error: BaseException, pool: Pool) -> None:
    """Say of a lock why it is not there without freshdb, if that is so."""
    if isinstance(pool, _SHARING):
        error.add_note(
            f"freshdb: without it, sessions of this engine share one connection, and see each "
            f"other's open transactions (`{type(pool).__name__}`). Here each has its own, as in "
            "production, and another one has written and neither committed nor rolled back.\n\n"
            "hint: commit or close the other session first; or leave the test on the shared "
            "connection with `@pytest.mark.freshdb(enabled=False)`, the engine with `exclude`"
        )


def free_from_dead_loops(pools: Iterable[Pool]) -> None:
    """Let pools wait for a connection in a new loop.

    A pool that has once had to wait is tied to the loop that it waited in, because its queue is an
    `asyncio.Queue`; in the next loop it would fail with "is bound to a different event loop".
    """
    for pool in pools:
        queue: Any = getattr(getattr(pool, "_pool", None), "_queue", None)
        loop = getattr(queue, "_loop", None)
        if loop is not None and loop.is_closed():
            queue._loop = None
            queue._getters.clear()
