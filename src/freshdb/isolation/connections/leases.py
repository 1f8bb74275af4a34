"""Leases: what is known of each pooled connection that goes to a branch."""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING, Any

from sqlalchemy.pool.base import _ConnectionFairy

from freshdb.backends import Backend
from freshdb.isolation.branches.branch import LEASE, Branch
from freshdb.isolation.connections.stand_ins import StandIn
from freshdb.isolation.patches import Patches
from freshdb.model import Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Lease:
    """What a pooled connection is for: noted in SQLAlchemy's `info` of the connection.

    Attributes:
        branch: where the connection goes; None while isolation was switched off by a marker.
        place: the line of the project that checked it out last.
        session: the ORM session that holds it, where one does.
        is_held_over: whether it has come from an earlier owner, as one of wider scope does.
        is_changed: whether something ran that may stay in the connection, such as `SET`, or may
            have: the driver's own connection was handed out.
        is_raw: whether the last checkout handed out the driver's own.
        loop: the event loop that an async connection to a server works in.
    """

    __slots__ = (
        "backend",
        "branch",
        "is_async",
        "is_changed",
        "is_held_over",
        "is_raw",
        "loop",
        "place",
        "record",
        "session",
        "source",
    )

    def __init__(
        self,
        source: Source,
        backend: Backend,
        branch: Branch | None,
        record: Any,
        *,
        is_async: bool,
    ) -> None:
        self.source = source
        self.backend = backend
        self.branch = branch
        self.record = weakref.ref(record)
        self.is_async = is_async
        self.is_held_over = False
        self.is_changed = False
        self.is_raw = False
        self.loop = running_loop() if is_async and backend.is_server else None
        self.place = ""
        self.session: weakref.ref[Session] | None = None

    @property
    def is_stranded(self) -> bool:
        """Whether the connection works in another loop than the one that is running."""
        return self.loop is not None and self.loop is not running_loop()

    def holds_writes(self, record: Any) -> bool:
        """Tell whether the connection holds what is neither committed nor rolled back."""
        stand_in = record.dbapi_connection
        if isinstance(stand_in, StandIn):
            return bool(stand_in.savepoint) and stand_in.has_written
        return self.backend.holds_writes(record.driver_connection)

    def end(self, record: Any) -> None:
        """Close the connection without its driver's help; its pool makes a new one."""
        connection, record.dbapi_connection = record.driver_connection, None
        if isinstance(connection, StandIn):
            # The real one is in the test's transaction, which ends in good order first.
            connection.outer.is_spoiled = connection.outer.is_spoiled or self.is_changed
            return
        self.backend.abandon(connection, self.loop)


def running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class DriverAccess:
    """Notes which connections of a server the application asks for the driver's own of.

    What it does with that, such as `LISTEN` or `COPY` of asyncpg's, no event tells.
    """

    def __init__(self) -> None:
        self._patches = Patches()

    def start(self) -> None:
        original = _ConnectionFairy.driver_connection

        def driver_connection(fairy: Any) -> Any:
            lease: Lease | None = fairy.info.get(LEASE) if fairy.is_valid else None
            if lease is not None:
                lease.is_changed = True
            return original.__get__(fairy)

        self._patches.replace(_ConnectionFairy, "driver_connection", property(driver_connection))

    def stop(self) -> None:
        self._patches.undo()
