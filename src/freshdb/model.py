"""The values that cross rooms."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

Place: TypeAlias = Any
"""A branch or an image as its backend names it; nobody else looks inside."""


class SourceKind(enum.Enum):
    """How an engine names its database."""

    FILE = "file"
    """A path; every engine on that path is on one database."""
    SHARED_MEMORY = "shared memory"
    """A name in this process; every engine with that name is on one database."""
    PRIVATE_MEMORY = "private memory"
    """The engine's own; two such engines are two databases."""
    DATABASE = "database"
    """A name on a server; every engine on that database is on one database."""


@dataclass(frozen=True)
class Source:
    """A database as the application names it; a branch stands in for it during a test."""

    backend: str
    kind: SourceKind
    name: str

    def __str__(self) -> str:
        return f"{self.backend} {self.kind.value} {self.name}"


@dataclass(frozen=True)
class Image:
    """A finished copy of a database, never written again: a template or a layer's baseline."""

    place: Place
    has_tables: bool


@dataclass(frozen=True)
class Leak:
    """What a test left open: a connection, transaction, task or thread.

    Attributes:
        owner: the test's node id.
        kind: `connection`, `transaction`, `task`, `thread`.
        what: a sentence without a full stop.
        where: `file:line` that opened it, or an empty text where that cannot be known.
    """

    owner: str
    kind: str
    what: str
    where: str

    def __str__(self) -> str:
        place = f", from {self.where}" if self.where else ""
        return f"left a {self.kind} open: {self.what}{place}"


@dataclass(frozen=True)
class LateWork:
    """SQL that was refused because the test that it worked for had ended.

    Attributes:
        owner: the test's node id.
        worker: the task's coroutine or the thread's name.
        where: `file:line` of the statement, or an empty text.
    """

    owner: str
    worker: str
    where: str


@dataclass(frozen=True)
class KeptDatabase:
    """A failed test's database, kept for a look until the next run.

    Attributes:
        owner: the test's node id.
        place: its file, or its URL without a password.
        look: a command that opens it.
    """

    owner: str
    place: str
    look: str = ""


@dataclass(frozen=True)
class RunFacts:
    """What one process of a run has to say at its end; workers send it to the controller."""

    branches: int = 0
    tests: int = 0
    costs_s: tuple[float, ...] = ()
    run_s: float = 0.0
    leaks: tuple[Leak, ...] = ()
    late_work: tuple[LateWork, ...] = ()
    kept: tuple[KeptDatabase, ...] = ()
    servers: tuple[str, ...] = ()
    """Which servers branches were on, and why."""
    cloned: tuple[str, ...] = ()
    """Why a branch was not reset, for each time that a new clone was needed instead."""

    def __add__(self, other: RunFacts) -> RunFacts:
        return RunFacts(
            self.branches + other.branches,
            self.tests + other.tests,
            self.costs_s + other.costs_s,
            self.run_s + other.run_s,
            self.leaks + other.leaks,
            self.late_work + other.late_work,
            self.kept + other.kept,
            tuple(dict.fromkeys(self.servers + other.servers)),
            self.cloned + other.cloned,
        )

    def pack(self) -> dict[str, Any]:
        """Return the facts as plain values that xdist can send."""
        return asdict(self)

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> RunFacts:
        """Return the facts that `pack` has packed."""
        return cls(
            **{
                **{name: _tuple_if_list(value) for name, value in packed.items()},
                "leaks": tuple(Leak(**leak) for leak in packed["leaks"]),
                "late_work": tuple(LateWork(**late) for late in packed["late_work"]),
                "kept": tuple(KeptDatabase(**kept) for kept in packed["kept"]),
            }
        )


def _tuple_if_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
