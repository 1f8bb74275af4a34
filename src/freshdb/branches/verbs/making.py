"""Make a branch: nothing half-made is left, whatever fails."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from freshdb.branches import lifetimes, locks, sources
from freshdb.branches.branch import Branch, Plan
from freshdb.branches.products import product
from freshdb.branches.records import BranchRecord, Parent, State
from freshdb.branches.registry import checked_name
from freshdb.branches.shelf import Shelf
from freshdb.branches.upkeep import discard, reap
from freshdb.branches.verbs.removing import check_deletable
from freshdb.errors import BranchExistsError, BranchInputError

IF_EXISTS = ("fail", "reuse", "replace")


@dataclass(frozen=True)
class Wishes:
    """What somebody wants a new branch to be; see `Branches.create`."""

    source: str = sources.TEMPLATE
    name: str | None = None
    ttl: str | None = lifetimes.DEFAULT
    schema_only: bool = False
    if_exists: str = "fail"

    def checked_name(self) -> str:
        """Return the name, made up where there is none.

        Raises:
            BranchInputError: this is no name for a branch.
        """
        return checked_name(self.name or f"branch-{os.urandom(3).hex()}")


def create(shelf: Shelf, wishes: Wishes, uses: list[locks.Use] | None = None) -> Branch:
    """Make a branch, or give the one that is there.

    Args:
        shelf: where.
        wishes: what it is to be.
        uses: gets the mark of its use, if it is to live only as long as that is held.
    """
    reap(shelf.registry)
    if wishes.if_exists not in IF_EXISTS:
        raise BranchInputError(
            f"`if_exists` is `{wishes.if_exists}`",
            hint=f"valid: {', '.join(f'`{one}`' for one in IF_EXISTS)}",
        )
    name, expires_at = wishes.checked_name(), lifetimes.end_of(wishes.ttl)
    with shelf.registry.locked(name):
        there = shelf.settled(name)
        if there is not None and wishes.if_exists == "reuse":
            return shelf.branch(there)
        if there is not None and wishes.if_exists == "fail":
            raise BranchExistsError(
                f"there is a branch `{name}` already",
                hint="take another name, or `--if-exists reuse` or `replace`",
            )
        parent = shelf.source(wishes.source)
        if there is not None:
            _make_room(shelf, there, parent)
        record = BranchRecord(
            name=name, scope=shelf.registry.scope, id=os.urandom(6).hex(),
            place=parent.place, parent=parent, created_at=time.time(), expires_at=expires_at,
            is_temporary=uses is not None, is_schema_only=wishes.schema_only,
        )  # fmt: skip
        return _make(shelf, record, uses)


def plan(shelf: Shelf, wishes: Wishes) -> Plan:
    """Tell what `create` would do, without doing it."""
    parent = shelf.source(wishes.source)
    is_built = parent.kind == sources.TEMPLATE
    size = 0 if is_built else product(parent.place.product).size(parent.place)
    seconds = None if wishes.ttl is None else lifetimes.seconds_of(wishes.ttl)
    return Plan(wishes.checked_name(), parent, size, seconds, wishes.schema_only)


@contextlib.contextmanager
def in_use_from_birth(shelf: Shelf, wishes: Wishes) -> Iterator[tuple[Branch, locks.Use]]:
    """Make a branch that lives as long as its mark is held, and hold it for the block."""
    uses: list[locks.Use] = []
    try:
        branch = create(shelf, wishes, uses)
        yield branch, uses[0]
    finally:
        for use in uses:
            use.close()


def _make_room(shelf: Shelf, there: BranchRecord, parent: Parent) -> None:
    """Remove the branch that is to be replaced."""
    check_deletable(shelf, there)
    if parent.branch_id == there.id:
        raise BranchInputError(
            f"`{there.name}` cannot be replaced by a copy of itself",
            hint="`freshdb branch reset` goes back to its parent",
        )
    discard(shelf.registry, there)


def _make(shelf: Shelf, record: BranchRecord, uses: list[locks.Use] | None) -> Branch:
    """Copy the parent to where the branch is to be; leave nothing if that fails."""
    registry, its_product = shelf.registry, shelf.product_of(record)
    place = its_product.new_place(registry.home_of(record.name), "", record.parent.place)
    record = replace(record, place=place)
    try:
        registry.write(record)
        if its_product.has_servers:
            registry.note_server(place)
        if uses is not None:
            uses.append(locks.Use(registry.use_mark(record)))
        with shelf.readable(record.parent) as source:
            cost = its_product.copy(
                source, place, schema_only=record.is_schema_only, progress=shelf.progress
            )
        record = replace(record, state=State.READY)
        registry.write(record)
    except BaseException:
        with contextlib.suppress(Exception):
            its_product.delete(place)
        registry.forget(record)
        raise
    return shelf.branch(record, cost, is_new=True)
