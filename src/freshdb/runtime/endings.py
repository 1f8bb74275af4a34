"""What the end of a test brings to light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from freshdb.errors import FreshDBError
from freshdb.model import Change, KeptDatabase, Leak


@dataclass(frozen=True)
class TestEnd:
    """What the end of a test brought to light.

    Attributes:
        leaks: what it left open.
        kept: its databases, if they are kept.
        changes: the process state that it left changed.
        faults: those of the changes that it is to fail for.
        broken: what it did and a rollback does not undo, where that is its strategy.
        undone: how its branches became pristine again, each with the reason if there is one.
        steps_s: what isolation took, by step.
        rows: rows written, by table, where a record is made.
    """

    leaks: tuple[Leak, ...]
    kept: tuple[KeptDatabase, ...]
    changes: tuple[Change, ...] = ()
    faults: tuple[Change, ...] = ()
    broken: FreshDBError | None = None
    undone: tuple[tuple[str, str], ...] = ()
    steps_s: Mapping[str, float] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)


NOTHING = TestEnd((), ())
