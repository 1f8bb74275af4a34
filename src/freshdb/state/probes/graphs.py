"""A probe over the few objects of a library that hold its state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from freshdb.state.change import Finding
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.reach import Reach
from freshdb.state.graph.record import Kind
from freshdb.state.graph.walk import Walk
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

Root = tuple[Any, Kind, str]


class GraphProbe(BaseProbe):
    """Watches chosen roots and the built-in containers that they reach."""

    def __init__(self, settings: StateSettings) -> None:
        pass

    def roots(self) -> Iterable[Root]:
        """Return what to watch, with the kind that handles it and its dotted path."""
        raise NotImplementedError

    def snapshot(self) -> GraphBaseline:
        """Return the roots and what they reach, as they are now."""
        baseline = GraphBaseline(self.name, Walk(Reach(lambda name: False)))
        baseline.add_roots(self.roots())
        return baseline

    def compare(self, baseline: GraphBaseline) -> Sequence[Finding]:
        """Return what is not as it was."""
        return baseline.compare()

    def signs(self, baseline: GraphBaseline) -> Signs:
        """Return the wires of the roots and of all that they reach."""
        return Signs(wires=baseline.wires)

    def remaining(self, baseline: GraphBaseline) -> Sequence[Finding]:
        """Return what still is not as it was."""
        return baseline.remaining()

    def rebase(self, baseline: GraphBaseline) -> GraphBaseline:
        """Return the baseline of what is there now."""
        return baseline.rebased()

    def settle(self, baseline: GraphBaseline, left: Sequence[Finding]) -> None:
        """Take what is there now for the baseline."""
        baseline.settle(left)
