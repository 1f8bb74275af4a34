"""Attributes of third-party and standard modules and classes that were patched and not put back.

Only what one patches is watched: functions, classes, modules and constants of a module, methods of
a class. The rest is the foreign module's own business; most of it are caches and lazily made
singletons.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from freshdb.state.change import MISSING, Finding
from freshdb.state.exempt import exempt_foreign, is_of_test_tools
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.compare import SCALARS, Difference
from freshdb.state.graph.namespaces import ClassKind, ModuleKind, class_dict, module_globals
from freshdb.state.graph.reach import Reach
from freshdb.state.graph.record import Kind
from freshdb.state.graph.walk import Walk
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import Ownership, StateSettings
from freshdb.state.stamp import Stamp
from freshdb.state.sweep import Signs

USUAL = ("builtins", "time", "datetime", "os", "os.path", "random", "socket", "subprocess", "uuid")
"""Modules that are watched even where a project has no modules of its own to import others."""

_FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_METHODS = (*_FUNCTIONS, staticmethod, classmethod, property)
_IS_HEAP_TYPE = 1 << 9
"""Py_TPFLAGS_HEAPTYPE: a class whose attributes may be set; those written in C mostly refuse."""
# Asked of `type` itself: a metaclass may answer for its classes, or fail to.
_flags_of, _name_of = (type.__dict__[name].__get__ for name in ("__flags__", "__qualname__"))


class ForeignModuleKind(ModuleKind):
    """A foreign module: what it defines for others."""

    def children(self, container: Any) -> Sequence[Any]:
        return ()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        every = super().differences(container, saved)
        return _with_marks(every, lambda one: _is_patch(one) or _is_new_builtin(container, one))


class ForeignClassKind(ClassKind):
    """A foreign class: its methods."""

    def children(self, container: Any) -> Sequence[Any]:
        return ()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        return _with_marks(super().differences(container, saved), _is_patched_method)


def _with_marks(
    differences: Sequence[Difference], is_patch: Callable[[Difference], bool]
) -> list[Difference]:
    """Return the patches, with what was added beside them: a mark, the original.

    Code that patches marks what it has patched, and does not do so again where it finds the mark.
    """
    patches = [one for one in differences if is_patch(one)]
    if not patches:
        return []
    return [*patches, *(one for one in differences if _is_mark(one) and one not in patches)]


def _is_mark(difference: Difference) -> bool:
    is_new = difference.before is MISSING
    return is_new and type(difference.after) in (*_METHODS, bool)


def _is_patched_method(difference: Difference) -> bool:
    before, after = difference.before, difference.after
    return type(before) in _METHODS and not (is_of_test_tools(before) or is_of_test_tools(after))


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


@dataclass(frozen=True)
class Watched:
    """What is a root of the graph by now.

    Attributes:
        modules: names of foreign modules.
        classes: foreign classes.
        scanned: names of the project's modules that were looked through for classes.
    """

    modules: set[str] = field(default_factory=set)
    classes: set[type] = field(default_factory=set)
    scanned: set[str] = field(default_factory=set)

    def copy(self) -> Watched:
        """Return one that grows on its own."""
        return Watched(set(self.modules), set(self.classes), set(self.scanned))


class PatchesBaseline:
    """The foreign modules that are loaded, and the classes in reach, as they are."""

    def __init__(self, own: Ownership, graph: GraphBaseline, watched: Watched) -> None:
        self.graph = graph
        self._own = own
        self._watched = watched
        self._loaded = Stamp(sys.modules)
        self.add_new_modules()

    def add_new_modules(self) -> None:
        """Watch foreign modules that were loaded since, as they are now."""
        self._loaded.renew()
        new = [name for name in self._candidates() if name not in self._watched.modules]
        self._watched.modules.update(new)
        self.graph.add_roots(root for name in new for root in _roots(name))
        classes = set(self._classes_in_reach()) - self._watched.classes
        self._watched.classes.update(classes)
        self.graph.add_roots((one, FOREIGN_CLASS, _path_of(one)) for one in classes)

    def _candidates(self) -> list[str]:
        """Return all foreign modules if the project has modules, else the usual ones."""
        names = list(sys.modules) if self._own.modules() else USUAL
        return [name for name in names if not exempt_foreign(name) and not self._own.owns(name)]

    def _classes_in_reach(self) -> Iterator[type]:
        """Yield the foreign classes that the project's modules name, or a module that they name.

        All loaded classes would be many times as many; what a test patches, it has imported.
        """
        named: dict[int, types.ModuleType] = {}
        for name, module in self._own.modules().items():
            if name in self._watched.scanned:
                continue
            self._watched.scanned.add(name)
            values = tuple(module_globals(module).values())
            named |= {id(one): one for one in values if type(one) is types.ModuleType}
            yield from filter(self._is_foreign_class, values)
        for module in named.values():
            if not exempt_foreign(module.__name__):
                values = tuple(module_globals(module).values())
                yield from filter(self._is_foreign_class, values)

    def _is_foreign_class(self, value: Any) -> bool:
        if not issubclass(type(value), type) or not _flags_of(value) & _IS_HEAP_TYPE:
            return False
        name = class_dict(value).get("__module__")
        return type(name) is str and not exempt_foreign(name) and not self._own.owns(name)

    @property
    def is_large(self) -> bool:
        """Tell whether more is watched than the usual modules."""
        return bool(self._watched.scanned)

    def catch_up(self) -> None:
        """Watch new modules if there are any."""
        if self._loaded.has_moved():
            self.add_new_modules()

    def open_changes(self) -> dict[int, Any]:
        """Return what differs before an import begins."""
        return self.graph.open_changes()

    def take_in(self, earlier: dict[int, Any], but: types.ModuleType | None = None) -> None:
        """Make what an import has patched part of the baseline, but not what differed before it.

        Args:
            earlier: what differed.
            but: the module, if its import has failed.
        """
        self.graph.adopt_since(earlier)

    def rebased(self) -> PatchesBaseline:
        """Return the baseline of what is there now."""
        graph = self.graph.rebased()
        if graph is self.graph:
            self.catch_up()
            return self
        return PatchesBaseline(self._own, graph, self._watched.copy())


class PatchesProbe(BaseProbe):
    """Watches foreign modules, and the foreign classes that the project's modules have at hand."""

    name = "patches"

    def __init__(self, settings: StateSettings) -> None:
        self._own = settings.own
        self._is_on = settings.foreign

    def snapshot(self) -> PatchesBaseline | None:
        if not self._is_on:
            return None
        graph = GraphBaseline(self.name, Walk(Reach(lambda name: False)))
        return PatchesBaseline(self._own, graph, Watched())

    def compare(self, baseline: PatchesBaseline | None) -> Sequence[Finding]:
        if baseline is None:
            return ()
        baseline.catch_up()
        return baseline.graph.compare()

    def signs(self, baseline: PatchesBaseline | None) -> Signs | None:
        """Return None where there is a lot: to note the signs would cost as much as to ask."""
        if baseline is None or baseline.is_large:
            return None
        return Signs(wires=baseline.graph.wires, values=(Stamp(sys.modules).has_moved,))

    def remaining(self, baseline: PatchesBaseline | None) -> Sequence[Finding]:
        return () if baseline is None else baseline.graph.remaining()

    def rebase(self, baseline: PatchesBaseline | None) -> PatchesBaseline | None:
        return None if baseline is None else baseline.rebased()

    def settle(self, baseline: PatchesBaseline | None, left: Sequence[Finding]) -> None:
        if baseline is not None:
            baseline.graph.settle(left)


def _path_of(kind: type) -> str:
    return f"{class_dict(kind)['__module__']}.{_name_of(kind)}"


def _roots(name: str) -> list[tuple[Any, Kind, str]]:
    module = sys.modules.get(name)
    # What only says that it is a module, as a library that cffi has loaded does, has no dict.
    if module is None or not issubclass(type(module), types.ModuleType):
        return []
    return [(module, FOREIGN_MODULE, module.__name__)]


FOREIGN_MODULE = ForeignModuleKind()
FOREIGN_CLASS = ForeignClassKind()
