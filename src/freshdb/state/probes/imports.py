"""Modules that were removed from ``sys.modules``, replaced there, or faked."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from freshdb.state.change import MISSING, Finding, finding
from freshdb.state.exempt import exempt_import
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.stamp import Stamp
from freshdb.state.sweep import Signs


class LoadedModules:
    """The modules that are loaded now, by name."""

    def __init__(self, *, thorough: bool = False) -> None:
        self.thorough = thorough
        self.by_name: dict[str, Any] = dict(sys.modules)
        self.held_in = sys.modules
        self.stamp = Stamp(sys.modules)


class ImportsProbe(BaseProbe):
    """Watches ``sys.modules``. A module that was imported stays; a fake one does not."""

    name = "imports"

    def __init__(self, settings: StateSettings) -> None:
        self._thorough = settings.thorough

    def snapshot(self) -> LoadedModules:
        return LoadedModules(thorough=self._thorough)

    def compare(self, baseline: LoadedModules) -> Sequence[Finding]:
        if not baseline.stamp.has_moved():
            return ()
        found = [self._finding(name, *pair) for name, pair in _differing(baseline).items()]
        if not found:
            self.settle(baseline, ())
        return found

    def signs(self, baseline: LoadedModules) -> Signs:
        return Signs(values=(Stamp(sys.modules).has_moved,))

    def _finding(self, name: str, before: Any, after: Any) -> Finding:
        undo = partial(_put_back, name, before)
        return finding(self.name, f"sys.modules[{name!r}]", before, after, undo)

    def settle(self, baseline: LoadedModules, left: Sequence[Finding]) -> None:
        """Take modules that were imported meanwhile for known."""
        baseline.by_name.update(sys.modules)
        baseline.stamp.renew()


def _differing(baseline: LoadedModules) -> dict[str, tuple[Any, Any]]:
    before, now = baseline.by_name, dict(sys.modules)
    gone = {
        name: (module, now.get(name, MISSING))
        for name, module in before.items()
        if now.get(name, MISSING) is not module
    }
    come = {
        name: (MISSING, now[name])
        for name in now.keys() - before.keys()
        if baseline.thorough or (_is_fake(now[name]) and not exempt_import(name))
    }
    return {**gone, **come}


def _is_fake(module: Any) -> bool:
    """Tell whether an object in ``sys.modules`` was not put there by an import."""
    if isinstance(module, types.ModuleType) and getattr(module, "__spec__", None) is not None:
        return False
    return not _stands_for_a_file(module)


def _stands_for_a_file(module: Any) -> bool:
    """Tell whether an object says which file it is the module of.

    Some modules put an object in their own place while they are imported. To take it out again
    would make their classes exist twice after the next import.
    """
    with suppress(Exception):  # what such an object answers with is its own code
        file = module.__file__
        return type(file) is str and os.path.isfile(file)
    return False


def _put_back(name: str, module: Any) -> None:
    if module is MISSING:
        _unbind_from_parent(name, sys.modules.pop(name, None))
    else:
        sys.modules[name] = module
        _bind_to_parent(name, module)


def _bind_to_parent(name: str, module: Any) -> None:
    """Let the package's attribute be the module again, too; a second import had replaced it."""
    namespace, child = _in_parent(name)
    if child in namespace:
        namespace[child] = module


def _unbind_from_parent(name: str, module: Any) -> None:
    """Take from a package the attribute that the import of the module had set."""
    namespace, child = _in_parent(name)
    if module is not None and namespace.get(child) is module:
        del namespace[child]


def _in_parent(name: str) -> tuple[dict[str, Any], str]:
    parent, _, child = name.rpartition(".")
    return getattr(sys.modules.get(parent), "__dict__", {}), child
