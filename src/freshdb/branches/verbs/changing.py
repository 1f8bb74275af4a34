"""Change a branch that is there: its content under the same URL, its snapshots, its life."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from freshdb.branches.branch import Branch
from freshdb.branches.records import BranchRecord, Parent, Place, Snapshot, State
from freshdb.branches.registry import checked_name
from freshdb.branches.shelf import Shelf
from freshdb.branches.upkeep import reap, settle
from freshdb.branches.verbs.removing import check_unprotected
from freshdb.errors import BranchExistsError

# No label of a user's begins like this. The record knows of it, so that `gc` does.
_WITHOUT_ROWS = "-reset"


def reset(shelf: Shelf, name: str) -> Branch:
    """Make a branch what its parent is now."""
    return _overwrite(shelf, name, shelf.parent_of)


def restore(shelf: Shelf, name: str, label: str) -> Branch:
    """Make a branch what it was when the snapshot was taken."""

    def source(record: BranchRecord) -> Parent:
        return Parent("snapshot", f"{name}@{label}", shelf.snapshot(record, label).place)

    return _overwrite(shelf, name, source)


def snapshot(shelf: Shelf, name: str, label: str) -> Branch:
    """Keep a branch as it is now under a label."""
    checked_name(label)
    reap(shelf.registry)
    registry = shelf.registry
    with registry.locked(name):
        record = shelf.record(name)
        if record.snapshot(label) is not None:
            raise BranchExistsError(
                f"`{name}` has a snapshot `{label}` already", hint="take another label"
            )
        its_product = shelf.product_of(record)
        place = its_product.new_place(registry.home_of(name), label, record.place)
        draft = Snapshot(label, place, time.time())
        registry.write(record.with_snapshot(draft))
        try:
            cost = its_product.copy(record.place, place, schema_only=False, progress=shelf.progress)
        except BaseException:
            its_product.delete(place)
            registry.write(record.without_snapshot(label))
            raise
        record = record.with_snapshot(replace(draft, is_ready=True))
        registry.write(record)
        return shelf.branch(record, cost)


def change(shelf: Shelf, name: str, **changes: Any) -> Branch:
    """Write down something else about a branch."""
    reap(shelf.registry)
    with shelf.registry.locked(name):
        record = replace(shelf.record(name), **changes)
        shelf.registry.write(record)
        return shelf.branch(record)


def _overwrite(shelf: Shelf, name: str, source_of: Callable[[BranchRecord], Parent]) -> Branch:
    reap(shelf.registry)
    with shelf.registry.locked(name):
        record = shelf.record(name)
        check_unprotected(record)
        parent = source_of(record)
        its_product = shelf.product_of(record)
        with contextlib.ExitStack() as stack:
            source = stack.enter_context(shelf.readable(parent))
            if record.is_schema_only and parent.kind != "snapshot":
                source = stack.enter_context(_without_rows(shelf, record, source))
            begun = replace(shelf.record(name), state=State.OVERWRITING)
            shelf.registry.write(begun)
            try:
                cost = its_product.overwrite(record.place, source, progress=shelf.progress)
            finally:
                settle(shelf.registry, begun)
        return shelf.branch(record, cost)


@contextlib.contextmanager
def _without_rows(shelf: Shelf, record: BranchRecord, source: Place) -> Iterator[Place]:
    """Give a copy of a source that has no rows, for the duration of a block."""
    registry, its_product = shelf.registry, shelf.product_of(record)
    home = registry.home_of(record.name)
    place = its_product.new_place(home, _WITHOUT_ROWS, record.place)
    registry.write(record.with_snapshot(Snapshot(_WITHOUT_ROWS, place, time.time())))
    try:
        its_product.delete(place)
        its_product.copy(source, place, schema_only=True, progress=shelf.progress)
        yield place
    finally:
        its_product.delete(place)
        registry.write(record)
