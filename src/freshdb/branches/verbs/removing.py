"""Remove branches, but none that somebody still needs."""

from __future__ import annotations

from freshdb.branches.records import BranchRecord
from freshdb.branches.shelf import Shelf
from freshdb.branches.upkeep import discard, reap
from freshdb.errors import BranchRefusedError


def delete(shelf: Shelf, name: str) -> None:
    """Remove a branch with its snapshots."""
    reap(shelf.registry)
    with shelf.registry.locked(name):
        record = shelf.record(name)
        check_deletable(shelf, record)
        discard(shelf.registry, record)


def remove_if_same(shelf: Shelf, record: BranchRecord) -> None:
    """Remove a branch if it is still the same one, and not by its user's wish protected."""
    with shelf.registry.locked(record.name, record.scope):
        there = shelf.registry.read(record.name, record.scope)
        if there is not None and there.id == record.id:
            discard(shelf.registry, there)


def check_deletable(shelf: Shelf, record: BranchRecord) -> None:
    """Refuse to remove a branch that is protected or has children."""
    check_unprotected(record)
    children = [
        f"`{one.name}`"
        for one in shelf.registry.records(everywhere=True)
        if one.parent.branch_id == record.id
    ]
    if children:
        raise BranchRefusedError(
            f"`{record.name}` is the parent of {', '.join(children)}", hint="delete these first"
        )


def check_unprotected(record: BranchRecord) -> None:
    """Refuse to write over a branch that is protected."""
    if record.is_protected:
        raise BranchRefusedError(
            f"`{record.name}` is protected",
            hint=f"`freshdb branch protect {record.name} --off` if it is to go",
        )
