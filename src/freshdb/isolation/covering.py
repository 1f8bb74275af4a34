"""Everything that watches SQLAlchemy, started and stopped together."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from freshdb.backends import Backends
from freshdb.errors import RollbackError
from freshdb.isolation.branches.branch import Branch
from freshdb.isolation.branches.branches import Branches
from freshdb.isolation.connections.closing import Closer
from freshdb.isolation.connections.creators import Creators
from freshdb.isolation.connections.leases import DriverAccess
from freshdb.isolation.connections.pools import RealPools, free_from_dead_loops
from freshdb.isolation.connections.redirect import Redirect
from freshdb.isolation.owners import Owner, OwnerStack
from freshdb.isolation.owners.carrying import ThreadCarrying
from freshdb.isolation.owners.own_directories import OwnDirectories
from freshdb.isolation.owners.workers import Workers
from freshdb.model import Leak
from freshdb.settings import Settings

if TYPE_CHECKING:
    from freshdb.isolation.connections.emulating import Emulating

_at_work: list[Covering] = []


class Covering:
    """The redirect and its helpers; made when SQLAlchemy has been imported.

    Args:
        owners: who is at work.
        branches: decides which branch SQL goes to.
        backends: the database products that are covered.
        settings: those of the run.
        directories: those that the running test has made.
    """

    def __init__(
        self,
        owners: OwnerStack,
        branches: Branches,
        backends: Backends,
        settings: Settings,
        directories: OwnDirectories,
    ) -> None:
        self.redirect = Redirect(owners, branches, backends, settings.exclude, directories.holds)
        self.closer = Closer(settings.teardown_timeout_s)
        self.workers = Workers(self.redirect.loops)
        self._creators = Creators(self.redirect)
        self._driver_access = DriverAccess()
        self._pools = RealPools(self.redirect.covers, self.redirect.adopt)
        self.redirect.note_unusual = self._pools.share
        self._threads = ThreadCarrying(self.workers.note_thread)
        self._carries_threads = settings.carry_threads
        self._emulating = _emulating(settings.emulate)
        self._origin_depth = 0
        # What the test that has just ended did and a rollback does not undo.
        self.broken: RollbackError | None = None

    def start(self) -> None:
        # A run inside a run (pytest's own `pytester`, in one process) has SQLAlchemy to itself.
        for outer in _at_work:
            outer.redirect.is_paused = True
        _at_work.append(self)
        self.redirect.start()
        # So that a task that outlives its test can be told where it was started.
        self._origin_depth = sys.get_coroutine_origin_tracking_depth()
        sys.set_coroutine_origin_tracking_depth(max(1, self._origin_depth))
        if self._emulating is not None:
            self._emulating.start()
        self._creators.start()
        self._driver_access.start()
        self._pools.start()
        if self._carries_threads:
            self._threads.start()

    def stop(self, branches: Branches) -> None:
        """Close every connection to a branch, and leave SQLAlchemy as it was found."""
        live = [branch for database in branches.databases for branch in database.live]
        self.closer.close([*live, *branches.retired])
        if self._carries_threads:
            self._threads.stop()
        self._pools.stop()
        self._driver_access.stop()
        self._creators.stop()
        if self._emulating is not None:
            self._emulating.stop()
        sys.set_coroutine_origin_tracking_depth(self._origin_depth)
        self.redirect.stop()
        _at_work.remove(self)
        if _at_work:
            _at_work[-1].redirect.is_paused = False

    def end_of(self, owner: Owner, branches: list[Branch], settings: Settings) -> tuple[Leak, ...]:
        """Close what a test had open, and return what it should have closed itself."""
        self.broken = None
        if not branches and not self.workers.are_known:
            return ()
        free_from_dead_loops(self.redirect.async_pools)
        leaks = [*self.closer.undo(branches), *self.workers.left_by(owner)]
        self.broken = self.closer.end_transactions(branches)
        return tuple(leaks) if settings.on_leak != "ignore" else ()


def _emulating(product: str | None) -> Emulating | None:
    if product is None:
        return None
    from freshdb.isolation.connections.emulating import Emulating

    return Emulating(product)
