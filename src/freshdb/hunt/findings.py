"""What a hunt found, as values that reports are made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from freshdb.hunt.pieces import Piece
from freshdb.hunt.trials import Outcome


class Kind(StrEnum):
    """In which way a test depends on others."""

    VICTIM = "victim"
    """It passes alone, and fails after a polluter."""
    BRITTLE = "brittle"
    """It fails alone, and passes after a state-setter."""


class Way(StrEnum):
    """In which way a cause was proved."""

    STATE = "state"
    """With only the state put back, the test goes as alone."""
    STATEMENT = "statement"
    """The culprit ended before one statement leaves no harm, ended after it, it does."""
    NONE = ""


@dataclass(frozen=True)
class Affected:
    """A test whose outcome another one decides.

    Attributes:
        test: its node id.
        kind: in which way.
        alone: how it goes alone.
        together: how it goes after the culprits.
        confidence: in how many of the checks it went this way, from 0 to 1.
        command: shows it with plain pytest.
        read_at: the line that reads the state, as ``file:line``; empty if that was not found.
    """

    test: str
    kind: Kind
    alone: Outcome
    together: Outcome
    confidence: float = 1.0
    command: str = ""
    read_at: str = ""


@dataclass(frozen=True)
class Carrier:
    """A piece of state that carries the dependence.

    Attributes:
        piece: what differs.
        line: where it is written, as ``file:line``; empty if that was not found.
        code: the source of that line.
        function: the function that the line is in.
        by: the line of the test or fixture that led there, if that is another one.
    """

    piece: Piece
    line: str = ""
    code: str = ""
    function: str = ""
    by: str = ""


@dataclass(frozen=True)
class Cure:
    """What helps, tried out.

    Attributes:
        fixture: source of a fixture that puts the state back; empty if none was found to help.
        is_fixture_verified: whether it was seen to help.
        setting: what helps in freshdb's own settings.
        is_setting_verified: whether that was seen to help.
    """

    fixture: str = ""
    is_fixture_verified: bool = False
    setting: str = ""
    is_setting_verified: bool = False


@dataclass(frozen=True)
class Cause:
    """State that some tests leave and others depend on.

    Attributes:
        kind: whether the state does harm, or is needed.
        culprits: each one or more tests that together leave the state, by node ids.
        carriers: the state.
        is_proved: whether it was proved that this carries the dependence.
        affected: the tests that depend on it.
        cure: what helps.
        proved_by: in which way.
    """

    kind: Kind
    culprits: tuple[tuple[str, ...], ...]
    carriers: tuple[Carrier, ...]
    is_proved: bool
    affected: tuple[Affected, ...]
    cure: Cure | None = None
    proved_by: Way = Way.NONE


@dataclass(frozen=True)
class Loose:
    """A test of which something is known, but not the whole story.

    Attributes:
        test: its node id.
        note: what is known.
    """

    test: str
    note: str


@dataclass
class Report:
    """All that a hunt found.

    Attributes:
        tests: how many were collected.
        causes: state that carries dependence, with its tests.
        unexplained: tests that depend on the order, for which no culprit was found.
        by_chance: tests that go differently without anything else being different.
        always_failing: tests that failed in every trial, and with what.
        notes: what a reader should know of how the hunt went.
        not_done: what it did not get to.
        orders: names of the orders that were run.
        trials: how many trials were made.
        seconds: how long it took.
        is_interrupted: whether somebody ended it before it was done.
    """

    tests: int = 0
    causes: list[Cause] = field(default_factory=list)
    unexplained: list[Loose] = field(default_factory=list)
    by_chance: list[Loose] = field(default_factory=list)
    always_failing: list[Loose] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_done: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    trials: int = 0
    seconds: float = 0.0
    is_interrupted: bool = False

    @property
    def has_found(self) -> bool:
        """Tell whether any test depends on another."""
        return bool(self.causes or self.unexplained)

    def note_interruption(self) -> None:
        """Note that somebody ended the hunt: what it found stays, what it did not is not told."""
        if not self.is_interrupted:
            self.is_interrupted = True
            self.not_done.append("the rest: interrupted; `--resume` goes on from here")

    def to_dict(self) -> dict[str, Any]:
        """Return it in the form of `--json`; docs/reference/hunt-json.md tells its fields."""
        return {"version": 1, **asdict(self)}
