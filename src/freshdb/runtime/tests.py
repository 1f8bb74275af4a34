"""A test in a run: from before its first fixture to what its end brings to light."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from freshdb.errors import FreshDBError
from freshdb.isolation.branches.branch import Branch
from freshdb.isolation.branches.branches import Branches
from freshdb.isolation.owners import Owner, OwnerStack, set_owner
from freshdb.model import Change, KeptDatabase, Leak, LeftState, RunFacts, Verb
from freshdb.runtime.awaited import AwaitedSQLAlchemy
from freshdb.runtime.directories import Directories
from freshdb.runtime.endings import NOTHING, TestEnd
from freshdb.runtime.keeping import keep, places_to_keep
from freshdb.scoped import Scope, swap_outermost
from freshdb.settings import Settings
from freshdb.state.guard import StateGuard, failing


@dataclass
class Tally:
    """What there is to tell of a run's tests so far.

    Attributes:
        costs_s: what the database took, for each test that used it.
        state_costs_s: what process state took, for each test.
        facts: all else.
    """

    costs_s: list[float] = field(default_factory=list)
    state_costs_s: list[float] = field(default_factory=list)
    facts: RunFacts = field(default_factory=RunFacts)


@dataclass(frozen=True)
class Parts:
    """What isolates a test; all tests of a run have the same."""

    owners: OwnerStack
    branches: Branches
    sqlalchemy: AwaitedSQLAlchemy
    state: StateGuard
    directories: Directories
    tally: Tally


class IsolatedTest:
    """A test that is running: the context, and what it starts, works for it.

    Args:
        name: the test's node id.
        settings: those for this test.
        uses: tells which fixtures of wider scope the test uses.
        parts: what isolates it.

    Attributes:
        owner: whom its work is done for.
    """

    def __init__(
        self, name: str, settings: Settings, uses: Callable[[Owner], bool], parts: Parts
    ) -> None:
        self.owner = owner = Owner(name, is_test=True, strict=settings.strict, uses=uses)
        self.settings = settings
        self._parts = parts
        self._has_state_begun = False
        branches = parts.branches
        branches.resets = settings.strategy != "clone"
        branches.rolls_back = settings.strategy == "rollback"
        self._spent_before_s = branches.spent_s
        self._made_before = branches.branches_made
        parts.owners.push(owner)
        self._outer_owner = set_owner(owner)
        self._scope = Scope(name)
        self._outer_scope = swap_outermost(self._scope)
        covering = parts.sqlalchemy.covering
        if covering is not None:
            covering.redirect.is_on = settings.enabled

    def begin_state(self) -> None:
        """Take the process state as it is now for what the test starts from, the first time.

        It is called before the test's first fixture: by then pytest has set up its own, such as the
        import of a package's ``__init__.py``.
        """
        if not self._has_state_begun:
            self._has_state_begun = True
            self._parts.state.begin_test(self.settings.state)

    def places_to_keep(self) -> list[KeptDatabase]:
        """Return where its databases are kept if it fails."""
        return places_to_keep(self._parts.branches.branches_of_test(), self._parts.directories.kept)

    def end(self, *, failed: bool) -> TestEnd:
        """Take the test's branches away, refuse its late work, and tell what it left open."""
        parts, owner = self._parts, self.owner
        steps_s: dict[str, float] = {}
        leaks, kept, broken = self._end_database(steps_s, failed=failed)
        self._scope.forget()
        swap_outermost(self._outer_scope)
        changes, opened = self._end_state(steps_s)
        leaks += opened
        if leaks or kept:
            parts.tally.facts += RunFacts(leaks=leaks, kept=kept)
        written = parts.sqlalchemy.written
        rows = written.take(owner.name) if written is not None else {}
        if not (steps_s or leaks or rows):
            return NOTHING
        return TestEnd(
            leaks,
            kept,
            changes,
            failing(changes, self.settings.state) if changes else (),
            broken,
            tuple(parts.branches.undone),
            steps_s,
            rows,
        )

    def _end_database(
        self, steps_s: dict[str, float], *, failed: bool
    ) -> tuple[tuple[Leak, ...], tuple[KeptDatabase, ...], FreshDBError | None]:
        """Return what the test left open, what is kept of it, and what a rollback cannot undo."""
        parts, owner = self._parts, self.owner
        started = time.perf_counter()
        owner.end()
        parts.owners.remove(owner)
        set_owner(self._outer_owner)
        parts.sqlalchemy.directories.forget()
        branches = parts.branches.branches_of_test()
        leaks, broken = self._close(branches)
        kept: tuple[KeptDatabase, ...] = ()
        if failed and branches and self.settings.keep != "never":
            kept = keep(parts.branches, parts.directories.kept)
        parts.branches.end_test()
        parts.sqlalchemy.drop_retired()
        # A database in memory may be gone already, with its engine.
        if branches or parts.branches.branches_made > self._made_before:
            spent_s = parts.branches.spent_s - self._spent_before_s
            steps_s["database"] = spent_s + time.perf_counter() - started
            parts.tally.costs_s.append(steps_s["database"])
        return leaks, kept, broken

    def _close(self, branches: list[Branch]) -> tuple[tuple[Leak, ...], FreshDBError | None]:
        """Close what the test had open; return that, and what a rollback cannot undo."""
        covering = self._parts.sqlalchemy.covering
        if covering is None:
            return (), None
        covering.redirect.is_on = True
        leaks = covering.end_of(self.owner, branches, self.settings)
        return leaks, covering.broken

    def _end_state(self, steps_s: dict[str, float]) -> tuple[tuple[Change, ...], tuple[Leak, ...]]:
        """Put the process state back; return what the test changed, and what it left open."""
        parts = self._parts
        if not (self._has_state_begun and parts.state.is_open):
            return (), ()
        started = time.perf_counter()
        found = parts.state.end_test(self.settings.state)
        steps_s["state"] = time.perf_counter() - started
        parts.tally.state_costs_s.append(steps_s["state"])
        if not found:
            return (), ()
        changes = tuple(one for one in found if one.verb is not Verb.OPENED)
        if changes:
            parts.tally.facts += RunFacts(left=(LeftState(self.owner.name, changes),))
        if self.settings.on_leak == "ignore":
            return changes, ()
        # With SQLAlchemy, `workers` has told of threads and tasks; it knows which are to stay.
        told = ("threads", "tasks") if parts.sqlalchemy.covering is not None else ()
        opened = (one for one in found if one.verb is Verb.OPENED and one.kind not in told)
        return changes, tuple(
            Leak(
                self.owner.name,
                one.path.removeprefix("daemon ").partition(" ")[0],
                one.after or one.path,
                "",
            )
            for one in opened
        )
