"""What the registry writes down about a branch. Nothing secret is in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How far a branch has come; written before each step that could be cut short."""

    MAKING = "making"
    """It is being copied. Without its maker it is an orphan."""
    READY = "ready"
    """It is whole."""
    OVERWRITING = "overwriting"
    """It is getting other content. What a killed process has left is finished or undone."""
    DELETING = "deleting"
    """Parts of it may be gone."""


@dataclass(frozen=True)
class Place:
    """Where a database is.

    Attributes:
        product: the name of its product: `sqlite`, `postgres`, `mariadb`.
        where: a file's path, or a server's URL without its password.
        secret: the environment variable whose URL has the password, or an empty text.
        driver: SQLAlchemy's driver that its URL has named, or an empty text.
    """

    product: str
    where: str
    secret: str = ""
    driver: str = ""

    def __str__(self) -> str:
        return self.where


@dataclass(frozen=True)
class Parent:
    """What a branch was copied from.

    Attributes:
        kind: `database`, `branch`, `snapshot` or `template`.
        text: what was asked for, as it can be asked for again.
        place: where it was.
        branch_id: the branch that it is, or whose snapshot it is.
    """

    kind: str
    text: str
    place: Place
    branch_id: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A branch as it was, under a label; not whole until `is_ready`."""

    label: str
    place: Place
    created_at: float
    is_ready: bool = False


@dataclass(frozen=True)
class BranchRecord:
    """One branch as the registry knows it.

    Attributes:
        scope: the worktree that it belongs to; names are unique in a scope.
        is_temporary: it lives only as long as the process that made it, or the command it is for.
        expires_at: seconds since the epoch; None if it stays.
    """

    name: str
    scope: str
    id: str
    place: Place
    parent: Parent
    created_at: float
    expires_at: float | None = None
    state: State = State.MAKING
    is_protected: bool = False
    is_temporary: bool = False
    is_schema_only: bool = False
    snapshots: tuple[Snapshot, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether it is there: it may just be written over."""
        return self.state in (State.READY, State.OVERWRITING)

    def snapshot(self, label: str) -> Snapshot | None:
        """Return the snapshot of that label that is whole."""
        found = (one for one in self.snapshots if one.label == label and one.is_ready)
        return next(found, None)

    def with_snapshot(self, snapshot: Snapshot) -> BranchRecord:
        """Return the record with a snapshot put in, or put in place of the one of its label."""
        return replace(self.without_snapshot(snapshot.label), snapshots=(
            *self.without_snapshot(snapshot.label).snapshots, snapshot,
        ))  # fmt: skip

    def without_snapshot(self, label: str) -> BranchRecord:
        """Return the record without the snapshot of that label."""
        return replace(self, snapshots=tuple(one for one in self.snapshots if one.label != label))

    def pack(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return asdict(self)

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> BranchRecord:
        """Return the record that `pack` has packed."""
        parent = packed["parent"]
        return cls(
            **{
                **packed,
                "place": Place(**packed["place"]),
                "parent": Parent(**{**parent, "place": Place(**parent["place"])}),
                "state": State(packed["state"]),
                "snapshots": tuple(
                    Snapshot(**{**one, "place": Place(**one["place"])})
                    for one in packed["snapshots"]
                ),
            }
        )
