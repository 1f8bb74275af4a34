"""Ask others about a cause that was found: tests of its culprit, and culprits of its test.

One run of a culprit tells of a few tests whether it does the same to them, through the same state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from freshdb.hunt.causing.causes import Link
from freshdb.hunt.causing.proofs import goes_as_alone
from freshdb.hunt.findings import Way
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.culprits import Culprits
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import Outcome, Tail, Trial

_AT_ONCE = 8


def also_explained(lab: Lab, link: Link, suspects: Sequence[Suspect]) -> list[Link]:
    """Return links of those suspects to which the same culprit does the same, with their proof.

    Each is run after it with nothing put back, and with the state put back: both twice where what
    was seen of it may be chance. Of several culprits, all have to be needed.
    """
    if not _can_be_asked(link):
        return []
    batches = [suspects[start : start + _AT_ONCE] for start in range(0, len(suspects), _AT_ONCE)]
    keys = tuple(sorted(piece.key for piece in _put_back(link)))
    trials = [
        Trial(
            link.culprits.tests,
            tuple(tail for one in some for tail in _tails(one, keys, _times(one))),
        )
        for some in batches
    ]
    return [
        found
        for some, result in zip(batches, lab.run_all(trials), strict=True)
        for found in _needing_all(lab, list(_links(link, some, iter(result.tails))))
    ]


def alike_culprits(lab: Lab, link: Link, others: Sequence[Culprits]) -> list[Culprits]:
    """Return those of other culprits that do to the same test the same, through the same state.

    That they do something to it was repeated already. What a statement does to a part of an object
    is not asked for: to put back the whole object helps whatever was done to it.
    """
    if not _can_be_asked(link) or link.proof.within:
        return []
    single = [one for one in others if len(one.tests) == 1]
    tails = _tails(link.suspect, tuple(sorted(link.proof.keys)), times=1)
    pairs = zip(single, lab.run_all(Trial(one.tests, tails) for one in single), strict=True)
    return [one for one, result in pairs if _explained(link.suspect, iter(result.tails), times=1)]


def _needing_all(lab: Lab, links: list[Link]) -> list[Link]:
    """Leave out those tests to which some of the culprits do the same without the others."""
    tests = links[0].culprits.tests if links else ()
    if len(tests) < 2:
        return links
    parts = [tests[:number] + tests[number + 1 :] for number in range(len(tests))]
    tails = tuple(Tail((one.suspect.place,)) for one in links)
    results = lab.run_all([Trial(part, tails) for part in parts])
    return [
        link
        for number, link in enumerate(links)
        if all(link.suspect.stays(one.tails[number]) for one in results)
    ]


def _put_back(link: Link) -> Sequence[Piece]:
    """Return what can be put back at once for many; what one statement changed is not watched."""
    return link.proof.within or link.proof.pieces


def _can_be_asked(link: Link) -> bool:
    proof = link.proof
    is_simple = proof.way is Way.STATE and not proof.statements
    is_at_work = any(piece.is_at_work for piece in _put_back(link))
    return (is_simple or bool(proof.within)) and not is_at_work


def _tails(suspect: Suspect, keys: tuple[str, ...], times: int) -> tuple[Tail, ...]:
    test = (suspect.place,)
    return (Tail(test, ()), Tail(test, keys)) * times


def _times(suspect: Suspect) -> int:
    return 2 if suspect.is_doubtful else 1


def _links(
    link: Link, suspects: Sequence[Suspect], outcomes: Iterator[Outcome | None]
) -> Iterator[Link]:
    for suspect in suspects:
        outcome = _explained(suspect, outcomes, _times(suspect))
        if outcome is not None:
            yield Link(suspect, Culprits(link.culprits.tests, outcome), link.proof)


def _explained(suspect: Suspect, outcomes: Iterator[Outcome | None], times: int) -> Outcome | None:
    """Return how a test goes after the culprit, if its tails prove that the state carries it."""
    seen = [(next(outcomes), next(outcomes)) for _ in range(times)]
    is_explained = all(
        suspect.flips(after) and goes_as_alone(suspect, put_back) for after, put_back in seen
    )
    return seen[0][0] if is_explained else None
