"""Put together what was found: state that carries dependence, with its tests and its writers."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from freshdb.hunt.causing.carriers import carriers, reading_line
from freshdb.hunt.causing.proofs import Proof
from freshdb.hunt.findings import Affected, Cause, Way
from freshdb.hunt.lab.budget import BudgetSpent
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.culprits import Culprits
from freshdb.hunt.searching.seen import Suspect

_MOST_READERS = 3
"""Of so many tests that one cause affects the reading line is looked for."""


@dataclass(frozen=True)
class Link:
    """One dependence: culprits, the test that they affect, and the state between them."""

    suspect: Suspect
    culprits: Culprits
    proof: Proof


def causes_of(lab: Lab, links: Sequence[Link], *, is_complete: bool) -> list[Cause]:
    """Return the causes that explain most tests first.

    Args:
        lab: is asked for the lines that write the state.
        links: all that was found.
        is_complete: whether every culprit was tried with every test.
    """
    groups: dict[object, list[Link]] = {}
    for link in links:
        # What several do together is known of those tests only that were asked about just them.
        is_shared = link.proof.is_proved and len(link.culprits.tests) == 1
        apart = () if is_shared else link.culprits.tests
        state = (link.suspect.kind, link.proof.keys, link.proof.is_proved, apart)
        groups.setdefault(state, []).append(link)
    alike = [some for one in groups.values() for some in (_alike(one) if is_complete else [one])]
    causes = lab.each(lambda some: _cause(lab, some), alike)
    return sorted(causes, key=lambda cause: -len(cause.affected))


def _alike(links: Sequence[Link]) -> list[list[Link]]:
    """Tell tests apart that not the same culprits affect: what these leave may differ."""
    culprits: dict[int, set[tuple[int, ...]]] = {}
    for link in links:
        culprits.setdefault(link.suspect.place, set()).add(link.culprits.tests)
    found: dict[frozenset[tuple[int, ...]], list[Link]] = {}
    for link in links:
        found.setdefault(frozenset(culprits[link.suspect.place]), []).append(link)
    return list(found.values())


def _cause(lab: Lab, links: Sequence[Link]) -> Cause:
    names = lab.suite.tests
    first = links[0]
    culprits = dict.fromkeys(tuple(names[place] for place in link.culprits.tests) for link in links)
    affected = {link.suspect.place: link for link in reversed(links)}
    looks: list[Callable[[], Any]] = [
        partial(_affected, lab, link, wants_line=number < _MOST_READERS)
        for number, link in enumerate(reversed(affected.values()))
    ]
    looks.append(lambda: tuple(carriers(lab, first.proof, first.culprits.tests)))
    *read, written = lab.each(lambda look: look(), looks)
    return Cause(
        kind=first.suspect.kind,
        culprits=tuple(culprits),
        carriers=written,
        is_proved=first.proof.is_proved,
        proved_by=first.proof.way,
        affected=tuple(read),
    )


def _reading_line(lab: Lab, link: Link) -> str:
    is_dear = not lab.suite.can_fork or any(one.is_at_work for one in link.proof.pieces)
    if (
        is_dear
        or link.proof.statements
        or link.proof.way is not Way.STATE
        or link.culprits.confidence < 1
    ):
        return ""
    keys = sorted(link.proof.keys)
    try:
        return reading_line(lab, link.suspect, link.culprits.tests, keys)
    except BudgetSpent:
        return ""


def _affected(lab: Lab, link: Link, *, wants_line: bool) -> Affected:
    names = [lab.suite.tests[place] for place in link.culprits.tests]
    name = lab.suite.tests[link.suspect.place]
    return Affected(
        test=name,
        kind=link.suspect.kind,
        alone=replace(link.suspect.alone, seconds=0.0),
        together=replace(link.culprits.outcome, seconds=0.0),
        confidence=link.culprits.confidence,
        command=command([*names, name]),
        read_at=_reading_line(lab, link) if wants_line else "",
    )


def command(tests: Sequence[str]) -> str:
    """Return the command that runs tests in this order with plain pytest."""
    return f"pytest -p no:randomly {' '.join(map(shlex.quote, tests))}"
