"""Who else leaves the state that was found to carry a dependence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from freshdb.hunt.causing.causes import Link
from freshdb.hunt.causing.proofs import Proof
from freshdb.hunt.findings import Way
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.culprits import Culprits, same_culprits
from freshdb.hunt.searching.seen import Survey

_MOST_WRITERS = 30
_MOST_HIDDEN = 200
_MOST_HIDDEN_ALONE = 40
_FEW = 4

State = tuple[int, frozenset[str]]
"""A test, and the keys of what it leaves."""


def same_as_before(survey: Survey, culprits: Culprits, links: Sequence[Link]) -> Proof:
    """Return the proof of a link to the same test whose state this culprit leaves too."""
    left = {piece.key for piece in survey.deltas.get(culprits.tests[-1], ())}
    for link in links:
        if link.proof.is_proved and all(one.key in left for one in link.proof.pieces):
            return link.proof
    first = links[0].proof
    # By which statement one culprit does it says nothing of another.
    return first if first.way is Way.STATE else Proof(first.pieces)


def hidden_links(lab: Lab, survey: Survey, links: Sequence[Link]) -> list[Link]:
    """Return links to other tests that leave the same state, which the search passed by.

    Each is asked about a few of the tests that the state decides about; about all of them, if it
    does it to one of these. Who does nothing to a few leaves the state different and harmless.
    """
    states = _unasked(survey, links)
    hits = {(test, link.proof.keys) for link in links for test in link.culprits.tests}
    if not survey.forks_well:  # a trial is dear
        states = {one: some[:1] for one, some in states.items() if one not in hits}
    most = _MOST_HIDDEN if survey.forks_well else _MOST_HIDDEN_ALONE
    states = dict(list(states.items())[:most])
    found = _asked(lab, {one: some if one in hits else some[:_FEW] for one, some in states.items()})
    new = {(link.culprits.tests[0], link.proof.keys) for link in found} - hits
    return found + _asked(lab, {one: states[one][_FEW:] for one in states if one in new})


def _unasked(survey: Survey, links: Sequence[Link]) -> dict[State, list[Link]]:
    """Return the states with those that leave them, each with links to tests they may flip."""
    found: dict[State, list[Link]] = {}
    known = {(link.suspect.place, link.suspect.place) for link in links}
    known |= {(test, link.suspect.place) for link in links for test in link.culprits.tests}
    for link in links:
        if link.proof.is_proved and len(link.culprits.tests) == 1:
            for place in others_that_leave(survey, link.proof):
                if (place, link.suspect.place) not in known:
                    known.add((place, link.suspect.place))
                    found.setdefault((place, link.proof.keys), []).append(link)
    return found


def _asked(lab: Lab, states: Mapping[State, Sequence[Link]]) -> list[Link]:
    wanted: dict[int, dict[int, Link]] = {}
    for (place, _), links in states.items():
        wanted.setdefault(place, {}).update((link.suspect.place, link) for link in links)
    asked = [(place, [one.suspect for one in some.values()]) for place, some in wanted.items()]
    return [
        Link(suspect, Culprits((place,), outcome), wanted[place][suspect.place].proof)
        for place, suspect, outcome in same_culprits(lab, asked)
    ]


def others_that_leave(survey: Survey, proof: Proof) -> list[int]:
    """Return the first few tests that leave, run alone, all that carries a dependence."""
    leave = [set(survey.leaving(key)) for key in proof.keys]
    return sorted(set.intersection(*leave))[:_MOST_WRITERS] if leave else []
