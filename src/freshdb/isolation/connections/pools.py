"""Engines whose pool shares one connection get a real pool over their branch.

`StaticPool` hands one connection to every session, `SingletonThreadPool` one to all sessions of a
thread: then one session's rollback undoes another's rows. A branch is a file, so nothing forces its
sessions to share. The engine keeps its pool; only `connect` goes elsewhere.

An attached database or a temporary table lies in one connection, whatever the branch is. Who makes
one on such an engine counts on sharing; so while that connection is out, it is shared.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.pool import (
    AsyncAdaptedQueuePool,
    Pool,
    QueuePool,
    SingletonThreadPool,
    StaticPool,
)

from freshdb.isolation.patches import Patches

_SHARING = (StaticPool, SingletonThreadPool)
_STAYS_IN_CONNECTION = re.compile(r"\s*(ATTACH|CREATE\s+TEMP(ORARY)?)\b", re.IGNORECASE)


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
        self._shared: weakref.WeakKeyDictionary[Pool, _Shared] = weakref.WeakKeyDictionary()
        self._patches = Patches()

    def start(self) -> None:
        for kind in _SHARING:
            self._patches.replace(kind, "connect", self._connecting(kind.connect))
            self._patches.replace(kind, "dispose", self._disposing(kind.dispose))

    def stop(self) -> None:
        self._patches.undo()

    def share(self, connection: Connection, statement: str) -> None:
        """Share a connection, if it belongs to a sharing pool and the statement is for it alone."""
        pool = connection.engine.pool
        if isinstance(pool, _SHARING) and _STAYS_IN_CONNECTION.match(statement):
            fairy: Any = connection.connection
            self._shared[pool] = _Shared(weakref.ref(fairy), fairy.dbapi_connection)

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
            shared = self._shared.get(pool)
            fairy = shared.fairy_for(pool) if shared is not None else None
            return real.connect() if fairy is None else fairy._checkout_existing()

        return connect

    def _disposing(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        def dispose(pool: Pool) -> None:
            real = self._real.pop(pool, None)
            if real is not None:
                real.dispose()
            original(pool)

        return dispose


@dataclass(frozen=True)
class _Shared:
    """A connection that is shared for as long as it is out, by whom its pool would share it with.

    Attributes:
        fairy: the pool's proxy of it.
        driver_connection: it itself; the proxy may move on to another one.
        thread: in which it was taken.
    """

    fairy: weakref.ref[Any]
    driver_connection: Any
    thread: int = field(default_factory=threading.get_ident)

    def fairy_for(self, pool: Pool) -> Any:
        """Return the proxy, if it is still out with that connection; else None."""
        if isinstance(pool, SingletonThreadPool) and self.thread != threading.get_ident():
            return None
        fairy = self.fairy()
        is_out = fairy is not None and fairy.dbapi_connection is self.driver_connection
        return fairy if is_out else None


def _records_of(pool: Pool) -> list[Any]:
    """Return the entries of a sharing pool that are connected already."""
    records = [vars(pool).get("connection"), *vars(pool).get("_all_conns", ())]
    return [r for r in records if r is not None and r.dbapi_connection is not None]


def _real_pool_like(pool: Pool) -> Pool:
    kind = AsyncAdaptedQueuePool if pool._dialect.is_async else QueuePool
    real = kind(
        creator=pool._creator,
        max_overflow=-1,
        use_lifo=True,  # one after the other, all get the same connection, as without freshdb
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
