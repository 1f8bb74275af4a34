"""Find the state that carries the dependence, and prove it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from freshdb.hunt.causing.cutting import Statement, statement, statements
from freshdb.hunt.findings import Kind, Way
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.culprits import Culprits, together
from freshdb.hunt.searching.search import growing, minimal
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.searching.victims import begun_trial
from freshdb.hunt.trials import Outcome, Spot, Tail, Trial, TrialResult

_AT_ONCE = 40
_MOST_SINGLE = 200
_MOST_SINGLE_WITH_THREADS = 12
"""Where threads run, each piece takes a trial of its own."""
_MOST_SUSPECTED = 3
_REPEATS = 2


@dataclass(frozen=True)
class Proof:
    """The state that carries a dependence.

    Attributes:
        pieces: what it is; several where only all of them together make the difference.
        way: in which way it was proved, if it was.
        statements: of each culprit the one by which it does it, where that is the proof.
        within: what the pieces were found in: to put that back helps as well, and makes more anew.
    """

    pieces: tuple[Piece, ...]
    way: Way = Way.NONE
    statements: tuple[Statement, ...] = ()
    within: tuple[Piece, ...] = ()

    @property
    def is_proved(self) -> bool:
        """Tell whether it was proved that this carries it."""
        return self.way is not Way.NONE

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
        self._is_certain = culprits.confidence == 1
        self._likeliness: Any = likeliness
        self._begun: set[tuple[str, str]] | None = None
        self._closer: Spot | None = None

    def prove(self) -> Proof:
        """Return the state that makes the difference."""
        left = self._left()
        found = self._put_back(self._likely(left), left)
        if found is not None and not any(piece.is_coarse for piece in found.pieces):
            return found
        said = statements(self._lab, self._suspect, self._tests) if self._is_certain else ()
        if said:
            turned = [piece for one in said for piece in one.pieces]
            if found is not None and found.keys <= {piece.key for piece in turned}:
                return self._inside(found) or found
            finer = self._put_back(self._likely(turned), left) or self._by_statements(said)
            return replace(finer, within=found.pieces if found is not None else ())
        found = found or self._put_back(self._one_by_one(left), left)
        suspected = [piece for piece in left if not self._is_as_it_begins(piece)]
        return found or Proof(tuple(suspected[:_MOST_SUSPECTED]))

    def _put_back(self, keys: list[str], left: Sequence[Piece]) -> Proof | None:
        """Return the proof that to put these back helps, if it does."""
        by_key = {piece.key: piece for piece in left}
        found = self._without_innocent(keys, by_key)
        if not found or not self._is_sure(found):
            return None
        return Proof(tuple(by_key[key] for key in found), Way.STATE)

    def _by_statements(self, said: tuple[Statement, ...]) -> Proof:
        """Return the proof by the statements with which the culprits do it."""
        carriers = [self._not_put_back(one.pieces) for one in said]
        if not any(carriers):
            closer = [self._looked_at(one) for one in said]
            said = _with_pieces(said, closer)
            for proof in closer:
                if proof.is_proved:
                    return replace(proof, statements=said)
            carriers = [list(one.pieces) for one in closer]
        pairs = zip(said, carriers, strict=True)
        pieces = [piece for one, some in pairs for piece in some or [one.effect]]
        return Proof(tuple(pieces), Way.STATEMENT, said)

    def _inside(self, found: Proof) -> Proof | None:
        """Return what was done to an object by the very statement that made it.

        The test itself is run before the culprit as well: so the object is there already, as the
        test needs it, and what is done to it then can be told from its being made.
        """
        alone = self._tests
        if len(alone) > 1 or not all(piece.is_made_at_first_use for piece in found.pieces):
            return None
        tests = (self._suspect.place, *alone)
        said = statement(self._lab, self._suspect, tests, 1)
        if said is None:
            return None
        self._tests = tests
        try:
            finer = self._looked_at(said)
        finally:
            self._tests = alone
        whole = {piece.path for piece in found.pieces}
        if not finer.is_proved or whole & {piece.path for piece in finer.pieces}:
            return None  # it was made anew
        return replace(finer, statements=_with_pieces([said], [finer]), within=found.pieces)

    def _looked_at(self, statement: Statement) -> Proof:
        """Return what a closer look shows that a statement changes, and whether it is proved."""
        self._closer = statement.spot
        try:
            result = self._lab.run(replace(self._restored((), 0), wants_rest=True))
            pieces = [one for one in result.rest if one.kind == "around"]
            return self._put_back(self._likely(pieces), pieces) or Proof(
                tuple(self._not_put_back(pieces))
            )
        finally:
            self._closer = None

    def _not_put_back(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Return the first few that may be the carrier: not what was put back, and did not help."""
        some = [one for one in pieces if not any(self._doubts(one))]
        keys = tuple(one.key for one in some if one.can_undo)
        rest = self._lab.run(replace(self._restored(keys, 0), wants_rest=True)).rest if keys else ()
        stay = {one.key for one in rest}
        return [one for one in some if not one.can_undo or one.key in stay][:_MOST_SUSPECTED]

    def _left(self) -> list[Piece]:
        """Return what the culprits left, the likeliest first, in the order of `_doubts`."""
        left = list(self._lab.run(together(self._suspect, self._tests)).delta)
        # A setting that chooses an object, rather than the object, which was made as it was wanted.
        left.sort(key=lambda piece: not piece.is_plain)
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

    def _likely(self, left: Sequence[Piece]) -> list[str]:
        """Return pieces that help, looked for among the first few, and more, up to all of them."""
        able = [piece for piece in left if piece.can_undo]
        keys = [piece.key for piece in able]
        doubts = [self._doubts(piece) for piece in able]
        for last in sorted(set(doubts)):
            for first in growing(keys[: sum(one <= last for one in doubts)]):
                if self._restores(first):
                    return minimal(first, self._restores)
        return []

    def _one_by_one(self, left: Sequence[Piece]) -> list[str]:
        """Return pieces that help, where to put back more of them breaks the test."""
        able = [piece for piece in left if piece.can_undo]
        idle = [piece for piece in able if not any(self._doubts(piece)[:2])]
        return self._of_one_kind(idle) or self._single([piece.key for piece in able])

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
        times = _REPEATS if self._suspect.is_doubtful or len(found) > 1 else 0
        trials = [self._restored((), 0)]
        trials += [self._restored(found, repeat) for repeat in range(1, times + 1)]
        nothing, *repeated = [self._is_as_alone(one, 0) for one in self._lab.run_all(trials)]
        return not nothing and all(repeated)

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
        return Trial(self._tests, (tail,), closer=self._closer, repeat=repeat)

    def _single(self, keys: Sequence[str]) -> list[str]:
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
        return goes_as_alone(self._suspect, outcome)


def _with_pieces(found: Sequence[Statement], proofs: Sequence[Proof]) -> tuple[Statement, ...]:
    pairs = zip(found, proofs, strict=True)
    return tuple(replace(one, pieces=proof.pieces) for one, proof in pairs)


def goes_as_alone(suspect: Suspect, outcome: Outcome | None) -> bool:
    if outcome is None or not suspect.stays(outcome):
        return False
    # A test that fails for another reason than alone was broken by what was put back.
    is_brittle = suspect.kind is Kind.BRITTLE
    return not is_brittle or _kind_of(outcome.message) == _kind_of(suspect.alone.message)


def _kind_of(message: str) -> str:
    return "" if message.startswith("assert ") else message.partition(":")[0]
