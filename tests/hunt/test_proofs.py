"""What counts as a proof that a piece of state carries a dependence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import cast

import pytest

from freshdb.hunt.causing.proofs import Proof, Prover
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.culprits import Culprits
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import Outcome, Trial, TrialResult

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
