"""The branches of a worktree by name, and what the texts that name sources stand for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from freshdb.branches import sources
from freshdb.branches.branch import Branch
from freshdb.branches.products import Copied, Product, Progress, product
from freshdb.branches.records import BranchRecord, Parent, Place, Snapshot
from freshdb.branches.registry import Registry
from freshdb.branches.upkeep import discard, settle
from freshdb.errors import BranchNotFoundError
from freshdb.nearest import nearest
from freshdb.servers.places import is_locked


@dataclass(frozen=True)
class Shelf:
    """What every verb needs: it finds branches and resolves sources, and changes nothing.

    Attributes:
        allow_hosts: hosts besides this machine that may be read from.
        progress: told how far a copy is.
    """

    registry: Registry
    project: Path
    allow_hosts: tuple[str, ...]
    progress: Progress

    def record(self, name: str) -> BranchRecord:
        """Return the record of a whole branch.

        Raises:
            BranchNotFoundError: there is none of that name in this worktree.
        """
        record = self.registry.read(name)
        if record is not None and record.is_whole:
            return record
        names = [one.name for one in self.registry.records() if one.is_whole]
        raise BranchNotFoundError(
            f"there is no branch `{name}` in this worktree",
            hint=nearest(name, names)
            or (f"a file is named by its path: `./{name}`" if "." in name else "")
            or "`freshdb branch list` shows all",
        )

    def settled(self, name: str) -> BranchRecord | None:
        """Return the whole branch of a name, which is held; what a killed process left goes."""
        record = self.registry.read(name)
        if record is None:
            self.registry.remove(self.registry.home_of(name))
            return None
        if not record.is_whole or self._is_over(record):
            discard(self.registry, record)
            return None
        return settle(self.registry, record)

    def _is_over(self, record: BranchRecord) -> bool:
        """Tell whether a branch was for a command, and nobody runs it any more."""
        return record.is_temporary and not is_locked(self.registry.use_mark(record))

    def snapshot(self, record: BranchRecord, label: str) -> Snapshot:
        """Return a branch's snapshot.

        Raises:
            BranchNotFoundError: it has none of that label.
        """
        found = record.snapshot(label)
        if found is not None:
            return found
        labels = [one.label for one in record.snapshots if one.is_ready]
        raise BranchNotFoundError(
            f"`{record.name}` has no snapshot `{label}`",
            hint=nearest(label, labels) or f"it has: {', '.join(labels) or 'none'}",
        )

    def source(self, text: str) -> Parent:
        """Return what a source's text stands for, checked."""
        asked = sources.parse(text)
        if asked.kind == sources.TEMPLATE:
            from freshdb.branches.templates import parent_of

            if asked.place is not None:
                sources.check_allowed(asked.place, self.allow_hosts)
            return parent_of(asked, self.project)
        if asked.place is not None:
            sources.check_allowed(asked.place, self.allow_hosts)
            text = asked.place.where if asked.place.product == "sqlite" else text
            return Parent("database", text, asked.place)
        record = self.record(asked.name)
        if not asked.label:
            return Parent("branch", text, record.place, record.id)
        return Parent("snapshot", text, self.snapshot(record, asked.label).place, record.id)

    def parent_of(self, record: BranchRecord) -> Parent:
        """Return a branch's parent, which must still be what it was."""
        parent = self.source(record.parent.text)
        if parent.branch_id != record.parent.branch_id:
            raise BranchNotFoundError(
                f"the branch `{parent.text}` is not the one that `{record.name}` was made from",
                hint="delete the branch and make it anew",
            )
        return parent

    @contextlib.contextmanager
    def readable(self, parent: Parent) -> Iterator[Place]:
        """Give the place to copy from; a template is built for the duration of the block."""
        if parent.kind != sources.TEMPLATE:
            yield parent.place
            return
        from freshdb.branches.templates import built

        with built(parent, self.project, self.allow_hosts) as place:
            yield place

    def product_of(self, record: BranchRecord) -> Product:
        return product(record.place.product)

    def branch(
        self, record: BranchRecord, cost: Copied | None = None, *, is_new: bool = False
    ) -> Branch:
        """Return a branch as its user sees it."""
        url = self.product_of(record).url(record.place, None, with_password=False)
        return Branch(record, url, cost, is_new)
