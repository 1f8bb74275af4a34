"""What the hunter asks for and what it is answered: trials, as values that go to JSON and back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from freshdb.hunt.pieces import Piece

FOCUS = "FRESHDB_HUNT_FOCUS"
"""The environment variable that tells a session to collect one file, and to import others."""


class End(StrEnum):
    """How a trial's process ended."""

    DONE = "done"
    CRASHED = "crashed"
    HUNG = "hung"


@dataclass(frozen=True)
class Outcome:
    """How one test went in one trial.

    Attributes:
        result: ``passed``, ``failed``, ``skipped``; or ``crashed``, ``hung``: its process was lost.
        seconds: how long it took.
        message: of a failure, its first line.
        where: of a failure, the file and line.
    """

    result: str
    seconds: float = 0.0
    message: str = ""
    where: str = ""

    @property
    def short(self) -> str:
        """Return it in a few words."""
        return self.message or self.result

    @property
    def is_bad(self) -> bool:
        """Tell whether the test did not do what its author wants."""
        return self.result == "failed" or self.is_lost

    @property
    def is_lost(self) -> bool:
        """Tell whether the test's process did not live to its end."""
        return self.result in (End.CRASHED, End.HUNG)


@dataclass(frozen=True)
class Tail:
    """What is run after a trial's first tests, each tail as if it were the only one.

    Attributes:
        tests: places of the tests in the collected suite.
        undo: keys of the pieces of state that are put back before; None to leave all as it is.
        at: the step of the program, while the tests run, at which they are put back instead.
        only_new: whether only those steps count with which a line is reached for the first time.
    """

    tests: tuple[int, ...]
    undo: tuple[str, ...] | None = None
    at: int | None = None
    only_new: bool = False


@dataclass(frozen=True)
class Trace:
    """A look for the line that changes a piece of state.

    Attributes:
        key: the piece.
        start: the first step of the program (a line, call or return in the project) to look at.
        stop: the last one; 0 for all.
        looks: how many times the state is compared on the way.
        only_new: look, instead, whenever a line is reached for the first time.
    """

    key: str
    start: int = 0
    stop: int = 0
    looks: int = 64
    only_new: bool = False


@dataclass(frozen=True)
class Spot:
    """A moment of a trial.

    Attributes:
        test: which of the trial's tests, from 0 on.
        at: the step of the program that comes next, counted from the test's beginning.
        only_new: whether only those steps count with which a line is reached for the first time.
        own_thread: whether only those of the thread count that runs the tests.
    """

    test: int
    at: int
    only_new: bool = False
    own_thread: bool = False


@dataclass(frozen=True)
class Sweep:
    """Looks, while a trial's tests run, at how others would go now, until one goes differently.

    Attributes:
        tests: the others; each is run in a fork, and leaves nothing.
        are_bad: how each of them goes alone.
        every: after how many tests they are run, again and again.
        start: after how many tests for the first time; `every` if 0.
        first: what is run before each of them, in the same fork.
    """

    tests: tuple[int, ...]
    are_bad: tuple[bool, ...]
    every: int
    start: int = 0
    first: tuple[int, ...] = ()

    def is_stop(self, number: int) -> bool:
        """Tell whether the others are run after so many tests."""
        start = self.start or self.every
        return number >= start and (number - start) % self.every == 0


@dataclass(frozen=True)
class Trial:
    """One run of chosen tests in a chosen order, in its own process.

    Attributes:
        tests: places of the tests in the collected suite.
        tails: what is run after them.
        wants_delta: whether the state that `tests` left is wanted.
        wants_start: whether the state is wanted in which the last of `tests` begins, its wider
            fixtures set up.
        wants_rest: whether it is wanted what still differs when the only tail has put pieces back.
        trace: a look for a writing line while `tests` run.
        sweep: others that are run in between, in place of `tails`.
        cut: where one of `tests` is ended, as if it had failed there.
        closer: from where on all is watched that the statement there can get at.
        fixtures: the source of a module of fixtures that all its tests use.
        repeat: tells trials apart that are the same.
    """

    tests: tuple[int, ...]
    tails: tuple[Tail, ...] = ()
    wants_delta: bool = False
    wants_start: bool = False
    wants_rest: bool = False
    trace: Trace | None = None
    sweep: Sweep | None = None
    cut: Spot | None = None
    closer: Spot | None = None
    fixtures: str = ""
    repeat: int = 0

    @property
    def looks_at_state(self) -> bool:
        """Tell whether it needs to know what its tests leave different."""
        wants = self.wants_delta or self.wants_start or self.trace is not None
        return wants or any(tail.undo is not None for tail in self.tails)

    def to_json(self) -> str:
        """Return it as one line; equal trials have equal lines."""
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Trial:
        """Return the trial of a line."""
        raw = json.loads(text)
        tails = tuple(
            Tail(
                tuple(one["tests"]),
                None if one["undo"] is None else tuple(one["undo"]),
                one["at"],
                one["only_new"],
            )
            for one in raw.pop("tails")
        )
        trace, sweep = raw.pop("trace"), raw.pop("sweep")
        cut, closer = raw.pop("cut"), raw.pop("closer")
        return cls(
            tests=tuple(raw.pop("tests")),
            tails=tails,
            trace=None if trace is None else Trace(**trace),
            sweep=None
            if sweep is None
            else Sweep(**{name: _as_tuple(value) for name, value in sweep.items()}),
            cut=None if cut is None else Spot(**cut),
            closer=None if closer is None else Spot(**closer),
            **raw,
        )


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Step:
    """One step of the program in a traced trial.

    Attributes:
        number: how many steps came before it.
        differs: whether the piece of state differed when it began.
        stack: the project's frames, innermost first, as ``file:line`` and function.
    """

    number: int
    differs: bool
    stack: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TrialResult:
    """What came of a trial.

    Attributes:
        outcomes: of `tests`, as far as they were run.
        tails: of each tail the outcome of its last test; None where it was not run. Of a sweep,
            those of its tests when they were run last.
        delta: the state that `tests` left.
        start: the state in which the last of `tests` began.
        rest: the state that still differed when pieces had been put back.
        steps: of a traced trial; the one at which pieces were put back, or a test was cut short.
        threads: how many threads `tests` left running.
        wider: failures while wider fixtures were closed.
        garbage: what went wrong when the garbage that `tests` left was collected.
        end: how the process ended.
    """

    outcomes: tuple[Outcome, ...] = ()
    tails: tuple[Outcome | None, ...] = ()
    delta: tuple[Piece, ...] = ()
    start: tuple[Piece, ...] = ()
    rest: tuple[Piece, ...] = ()
    steps: tuple[Step, ...] = ()
    threads: int = 0
    wider: tuple[str, ...] = ()
    garbage: tuple[str, ...] = ()
    end: End = End.DONE

    @property
    def last(self) -> Outcome | None:
        """Return the outcome of the trial's very last test; None if it was not reached."""
        if self.tails:
            return self.tails[-1]
        return self.outcomes[-1] if self.outcomes else None

    def to_dict(self) -> dict[str, Any]:
        """Return it in a form that goes to JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> TrialResult:
        """Return the result that `to_dict` was asked for."""
        return cls(
            outcomes=tuple(Outcome(**one) for one in raw["outcomes"]),
            tails=tuple(None if one is None else Outcome(**one) for one in raw["tails"]),
            delta=tuple(Piece(**one) for one in raw["delta"]),
            start=tuple(Piece(**one) for one in raw["start"]),
            rest=tuple(Piece(**one) for one in raw["rest"]),
            steps=tuple(
                Step(one["number"], one["differs"], tuple(tuple(f) for f in one["stack"]))
                for one in raw["steps"]
            ),
            threads=raw["threads"],
            wider=tuple(raw["wider"]),
            garbage=tuple(raw["garbage"]),
            end=End(raw["end"]),
        )
