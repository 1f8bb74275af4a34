"""What a keeper is told: whose state to watch, with which probes, and what to leave alone."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from typing import Any

from freshdb.errors import PackageNotFoundError
from freshdb.model import Peer
from freshdb.state.exempt import exempt_foreign, exempt_thorough
from freshdb.state.ignore import IgnoreList

INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


@dataclass(frozen=True)
class StateSettings:
    """The settings of one `StateKeeper`.

    Attributes:
        packages: dotted names of the packages to watch, each with all below it.
        root: a directory; every loaded module whose file lies in it is watched too, except
            installed ones.
        exclude: packages that are not watched although they lie in the root.
        ignore: dotted paths with wildcards of state to leave alone.
        probes: names of the probes to use; all that are registered if None.
        foreign: whether patched attributes of third-party and standard modules are watched.
        thorough: whether all that a test could find different is told, and not only what is a
            fault: what third-party modules keep for themselves, what was made at its first use,
            what imports did. For looking on, not for runs: to put all of it back breaks things.
        peers: returns the database servers in use; sockets that are connected to them are pooled.
    """

    packages: tuple[str, ...] = ()
    root: str | os.PathLike[str] | None = None
    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    probes: tuple[str, ...] | None = None
    foreign: bool = True
    thorough: bool = False
    peers: Callable[[], Iterable[Peer]] = field(default=tuple, repr=False, compare=False)
    ignored: IgnoreList = field(init=False, repr=False, compare=False)
    own: Ownership = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Frozen for its users; these two are computed once from what they gave.
        object.__setattr__(self, "ignored", IgnoreList.of(self.ignore))
        object.__setattr__(self, "own", _ownership(self))


class Ownership:
    """Knows which modules are the project's own."""

    def __init__(
        self, packages: Sequence[str], root: str | os.PathLike[str] | None, exclude: Sequence[str]
    ) -> None:
        for package in packages:
            _ensure_exists(package)
        self._packages = tuple(packages)
        self._exclude = (*exclude, *(() if "freshdb" in packages else ("freshdb",)))
        self._root = None if root is None else os.path.realpath(root).rstrip(os.sep) + os.sep
        self._prefix = os.path.realpath(sys.prefix).rstrip(os.sep) + os.sep
        self._real_folders: dict[str, str] = {}
        self._answers: dict[str, bool] = {}
        self._of_project: dict[str, bool] = {}

    def owns(self, module_name: str) -> bool:
        """Tell whether the module of that name is the project's own."""
        answer = self._answers.get(module_name)
        if answer is not None:
            return answer
        if type(module_name) is not str:
            return False
        answer = self._decide(module_name)
        if answer or module_name in sys.modules:
            self._answers[module_name] = answer
        return answer

    def is_of_project(self, module_name: str) -> bool:
        """Tell the same, where modules are taken for own that are not the project's."""
        return self.owns(module_name)

    def _decide(self, name: str) -> bool:
        if name == "__main__" or any(_is_below(name, package) for package in self._exclude):
            return False
        if any(_is_below(name, package) for package in self._packages):
            return True
        module = sys.modules.get(name)
        return self._root is not None and module is not None and self._lies_in_root(module)

    def _lies_in_root(self, module: Any) -> bool:
        file = getattr(module, "__file__", None)
        return isinstance(file, str) and self.holds_file(file)

    def holds_file(self, file: str) -> bool:
        """Tell whether a file belongs to the project: in the root, and not installed."""
        if self._root is None:
            return False
        path = self._real_path(file)
        if not path.startswith(self._root) or any(part in path for part in INSTALLED):
            return False
        # A virtual environment may lie in the root; the root may lie in none.
        return not path.startswith(self._prefix) or self._root.startswith(self._prefix)

    def _real_path(self, file: str) -> str:
        """Return a file's path without links; each folder is looked up once."""
        folder, name = os.path.split(file)
        if not os.path.isabs(folder):
            return os.path.realpath(file)
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = os.path.realpath(folder)
        path = os.path.join(real, name)
        return os.path.realpath(path) if os.path.islink(path) else path

    def may_own(self, module_name: str, file: str | None) -> bool:
        """Tell whether a module that is about to be loaded from a file will be the project's."""
        if any(_is_below(module_name, package) for package in self._exclude):
            return False
        named = any(_is_below(module_name, package) for package in self._packages)
        return named or (file is not None and self.holds_file(file))

    def modules(self) -> dict[str, types.ModuleType]:
        """Return the project's modules that are loaded now, by name."""
        return {
            name: module
            for name, module in tuple(sys.modules.items())
            if self.owns(name) and issubclass(type(module), types.ModuleType)
        }

    def later_modules(self) -> dict[str, types.ModuleType]:
        """Return those that are to be watched although they were loaded after the first look."""
        return self.modules()


class EverythingLoaded(Ownership):
    """Takes every module for the project's own, but for the interpreter's and the test tools."""

    def _decide(self, name: str) -> bool:
        if super()._decide(name):
            return True
        return name != "__main__" and not exempt_foreign(name) and not exempt_thorough(name)

    def is_of_project(self, module_name: str) -> bool:
        """Tell whether a module is the project's own indeed."""
        answer = self._of_project.get(module_name)
        if answer is None:
            answer = self._of_project[module_name] = Ownership._decide(self, module_name)
        return answer

    def later_modules(self) -> dict[str, types.ModuleType]:
        """Return the project's own only: to look through a library takes longer than most tests."""
        return {name: one for name, one in self.modules().items() if self.is_of_project(name)}


def _ownership(settings: StateSettings) -> Ownership:
    kind = EverythingLoaded if settings.thorough else Ownership
    return kind(settings.packages, settings.root, settings.exclude)


def _is_below(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _ensure_exists(package: str) -> None:
    """Look for a package without importing any: it may not be time for that yet."""
    path: Sequence[str] | None = None
    names = package.split(".")
    for depth in range(1, len(names) + 1):
        name = ".".join(names[:depth])
        loaded = sys.modules.get(name)
        if loaded is not None:
            path = getattr(loaded, "__path__", ())
            continue
        found = PathFinder.find_spec(name, path)
        if found is None:
            raise package_not_found(package)
        path = found.submodule_search_locations or ()


def package_not_found(package: str) -> PackageNotFoundError:
    """Return the error for a package that should be watched and is not there."""
    return PackageNotFoundError(
        f"cannot watch the state of package `{package}`: no module of that name is found",
        hint="check the spelling, and that it can be imported from where the tests run",
    )
