"""Find the lines that write and read the state that carries a dependence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from freshdb.hunt.causing.proofs import Proof, goes_as_alone
from freshdb.hunt.findings import Carrier
from freshdb.hunt.lab.budget import BudgetSpent
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import Step, Tail, Trace, Trial

_LOOKS = 24
_MOST_ROUNDS = 8
_MOST_NEW = 400
_NEVER = 2**53


def carriers(lab: Lab, proof: Proof, tests: Sequence[int]) -> Iterator[Carrier]:
    """Yield each piece of state with the line that writes it, as far as the budget goes."""
    if proof.statements:
        yield from _written_by(lab, proof, tests)
        return
    for piece in proof.pieces:
        try:
            step = _writing_step(lab, piece.key, tuple(tests))
            step = step or _new_step(lab, piece.key, tuple(tests))
        except BudgetSpent:
            step = None
        yield _carrier(lab, piece, step, tests[-1])


def _written_by(lab: Lab, proof: Proof, tests: Sequence[int]) -> Iterator[Carrier]:
    for place, statement in zip(tests, proof.statements, strict=True):
        for piece in (*statement.pieces, statement.effect):
            if piece.key in proof.keys:
                yield _carrier(lab, piece, statement.step, place)


def _carrier(lab: Lab, piece: Piece, step: Step | None, place: int) -> Carrier:
    if step is None or not step.stack:
        return Carrier(piece)
    line, function = step.stack[0]
    file = lab.suite.tests[place].split("::")[0]
    by = next((place for place, _ in step.stack if place.startswith(f"{file}:")), "")
    return Carrier(piece, line, lab.suite.code_at(line), function, "" if by == line else by)


def reading_line(lab: Lab, suspect: Suspect, tests: Sequence[int], keys: Sequence[str]) -> str:
    """Return the line at which a test reads the state; nothing if that cannot be found.

    To put the state back helps until it is read, and no more from then on. So the line is the last
    one before which it helps, and it is found by halving. Where a loop waits for something, each
    run of the test has another number of steps, and those count that are new.
    """
    for only_new in (False, True):
        tail = Tail((suspect.place,), tuple(keys), _NEVER, only_new)
        ends = lab.run_all(Trial(tuple(tests), (tail,), repeat=number) for number in range(2))
        if any(not end.steps or goes_as_alone(suspect, end.last) for end in ends):
            return ""
        if ends[0].steps == ends[1].steps:
            return _reading_line(lab, suspect, tests, tail, ends[0].steps[-1].number)
    return ""


def _reading_line(
    lab: Lab, suspect: Suspect, tests: Sequence[int], tail: Tail, number_of_steps: int
) -> str:
    def undone_at(step: int) -> tuple[bool, Step | None]:
        result = lab.run(Trial(tuple(tests), (replace(tail, at=step),)))
        last = result.steps[-1] if result.steps else None
        return goes_as_alone(suspect, result.last), last

    read = None
    low, high = 0, number_of_steps
    while low < high:
        # Invariant: to put it back helps at every step before `low`, and at none from `high` on.
        middle = (low + high) // 2
        helps, step = undone_at(middle)
        if helps:
            low, read = middle + 1, step
        else:
            high = middle
    return read.stack[0][0] if read is not None and read.stack else ""


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
