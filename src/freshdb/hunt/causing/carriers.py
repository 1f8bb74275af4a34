"""Find the state that carries the dependence, prove it, and find the line that writes it."""

from __future__ import annotations

import linecache
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from freshdb.hunt.findings import Carrier, Kind
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.culprits import Culprits, together
from freshdb.hunt.searching.search import growing, minimal
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.searching.victims import begun_trial
from freshdb.hunt.trials import Outcome, Piece, Step, Tail, Trace, Trial, TrialResult

_LOOKS = 24
_MOST_ROUNDS = 8
_AT_ONCE = 40
_MOST_SINGLE = 200
_MOST_SINGLE_WITH_THREADS = 12
"""Where threads run, each piece takes a trial of its own."""
_MOST_NEW = 400
_MOST_SUSPECTED = 3
_REPEATS = 2
_NEVER = 2**53


@dataclass(frozen=True)
class Proof:
    """The state that carries a dependence.

    Attributes:
        pieces: what it is; several where only all of them together make the difference.
        is_proved: whether the test went as it does alone with only this put back.
    """

    pieces: tuple[Piece, ...]
    is_proved: bool

    @property
    def keys(self) -> frozenset[str]:
        """Return what the pieces are known by."""
        return frozenset(piece.key for piece in self.pieces)


class Prover:
    """Looks for the state between some culprits and a test that they affect.

    Args:
        lab: runs the trials.
        suspect: the test.
        culprits: what comes before it.
        likeliness: tells of a piece's key how well it explains what was seen of the test.
    """

    def __init__(
        self,
        lab: Lab,
        suspect: Suspect,
        culprits: Culprits,
        likeliness: Callable[[str], object] = lambda key: 0,
    ) -> None:
        self._lab = lab
        self._suspect = suspect
        self._tests = culprits.tests
        self._likeliness: Any = likeliness
        self._begun: set[tuple[str, str]] | None = None

    def prove(self) -> Proof:
        """Return the state that makes the difference."""
        left = self._left()
        by_key = {piece.key: piece for piece in left}
        found = self._without_innocent(self._search(left), by_key)
        if found and self._is_sure(found):
            return Proof(tuple(by_key[key] for key in found), is_proved=True)
        suspected = [piece for piece in left if not self._is_as_it_begins(piece)]
        return Proof(tuple(suspected[:_MOST_SUSPECTED]), is_proved=False)

    def _left(self) -> list[Piece]:
        """Return what the culprits left, the likeliest first, in the order of `_doubts`."""
        left = list(self._lab.run(together(self._suspect, self._tests)).delta)
        left.sort(key=lambda piece: self._likeliness(piece.key), reverse=True)
        return sorted(left, key=self._doubts)

    def _doubts(self, piece: Piece) -> tuple[bool, bool, bool]:
        """Return what speaks against a piece, whatever the orders say.

        What a library keeps in a cache is innocent unless all else is. What is at work comes after
        what is not: to end it may break a test for another reason, or let it wait for ever. What
        the test's own wider fixtures make so comes last.
        """
        return self._is_as_it_begins(piece), piece.is_at_work, piece.is_of_cache

    def _is_as_it_begins(self, piece: Piece) -> bool:
        if self._begun is None:
            start = self._lab.run(begun_trial(self._suspect.place)).start
            self._begun = {(one.key, one.after) for one in start}
        return (piece.key, piece.after) in self._begun

    def _search(self, left: Sequence[Piece]) -> list[str]:
        able = [piece for piece in left if piece.can_undo]
        keys = [piece.key for piece in able]
        doubts = [self._doubts(piece) for piece in able]
        for last in sorted(set(doubts)):
            for first in growing(keys[: sum(one <= last for one in doubts)]):
                if self._restores(first):
                    return minimal(first, self._restores)
        idle = [one for one, doubt in zip(able, doubts, strict=True) if not any(doubt[:2])]
        return self._of_one_kind(idle) or self._one_by_one(keys)

    def _without_innocent(self, found: list[str], by_key: dict[str, Piece]) -> list[str]:
        """Ask once more of each of several pieces whether it is needed, caches first."""
        for key in sorted(found, key=lambda key: not by_key[key].is_of_cache):
            rest = [one for one in found if one != key]
            if rest and self._restores(rest, 1):
                found = rest
        return found

    def _is_sure(self, found: Sequence[str]) -> bool:
        """Repeat a proof that may be chance: of a test that wavers, or of many pieces.

        That nothing is put back must not help: else it was the time, or the memory, that it took.
        """
        if self._restores(()):
            return False
        times = _REPEATS if self._suspect.is_doubtful or len(found) > 1 else 0
        trials = [self._restored(found, repeat) for repeat in range(1, times + 1)]
        return all(self._is_as_alone(one, 0) for one in self._lab.run_all(trials))

    def _of_one_kind(self, pieces: Sequence[Piece]) -> list[str]:
        """Try all pieces of one kind, where to put back more breaks the test."""
        for kind in dict.fromkeys(piece.kind for piece in pieces):
            keys = [piece.key for piece in pieces if piece.kind == kind]
            if self._restores(keys):
                return minimal(keys, self._restores)
        return []

    def _restores(self, keys: Sequence[str], repeat: int = 0) -> bool:
        """Tell whether the test goes as it does alone once these are put back."""
        return self._is_as_alone(self._lab.run(self._restored(keys, repeat)), 0)

    def _restored(self, keys: Sequence[str], repeat: int) -> Trial:
        tail = Tail((self._suspect.place,), tuple(keys))
        return Trial(self._tests, (tail,), repeat=repeat)

    def _one_by_one(self, keys: Sequence[str]) -> list[str]:
        """Try each piece by itself, where to put all of them back breaks the test."""
        has_threads = self._lab.run(together(self._suspect, self._tests)).threads > 0
        most = _MOST_SINGLE_WITH_THREADS if has_threads else _MOST_SINGLE
        for start in range(0, min(most, len(keys)), _AT_ONCE):
            some = keys[:most][start : start + _AT_ONCE]
            tails = tuple(Tail((self._suspect.place,), (key,)) for key in some)
            result = self._lab.run(Trial(self._tests, tails))
            for number, key in enumerate(some):
                if self._is_as_alone(result, number) and self._restores([key]):
                    return [key]
        return []

    def _is_as_alone(self, result: TrialResult, number: int) -> bool:
        outcome = result.tails[number] if number < len(result.tails) else None
        return _goes_as_alone(self._suspect, outcome)


def _goes_as_alone(suspect: Suspect, outcome: Outcome | None) -> bool:
    if outcome is None or suspect.flips(outcome):
        return False
    # A test that fails for another reason than alone was broken by what was put back.
    is_brittle = suspect.kind is Kind.BRITTLE
    return not is_brittle or _kind_of(outcome.message) == _kind_of(suspect.alone.message)


def _kind_of(message: str) -> str:
    return "" if message.startswith("assert ") else message.partition(":")[0]


def carrier(lab: Lab, piece: Piece, tests: Sequence[int]) -> Carrier:
    """Return a piece of state with the line that writes it."""
    step = _writing_step(lab, piece.key, tuple(tests)) or _new_step(lab, piece.key, tuple(tests))
    if step is None or not step.stack:
        return Carrier(piece)
    line, function = step.stack[0]
    file = lab.suite.tests[tests[-1]].split("::")[0]
    by = next((place for place, _ in step.stack if place.startswith(f"{file}:")), "")
    return Carrier(piece, line, _code(lab, line), function, "" if by == line else by)


def reading_line(lab: Lab, suspect: Suspect, tests: Sequence[int], keys: Sequence[str]) -> str:
    """Return the line at which a test reads the state; nothing if that cannot be found.

    To put the state back helps until it is read, and no more from then on. So the line is the last
    one before which it helps, and it is found by halving.
    """

    def undone_at(step: int) -> tuple[bool, Step | None]:
        result = lab.run(Trial(tuple(tests), (Tail((suspect.place,), tuple(keys), step),)))
        last = result.steps[-1] if result.steps else None
        return _goes_as_alone(suspect, result.last), last

    helps, end = undone_at(_NEVER)
    if helps or end is None:
        return ""
    low, high, read = 0, end.number, None
    while low < high:
        # Invariant: to put it back helps at every step before `low`, and at none from `high` on.
        middle = (low + high) // 2
        helps, step = undone_at(middle)
        if helps:
            low, read = middle + 1, step
        else:
            high = middle
    return read.stack[0][0] if read is not None and read.stack else ""


def _code(lab: Lab, line: str) -> str:
    file, _, number = line.rpartition(":")
    return linecache.getline(os.path.join(lab.suite.rootdir, file), int(number)).strip()


def _writing_step(lab: Lab, key: str, tests: tuple[int, ...]) -> Step | None:
    """Narrow down the program's steps to the last one at which the state becomes different."""
    start, stop = 0, 0
    for _ in range(_MOST_ROUNDS):
        steps = lab.run(Trial(tests, trace=Trace(key, start, stop, _LOOKS))).steps
        if not steps or not steps[-1].differs:
            return None
        if stop == 0:
            stop = steps[-1].number
            continue
        turn = _last_turn(steps)
        if turn is None:
            return None
        before, at = turn
        if at.number - before <= 1:
            return at
        start, stop = before, at.number
    return None


def _new_step(lab: Lab, key: str, tests: tuple[int, ...]) -> Step | None:
    """Return the first-time step at which the state turned, where steps are not always the same.

    A loop that waits, or a thread, makes each run of a test have another number of steps.
    """
    steps = lab.run(Trial(tests, trace=Trace(key, looks=_MOST_NEW, only_new=True))).steps
    turn = _last_turn(steps)
    return None if turn is None else turn[1]


def _last_turn(steps: Sequence[Step]) -> tuple[int, Step] | None:
    """Return the last two looks between which the state became different, as number and step."""
    for before, at in zip(reversed(steps[:-1]), reversed(steps), strict=False):
        if at.differs and not before.differs:
            return before.number, at
    return (0, steps[0]) if steps[0].differs else None
