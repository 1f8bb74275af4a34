"""Module globals, classes, singletons and caches of the project's own packages."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from freshdb.state.change import Finding
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.namespaces import MODULE, kind_of_module
from freshdb.state.graph.reach import Reach
from freshdb.state.graph.record import Kind
from freshdb.state.graph.walk import Walk
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import Ownership, StateSettings
from freshdb.state.stamp import Stamp
from freshdb.state.sweep import Signs

NAME = "modules"


class ModulesBaseline:
    """The project's modules and all that they reach, as they were.

    Attributes:
        graph: what is reached.
    """

    def __init__(
        self, own: Ownership, graph: GraphBaseline, names: set[str], *, thorough: bool = False
    ) -> None:
        self._own = own
        self._thorough = thorough
        self._names = names
        self._loaded = Stamp(sys.modules)
        self.graph = graph
        self.add_new_modules()

    def add_new_modules(self, but: ModuleType | None = None) -> None:
        """Watch the project's modules that were loaded since, as they are now.

        Args:
            but: one whose import has failed: Python drops it, and it is not to be kept alive.
        """
        self._loaded.renew()
        loaded = self._own.later_modules() if self._names else self._own.modules()
        new = {
            name: module
            for name, module in loaded.items()
            if name not in self._names and module is not but
        }
        self._names.update(new)
        kind_of = _plain_kind if self._thorough else kind_of_module
        self.graph.add_roots((module, kind_of(module), name) for name, module in new.items())

    def knows(self, name: str) -> bool:
        """Tell whether a module of that name is watched already."""
        return name in self._names

    def compare(self) -> list[Finding]:
        """Return what is not as it was."""
        if self._loaded.has_moved():
            self.add_new_modules()
        return self.graph.compare()

    def open_changes(self) -> dict[int, Any]:
        """Return what differs before an import begins."""
        return {} if self._thorough else self.graph.open_changes()

    def take_in(self, earlier: dict[int, Any], but: ModuleType | None = None) -> None:
        """Make what an import did part of the baseline, but not what differed before it.

        Args:
            earlier: what differed.
            but: the module, if its import has failed.
        """
        if not self._thorough:
            self.graph.adopt_since(earlier)
        self.add_new_modules(but)

    def rebased(self) -> ModulesBaseline:
        """Return the baseline of what is there now."""
        graph = self.graph.rebased()
        if graph is self.graph and not self._loaded.has_moved():
            return self
        return ModulesBaseline(self._own, graph, set(self._names), thorough=self._thorough)


def _plain_kind(module: Any) -> Kind:
    return MODULE


class ModulesProbe(BaseProbe):
    """Watches what the project's modules hold and reach."""

    name = NAME

    def __init__(self, settings: StateSettings) -> None:
        self._own = settings.own
        self._skip = settings.ignored.covers if settings.ignored else None
        self._thorough = settings.thorough

    def snapshot(self) -> ModulesBaseline:
        is_of_project = self._own.is_of_project if self._thorough else None
        walk = Walk(Reach(self._own.owns, is_of_project=is_of_project), self._skip)
        graph = GraphBaseline(NAME, walk, tells_all=self._thorough)
        return ModulesBaseline(self._own, graph, set(), thorough=self._thorough)

    def compare(self, baseline: ModulesBaseline) -> Sequence[Finding]:
        return baseline.compare()

    def signs(self, baseline: ModulesBaseline) -> Signs | None:
        """Return None where there are modules: to note the signs would cost as much as to ask."""
        return None if baseline.graph.wires else Signs(values=(Stamp(sys.modules).has_moved,))

    def remaining(self, baseline: ModulesBaseline) -> Sequence[Finding]:
        return baseline.graph.remaining()

    def rebase(self, baseline: ModulesBaseline) -> ModulesBaseline:
        return baseline.rebased()

    def settle(self, baseline: ModulesBaseline, left: Sequence[Finding]) -> None:
        baseline.graph.settle(left)
