"""The databases of a failed test, kept for a look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from freshdb.isolation.branches.branch import Branch
from freshdb.isolation.branches.branches import Branches
from freshdb.model import KeptDatabase


def places_to_keep(branches: list[Branch], directory: Path) -> list[KeptDatabase]:
    """Return where a test's databases are kept if it fails."""
    return [
        branch.backend.place_to_keep(branch.place, name, directory)
        for branch, name in _named(branches)
    ]


def keep(branches: Branches, directory: Path) -> tuple[KeptDatabase, ...]:
    """Keep those of the running test, and return where."""
    of_test = branches.branches_of_test()
    return tuple(branches.keep(branch, name, directory) for branch, name in _named(of_test))


def _named(branches: list[Branch]) -> Iterator[tuple[Branch, str]]:
    """Yield a test's branches with the names that they are kept by: the test's, where it has one.

    Each of several is told by its database, too.
    """
    for branch in branches:
        database = branch.source.name.rpartition("/")[2]
        yield branch, branch.owner.name + (f" on {database}" if len(branches) > 1 else "")
