"""What counts as a proof that a piece of state carries a dependence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import cast

import pytest

from freshdb.hunt.causing.alike import also_explained
from freshdb.hunt.causing.causes import Link
from freshdb.hunt.causing.cutting import Statement
from freshdb.hunt.causing.proofs import Proof, Prover
from freshdb.hunt.findings import Way
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.culprits import Culprits
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import Outcome, Spot, Step, Trial, TrialResult

GOOD, BAD = Outcome("passed"), Outcome("failed")
PIECES = (Piece("modules", "app.flag"), Piece("modules", "app.other"))


class Simulated:
    """A lab in which a test fails after another one, unless what was put back helps."""

    def __init__(self, helps: Callable[[Collection[str]], bool]) -> None:
        self._helps = helps

    def run(self, trial: Trial) -> TrialResult:
        if not trial.tails:
            return TrialResult(outcomes=(GOOD,))
        outcomes = tuple(
            GOOD if tail.undo is not None and self._helps(tail.undo) else BAD
            for tail in trial.tails
        )
        return TrialResult(outcomes=(GOOD,), tails=outcomes, delta=PIECES)

    def run_all(self, trials: Iterable[Trial]) -> list[TrialResult]:
        return [self.run(one) for one in trials]


def proof_if(helps: Callable[[Collection[str]], bool]) -> Proof:
    lab = cast("Lab", Simulated(helps))
    return Prover(lab, Suspect(1, GOOD), Culprits((0,), BAD)).prove()


def test_the_piece_that_helps_is_proved() -> None:
    proof = proof_if(lambda keys: PIECES[1].key in keys)

    assert proof.is_proved
    assert proof.pieces == PIECES[1:]


@pytest.mark.parametrize("helps", [True, False], ids=["everything", "nothing"])
def test_nothing_is_proved_by_what_helps_even_if_nothing_is_put_back(helps: bool) -> None:
    """A thread that ends, or garbage that is collected meanwhile, would prove any piece."""
    proof = proof_if(lambda keys: helps)

    assert not proof.is_proved


def test_by_the_whole_that_was_put_back_others_are_asked_whether_the_part_explains_them() -> None:
    """What one statement changed is seen only while that is looked at, the whole at any time."""
    whole, part = PIECES[0], Piece("around", "app.flag.names[0]")
    lab = cast("Lab", Simulated(lambda keys: whole.key in keys))
    statement = Statement(Step(0, False, ()), Spot(0, 0), "", (part,))
    proof = Proof((part,), Way.STATE, (statement,), within=(whole,))
    other = Suspect(2, GOOD)

    (found,) = also_explained(lab, Link(Suspect(1, GOOD), Culprits((0,), BAD), proof), [other])

    assert found.suspect is other
    assert found.proof.pieces == (part,)


def test_of_several_culprits_others_need_all_as_well() -> None:
    class Pair(Simulated):
        """After both culprits two tests fail, and one of them after the first alone."""

        def run(self, trial: Trial) -> TrialResult:
            if len(trial.tests) == 2:
                return super().run(trial)
            fails = {3} if trial.tests == (0,) else set()
            tails = (BAD if tail.tests[0] in fails else GOOD for tail in trial.tails)
            return TrialResult(outcomes=(GOOD,), tails=tuple(tails))

    lab = cast("Lab", Pair(lambda keys: PIECES[0].key in keys))
    link = Link(Suspect(2, GOOD), Culprits((0, 1), BAD), Proof(PIECES[:1], Way.STATE))

    found = also_explained(lab, link, [Suspect(3, GOOD), Suspect(4, GOOD)])

    assert [one.suspect.place for one in found] == [4]
