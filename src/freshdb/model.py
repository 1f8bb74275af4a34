"""The values that cross rooms."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

Place: TypeAlias = Any
"""A branch or an image as its backend names it; nobody else looks inside."""

Peer: TypeAlias = str | tuple[str, int]
"""The other end of a connection to a server: the path of a Unix socket, or host and port."""


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


class Action(StrEnum):
    """What freshdb did about a change."""

    REPORTED = "reported"
    """It was named and left as it is."""
    RESTORED = "restored"
    """The state is as it was in the baseline."""
    CLEARED = "cleared"
    """A cache was emptied, because what it held cannot be put back."""
    RESISTED = "resisted"
    """It could not be put back; `Change.note` says why."""


class Verb(StrEnum):
    """How a piece of state differs from its baseline."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"
    OPENED = "left open"
    CACHED = "cached"
    """A `functools` cache holds a result more. To call a function is no fault: it is put back, and
    told beside the leaks."""
    DRAWN = "drawn from"
    """Numbers were drawn from a random generator. It is wound back, and not told."""
    REPLACED = "replaced by its equal"
    """What is in its place amounts to the same: a container that holds the same, what the class
    says anyhow. What was there is put back, and it is not told."""
    UNSET = "unset"
    """No event loop is the current one any more: `asyncio.run` leaves it so, and what runs async
    tests does too. The loop of before is made the current one again, and it is not told."""


@dataclass(frozen=True)
class Change:
    """One difference from the baseline; holds texts only, so it may cross processes.

    Attributes:
        kind: the name of the probe that saw it.
        path: where it is: ``shop.config.settings.debug``, ``os.environ['TZ']``.
        before: the value in the baseline as short text; empty if there was none.
        after: the value now as short text; empty if there is none.
        action: what was done about it.
        verb: in which way it differs.
        note: why it could not be put back, if so.
    """

    kind: str
    path: str
    before: str = ""
    after: str = ""
    action: Action = Action.REPORTED
    verb: Verb = Verb.CHANGED
    note: str = ""

    def __str__(self) -> str:
        text = f"{self.path} ({self._difference()})"
        return f"{text} [not restored: {self.note}]" if self.note else text

    def _difference(self) -> str:
        if self.verb is Verb.CHANGED and (self.before or self.after):
            return f"{self.before} → {self.after}"
        if self.verb is Verb.OPENED and self.after:
            return f"{self.verb}: {self.after}"
        return str(self.verb)

    @property
    def is_leak(self) -> bool:
        """Tell whether it is a fault of the test that made it."""
        return self.verb not in (Verb.CACHED, Verb.DRAWN, Verb.REPLACED, Verb.UNSET)

    def with_action(self, action: Action, note: str = "") -> Change:
        """Return the same change with another action."""
        return replace(self, action=action, note=note)


@dataclass(frozen=True)
class LeftState:
    """Process state that a test, or a fixture of wider scope, left changed.

    Attributes:
        owner: the test's node id, or the fixture's name and scope.
        changes: what it left, in the order of the probes.
    """

    owner: str
    changes: tuple[Change, ...]


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
    state_costs_s: tuple[float, ...] = ()
    left: tuple[LeftState, ...] = ()
    matched_ignores: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    """Which servers branches were on, and why."""
    cloned: tuple[str, ...] = ()
    """Why a branch was not reset, for each time that a new clone was needed instead."""

    @property
    def tests_watched(self) -> int:
        """Return how many tests' process state was looked at."""
        return len(self.state_costs_s)

    def __add__(self, other: RunFacts) -> RunFacts:
        return RunFacts(
            self.branches + other.branches,
            self.tests + other.tests,
            self.costs_s + other.costs_s,
            self.run_s + other.run_s,
            self.leaks + other.leaks,
            self.late_work + other.late_work,
            self.kept + other.kept,
            self.state_costs_s + other.state_costs_s,
            self.left + other.left,
            self.matched_ignores + other.matched_ignores,
            tuple(dict.fromkeys(self.servers + other.servers)),
            self.cloned + other.cloned,
        )

    def pack(self) -> dict[str, Any]:
        """Return the facts as plain values that xdist can send."""
        packed = asdict(self)
        packed["left"] = [
            {"owner": left.owner, "changes": [_plain(change) for change in left.changes]}
            for left in self.left
        ]
        return packed

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> RunFacts:
        """Return the facts that `pack` has packed."""
        return cls(
            **{
                **{name: _tuple_if_list(value) for name, value in packed.items()},
                "leaks": tuple(Leak(**leak) for leak in packed["leaks"]),
                "late_work": tuple(LateWork(**late) for late in packed["late_work"]),
                "left": tuple(
                    LeftState(left["owner"], tuple(map(_change, left["changes"])))
                    for left in packed["left"]
                ),
                "kept": tuple(KeptDatabase(**kept) for kept in packed["kept"]),
            }
        )


def _plain(change: Change) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(change).items()}


def _change(packed: dict[str, Any]) -> Change:
    words = {"action": Action(packed["action"]), "verb": Verb(packed["verb"])}
    return Change(**{**packed, **words})


def _tuple_if_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
