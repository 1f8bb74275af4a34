"""Find the statement by which a culprit does it: cut it short just before it, and just after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import Spot, Step, Tail, Trial, TrialResult

_NEVER = 2**53


@dataclass(frozen=True)
class Statement:
    """A statement that makes the difference: all that was run before it does not, with it it does.

    Attributes:
        step: where the program was, about to run it.
        spot: when that was.
        code: its line.
        pieces: what is watched, and was different after it and not before it.
    """

    step: Step
    spot: Spot
    code: str
    pieces: tuple[Piece, ...]

    @property
    def effect(self) -> Piece:
        """Return what it does, for where that is nothing that is watched."""
        path = f"what `{self.code}` does"
        return Piece("statement", path, verb="not watched", can_undo=False)


def statements(lab: Lab, suspect: Suspect, tests: Sequence[int]) -> tuple[Statement, ...]:
    """Return for each culprit the statement by which it does it; none if one cannot be found.

    No state has to be seen or put back for this. The two runs that prove it differ in nothing but
    one statement, and it is repeated that one of them helps and the other does not.
    """
    found = [statement(lab, suspect, tuple(tests), place) for place in range(len(tests))]
    return tuple(one for one in found if one is not None) if None not in found else ()


def statement(lab: Lab, suspect: Suspect, tests: tuple[int, ...], place: int) -> Statement | None:
    """Return the statement of one of the tests by which they do it, if there is one.

    Where a loop waits for something, each run has another number of steps; those count that are
    new. A thread that goes on must not be what is cut short. Whatever may go differently from run
    to run is no proof.
    """
    spot, has_threads = Spot(place, _NEVER), False
    for look in (spot, replace(spot, own_thread=True), replace(spot, only_new=True)):
        if look.own_thread and not has_threads:
            continue
        trial = Trial(tests, (Tail((suspect.place,)),), cut=look)
        ends = lab.run_all(replace(trial, repeat=number) for number in range(2))
        if not all(suspect.flips(end.last) and end.steps for end in ends):
            return None
        has_threads = ends[0].threads > 0
        if ends[0].steps == ends[1].steps:
            found = _turn(lab, suspect, trial, look, ends[0].steps[-1].number)
            if found is not None or not has_threads:
                return found
    return None


def _turn(
    lab: Lab, suspect: Suspect, trial: Trial, spot: Spot, number_of_steps: int
) -> Statement | None:
    def cut(at: int, *, again: bool = False) -> TrialResult:
        return lab.run(replace(trial, wants_delta=again, cut=replace(spot, at=at)))

    low, high = 0, number_of_steps
    if not suspect.stays(cut(low).last) or not suspect.flips(cut(high).last):
        return None
    while high - low > 1:
        # Invariant: cut short at `low` the culprit leaves no harm, at `high` it does.
        middle = (low + high) // 2
        if suspect.flips(cut(middle).last):
            high = middle
        else:
            low = middle
    before, after = cut(low, again=True), cut(high, again=True)
    step = before.steps[-1] if before.steps else None
    if not suspect.stays(before.last) or not suspect.flips(after.last):
        return None
    if step is None or not step.stack:
        return None
    spot = replace(spot, at=step.number)
    code = lab.suite.code_at(step.stack[0][0])
    return Statement(step, spot, code, _turned(before.delta, after.delta))


def _turned(before: Sequence[Piece], after: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return what is different, or differs in another way, after a statement.

    An object that was made before the statement is not made by it, whatever happens to its content.
    """
    known = {(one.key, one.after) for one in before}
    made = {one.key for one in before if one.is_made_at_first_use}
    return tuple(one for one in after if (one.key, one.after) not in known and one.key not in made)
