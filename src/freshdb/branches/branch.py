"""A branch, and a plan for one, as their user sees them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from freshdb.branches.products import Copied
from freshdb.branches.records import BranchRecord, Parent


@dataclass(frozen=True)
class Branch:
    """A branch as its user sees it.

    Attributes:
        url: what SQLAlchemy connects to; a password in it is masked.
        cost: what making it has cost, where it has just been made.
        is_new: whether this call has made it.
    """

    record: BranchRecord
    url: str
    cost: Copied | None = None
    is_new: bool = False

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def seconds_left(self) -> float | None:
        """Return how long it will live; None if it stays."""
        expires_at = self.record.expires_at
        return None if expires_at is None else max(0.0, expires_at - time.time())


@dataclass(frozen=True)
class Plan:
    """What `create` would do, as `dry_run` tells."""

    name: str
    parent: Parent
    size_bytes: int
    ttl_s: float | None
    is_schema_only: bool
