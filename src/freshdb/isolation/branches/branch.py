"""A branch: the private copy that connections are sent to, and whether it can be reset in place."""

from __future__ import annotations

import weakref
from typing import Any

from freshdb.backends import Backend, Resettable
from freshdb.isolation.branches.outer_transaction import OuterTransaction, driver_of
from freshdb.isolation.owners import Owner
from freshdb.model import Image, Place, Source

# Where SQLAlchemy's `info` of a connection has its lease.
LEASE = "freshdb_lease"


class Branch:
    """A private copy of a baseline that connections are sent to."""

    __slots__ = (
        "__weakref__",
        "backend",
        "baseline",
        "cursors",
        "is_kept",
        "is_public",
        "is_unsafe",
        "opened",
        "outers",
        "owner",
        "place",
        "raw_checkouts",
        "records",
        "resettable",
        "rolls_back",
        "source",
    )

    def __init__(
        self, source: Source, backend: Backend, place: Place, owner: Owner, baseline: Image
    ) -> None:
        self.source = source
        self.backend = backend
        self.place = place
        self.owner = owner
        self.baseline = baseline
        # SQLAlchemy's pool entries whose connection was opened to this branch, and how many were.
        self.records: weakref.WeakSet[Any] = weakref.WeakSet()
        self.opened = 0
        # What could keep a reset from being right: a cursor in the middle of its rows, and whatever
        # a connection may keep from test to test: unseen where the driver's own was handed out.
        self.cursors: weakref.WeakSet[Any] = weakref.WeakSet()
        self.is_unsafe = False
        # Whether somebody was told its address, and may come back with connections of their own.
        self.is_public = False
        # Whether it is none of ours any more: a failed test's database, kept for a look.
        self.is_kept = False
        self.raw_checkouts = 0
        self.resettable: Resettable | None = None
        # Whether its test is one of the strategy `rollback`, and the transactions of such tests.
        self.rolls_back = False
        self.outers: dict[Any, OuterTransaction] = {}

    def note(self, cursor: Any, *, is_harmless: bool) -> None:
        """Note a cursor that is about to run a statement."""
        if not is_harmless or getattr(cursor, "server_side", False):
            self.is_unsafe = True
        elif not hasattr(cursor, "_adapt_connection"):
            # SQLAlchemy's cursors over async drivers read all rows at once, and hold nothing.
            self.cursors.add(cursor)

    def connected(self) -> list[Any]:
        """Return the pool entries that are connected to this branch."""
        return [
            record
            for record in self.records
            if record.dbapi_connection is not None and record.info[LEASE].branch is self
        ]

    def idle(self) -> list[Any]:
        """Return the pool entries that are connected to this branch and in nobody's hands."""
        return [record for record in self.connected() if not record.in_use]

    def begin_reset(self) -> bool:
        """Begin to undo what was written, connections and all; False where that cannot be done.

        A server knows who is connected, and ends whom it must. A file does not: every connection
        that was ever opened to it must be there and idle, since one that is being closed in another
        thread may be writing.
        """
        if self.resettable is None or self.is_public or self.is_kept:
            return False
        if self.backend.is_server:
            outers = self.outers.values()
            self.resettable.begin(
                self._vouched(),
                rolled_back=self.rolls_back and all(outer.error is None for outer in outers),
            )
            return True
        if self.is_unsafe or self.raw_checkouts or self.cursors:
            return False
        if len(self.idle()) != self.opened:
            return False
        self.resettable.begin()
        return True

    def finish_reset(self) -> bool:
        """Wait until what was written is undone, and tell whether that could be proved right."""
        assert self.resettable is not None
        is_right = self.resettable.finish()
        self._forget_ended()
        return is_right

    def reset(self) -> bool:
        """Undo what was written, and tell whether that could be done."""
        return self.begin_reset() and self.finish_reset()

    def _vouched(self) -> list[int]:
        """Return the sessions of which everything was seen, and nothing of it stays in them."""
        vouched = [
            record.driver_connection
            for record in self.connected()
            if not (record.info[LEASE].is_changed or record.info[LEASE].is_raw)
        ]
        vouched += [driver_of(outer.connection) for outer in self.outers.values()]
        return [self.backend.session_of(connection) for connection in vouched]

    def _forget_ended(self) -> None:
        """Take the connections that the server has ended out of their pools."""
        ended = self.resettable.ended if self.resettable is not None else ()
        if ended:
            for record in self.connected():
                if self.backend.session_of(record.driver_connection) in ended:
                    record.info[LEASE].end(record)
            for key, outer in list(self.outers.items()):
                if self.backend.session_of(driver_of(outer.connection)) in ended:
                    self.let_go(key)

    def let_go(self, key: Any) -> None:
        """End the one connection of tests that run in one transaction."""
        outer = self.outers.pop(key)
        self.backend.abandon(driver_of(outer.connection), key[0])

    def drop(self) -> None:
        """Remove the branch."""
        if self.resettable is not None:
            self.resettable.close()
        if not self.is_kept:
            self.backend.drop_branch(self.place)

    def __repr__(self) -> str:
        return f"<Branch {self.place} of {self.source} for {self.owner.name}>"
