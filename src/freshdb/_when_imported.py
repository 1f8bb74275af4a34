"""Call a function when a module has been imported, now if it already is.

SQLAlchemy takes a good part of a second to import; a suite that does not use it must not pay that.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType


class WhenImported(MetaPathFinder):
    """Waits on `sys.meta_path` for one module; `stop` takes it off if the module never came."""

    def __init__(self, name: str, function: Callable[[], None]) -> None:
        self._name = name
        self._function = function
        if name in sys.modules:
            function()
        else:
            sys.meta_path.insert(0, self)

    def stop(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        self.stop()
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            _call_after_load(spec.loader, self._function)
        return spec


def _call_after_load(loader: Loader, function: Callable[[], None]) -> None:
    exec_module = loader.exec_module

    def exec_and_call(module: ModuleType) -> None:
        exec_module(module)
        function()

    # On this one loader, which is the module's own; it keeps its class for whoever asks.
    loader.exec_module = exec_and_call  # type: ignore[method-assign]
