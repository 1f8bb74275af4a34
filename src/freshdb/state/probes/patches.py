"""Attributes of third-party and standard modules that were patched and not put back.

Only what one patches is watched: functions, classes, modules and constants. The rest of a foreign
module's globals is its own business; most of them are caches and lazily made singletons.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Sequence
from typing import Any

from freshdb.state.change import MISSING, Finding
from freshdb.state.exempt import exempt_foreign, is_of_test_tools
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.compare import SCALARS, Difference
from freshdb.state.graph.namespaces import ModuleKind
from freshdb.state.graph.reach import Reach
from freshdb.state.graph.record import Kind
from freshdb.state.graph.walk import Walk
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import Ownership, StateSettings
from freshdb.state.stamp import Stamp

USUAL = ("builtins", "time", "datetime", "os", "os.path", "random", "socket", "subprocess", "uuid")
"""Modules that are watched even where a project has no modules of its own to import others."""

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)


class ForeignModuleKind(ModuleKind):
    """A foreign module: what it defines for others."""

    def children(self, container: Any) -> Sequence[Any]:
        return ()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        every = super().differences(container, saved)
        return [one for one in every if _is_patch(one) or _is_new_builtin(container, one)]


def _is_patch(difference: Difference) -> bool:
    before, name = difference.before, difference.step
    if before is MISSING or is_of_test_tools(before) or is_of_test_tools(difference.after):
        return False
    if issubclass(type(before), type) or type(before) in (*_FUNCTIONS, types.ModuleType):
        return True
    is_constant = type(name) is str and name.isupper() and not name.startswith("_")
    return is_constant and type(before) in SCALARS | {float, tuple, frozenset}


def _is_new_builtin(module: Any, difference: Difference) -> bool:
    # `_` is set by the interactive prompt, doctest and gettext.
    return module is builtins and difference.before is MISSING and difference.step != "_"


class PatchesBaseline:
    """The foreign modules that are loaded, as they are."""

    def __init__(self, own: Ownership, graph: GraphBaseline, names: set[str]) -> None:
        self.graph = graph
        self._own = own
        self._names = names
        self._loaded = Stamp(sys.modules)
        self.add_new_modules()

    def add_new_modules(self) -> None:
        """Watch foreign modules that were loaded since, as they are now."""
        self._loaded.renew()
        new = [name for name in self._candidates() if name not in self._names]
        self._names.update(new)
        self.graph.add_roots(root for name in new for root in _roots(name))

    def _candidates(self) -> list[str]:
        """Return all foreign modules if the project has modules, else the usual ones."""
        names = list(sys.modules) if self._own.modules() else USUAL
        return [name for name in names if not exempt_foreign(name) and not self._own.owns(name)]

    def catch_up(self) -> None:
        """Watch new modules if there are any."""
        if self._loaded.has_moved():
            self.add_new_modules()

    def rebased(self) -> PatchesBaseline:
        """Return the baseline of what is there now."""
        graph = self.graph.rebased()
        if graph is self.graph:
            self.catch_up()
            return self
        return PatchesBaseline(self._own, graph, set(self._names))


class PatchesProbe(BaseProbe):
    """Watches foreign modules and the classes that they define."""

    name = "patches"

    def __init__(self, settings: StateSettings) -> None:
        self._own = settings.own
        self._is_on = settings.foreign

    def snapshot(self) -> PatchesBaseline | None:
        if not self._is_on:
            return None
        graph = GraphBaseline(self.name, Walk(Reach(lambda name: False)))
        return PatchesBaseline(self._own, graph, set())

    def compare(self, baseline: PatchesBaseline | None) -> Sequence[Finding]:
        if baseline is None:
            return ()
        baseline.catch_up()
        return baseline.graph.compare()

    def remaining(self, baseline: PatchesBaseline | None) -> Sequence[Finding]:
        return () if baseline is None else baseline.graph.remaining()

    def rebase(self, baseline: PatchesBaseline | None) -> PatchesBaseline | None:
        return None if baseline is None else baseline.rebased()

    def settle(self, baseline: PatchesBaseline | None, left: Sequence[Finding]) -> None:
        if baseline is not None:
            baseline.graph.settle(left)


def _roots(name: str) -> list[tuple[Any, Kind, str]]:
    module = sys.modules.get(name)
    # What only says that it is a module, as a library that cffi has loaded does, has no dict.
    if module is None or not issubclass(type(module), types.ModuleType):
        return []
    return [(module, FOREIGN_MODULE, module.__name__)]


FOREIGN_MODULE = ForeignModuleKind()
