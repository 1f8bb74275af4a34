"""Follow imports that happen inside a test, so that what they do is no leak.

A module that a test imports first stays loaded. So its baseline is taken right after the import,
and what the import did elsewhere (a handler that registered itself, a table that was declared)
belongs to the baseline too: it would not happen a second time.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Protocol

from freshdb.state.settings import Ownership


class _Keeper(Protocol):
    def baselines(self, kind: type) -> list[Any]: ...


class ImportWatch:
    """A finder in front of ``sys.meta_path`` that finds nothing itself, but sees each import.

    Args:
        own: tells which modules are the project's.
        keeper: whose baselines take the new modules in.
    """

    def __init__(self, own: Ownership, keeper: _Keeper) -> None:
        self._own = own
        self._keeper = keeper
        self._thread = threading.local()

    def install(self) -> None:
        """Start to follow imports."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def uninstall(self) -> None:
        """Stop to follow imports."""
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Let the other finders find the module; follow it if it is the project's."""
        if self._is_asking():
            return None
        self._thread.asking = True
        try:
            spec = _find_elsewhere(self, name, path, target)
        finally:
            self._thread.asking = False
        # With a target it is a reload: what that changes is a leak like any other.
        if spec is not None and target is None and self._own.may_own(name, spec.origin):
            self._follow(spec)
        return spec

    def _is_asking(self) -> bool:
        return bool(getattr(self._thread, "asking", False))

    def _follow(self, spec: ModuleSpec) -> None:
        """Shadow ``exec_module`` on this module's own loader; the loader stays what it is."""
        loader = spec.loader
        if getattr(loader, "name", None) != spec.name:
            return  # shared by many modules; these are found at the next check instead
        execute = loader.exec_module  # type: ignore[union-attr]  # has a name, so it is a loader

        def exec_module(module: ModuleType) -> None:
            vars(loader).pop("exec_module", None)  # the shadow set below
            self._execute(execute, module)

        loader.exec_module = exec_module  # type: ignore[method-assign,union-attr]

    def _execute(self, execute: Any, module: ModuleType) -> None:
        from freshdb.state.probes.modules import ModulesBaseline
        from freshdb.state.probes.patches import PatchesBaseline

        depth = getattr(self._thread, "depth", 0)
        before = None
        if depth == 0:
            baselines: list[Any] = [
                baseline
                for baseline in self._keeper.baselines(ModulesBaseline)
                if not baseline.knows(module.__name__)
            ]
            if baselines:
                baselines += self._keeper.baselines(PatchesBaseline)
            before = [(baseline, baseline.open_changes()) for baseline in baselines]
        self._thread.depth = depth + 1
        half_done: ModuleType | None = module
        try:
            execute(module)
            half_done = None
        finally:
            self._thread.depth = depth
            for baseline, changes in before or ():
                baseline.take_in(changes, but=half_done)


def _find_elsewhere(
    watch: ImportWatch, name: str, path: Sequence[str] | None, target: ModuleType | None
) -> ModuleSpec | None:
    for finder in list(sys.meta_path):
        find = getattr(finder, "find_spec", None)
        if finder is watch or find is None:
            continue
        spec: ModuleSpec | None = find(name, path, target)
        if spec is not None:
            return spec
    return None
