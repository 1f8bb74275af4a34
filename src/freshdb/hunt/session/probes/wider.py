"""A probe of the values that fixtures of wider scope keep for all their tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshdb.state import BaseProbe, Change, Finding, Verb
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.reach import Reach
from freshdb.state.graph.walk import Walk
from freshdb.state.settings import StateSettings

NAME = "fixtures"


@dataclass(frozen=True)
class Kept:
    """A fixture that was set up.

    Attributes:
        fixture: pytest's definition of it.
        request: what it was set up for.
        result: what pytest keeps of it; another one once it was set up anew.
        graph: what its value reached then.
    """

    fixture: Any
    request: Any
    result: Any
    graph: GraphBaseline

    @property
    def is_alive(self) -> bool:
        """Tell whether tests are still given this value."""
        return self.fixture.cached_result is self.result


class WiderFixturesProbe(BaseProbe):
    """Watches what tests change in the values of fixtures that they share.

    A value that cannot be looked into is told as a whole: it is put back by ending the fixture, so
    that the next test has it set up anew.
    """

    name = NAME

    def __init__(self, settings: StateSettings) -> None:
        self._reach = Reach(settings.own.owns, is_of_project=settings.own.is_of_project)
        self._kept: list[Kept] = []

    def note(self, fixture: Any, request: Any) -> None:
        """Take note of a fixture that has just been set up."""
        result = fixture.cached_result
        opener = self._reach.opener(type(result[0]))
        graph = GraphBaseline(NAME, Walk(self._reach), tells_all=True)
        if opener is not None:
            path = f"fixture {fixture.argname}"
            graph.add_roots((container, kind, path) for container, kind in opener(result[0]))
        self._kept.append(Kept(fixture, request, result, graph))

    def snapshot(self) -> None:
        """Nothing: fixtures are noted when they are set up."""

    def compare(self, baseline: Any) -> Sequence[Finding]:
        """Return what differs inside values, and then the values as such."""
        alive = [one for one in self._kept if one.is_alive]
        inside = [found for one in alive for found in one.graph.compare()]
        return [*inside, *self._as_a_whole(alive)]

    def remaining(self, baseline: Any) -> Sequence[Finding]:
        """Nothing: what was ended is gone."""
        return ()

    def _as_a_whole(self, alive: Sequence[Kept]) -> Iterator[Finding]:
        for one in alive:
            change = Change(self.name, f"fixture {one.fixture.argname}", verb=Verb.ADDED)
            yield Finding(change, partial(one.fixture.finish, one.request))
