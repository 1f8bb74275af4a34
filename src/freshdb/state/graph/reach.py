"""Decide, class by class, whether a value is looked into or kept by reference."""

from __future__ import annotations

import _thread
import functools
import gc
import itertools
import sys
import types
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from freshdb.state.exempt import exempt_type
from freshdb.state.graph import namespaces, special
from freshdb.state.graph.compare import ATOMS
from freshdb.state.graph.kinds import (
    ATTRIBUTES,
    CELL,
    LOCAL,
    ClassAttributesKind,
    built_in_kinds,
)
from freshdb.state.graph.record import Kind

Opened = Iterable[tuple[Any, Kind]]
Opener = Callable[[Any], Opened]

PARTS_OF: dict[str, tuple[str, ...]] = {
    "starlette.applications.Starlette": ("dependency_overrides", "state"),
    "flask.app.Flask": ("config",),
    "flask.sansio.app.App": ("config",),
    "sqlalchemy.orm.session.sessionmaker": ("kw",),
    "sqlalchemy.ext.asyncio.session.async_sessionmaker": ("kw",),
}
"""Attributes that tests change on library objects, whose other parts are their own business."""

_PLAIN = frozenset(
    {"types.SimpleNamespace", "argparse.Namespace", "starlette.datastructures.State"}
    | {f"collections.User{name}" for name in ("Dict", "List", "String")}
)
_PLAIN_BASES = frozenset(
    {f"collections.abc.Mutable{name}" for name in ("Mapping", "Set", "Sequence")}
    | {f"typing.{name}" for name in ("Generic", "Protocol", "NamedTuple")}
    | {
        "builtins.object",
        "abc.ABC",
        "pydantic.main.BaseModel",
        "pydantic_settings.main.BaseSettings",
    }
)
_MARKS = ("__dataclass_fields__", "__attrs_attrs__", "__pydantic_fields__")


class Reach:
    """Knows how far the watch goes.

    Looked into: what Python's own containers hold, classes and functions of the project, instances
    of the project's classes, dataclasses, attrs and pydantic models, and collections written in
    Python (cachetools). Everything else is kept by reference: it is seen to be replaced, never
    looked into and never copied.

    Args:
        is_own: tells of a module's name whether what comes from it is looked into.
        is_of_project: tells of which modules the functions are watched for new attributes. Given
            for a thorough watch only, which looks into more kinds of objects.
    """

    def __init__(
        self,
        is_own: Callable[[str], bool],
        *,
        is_of_project: Callable[[str], bool] | None = None,
    ) -> None:
        self._is_own = is_own
        self._is_of_project = is_of_project
        self._openers: dict[type, Opener | None] = dict.fromkeys(ATOMS)
        self._openers.update(
            {
                types.FunctionType: self._open_function,
                types.MethodType: lambda method: self._open_any(method.__func__),
                property: self._open_property,
                staticmethod: lambda wrapped: self._open_any(wrapped.__func__),
                classmethod: lambda wrapped: self._open_any(wrapped.__func__),
                types.CellType: lambda cell: ((cell, CELL),),
                special.LruCache: self._open_cache,
                functools.partial: self._open_partial,
                types.MappingProxyType: self._open_view,
                itertools.count: lambda iterator: ((iterator, special.ITERATOR),),
                weakref.WeakKeyDictionary: lambda weak: ((weak.data, special.WEAK_KEYS),),
                weakref.WeakValueDictionary: lambda weak: ((weak.data, special.WEAK_VALUES),),
                weakref.WeakSet: lambda weak: ((weak.data, special.WEAK_SET),),
                _context_var_type(): lambda variable: ((variable, special.CONTEXT_VAR),),
            }
        )
        if is_of_project is not None:
            from freshdb.state.graph import thorough  # imports much

            self._openers.update(thorough.openers(self._open_any))

    def opener(self, kind: type) -> Opener | None:
        """Return what opens instances of a class, or None if they are kept by reference."""
        try:
            return self._openers[kind]
        except KeyError:
            found = self._openers[kind] = self._choose(kind)
            return found
        except Exception:  # a metaclass whose `__hash__` fails
            return None

    def _choose(self, kind: type) -> Opener | None:
        try:
            return self._choose_for(kind)
        except Exception:  # a metaclass that lies about itself
            return None

    def _choose_for(self, kind: type) -> Opener | None:
        bases = type.__dict__["__mro__"].__get__(kind)
        if type in bases:
            return self._open_class
        if types.ModuleType in bases:
            return None
        parts = [PARTS_OF[name] for name in map(_full_name, bases) if name in PARTS_OF]
        if parts and self._is_of_project is None:
            return lambda value: ((value, namespaces.PartsKind(parts[0])),)
        if _thread._local in bases:
            return _open_local
        if self._is_of_project is not None:
            from freshdb.state.graph.thorough import memory

            if memory.is_memory(bases):
                return memory.open_memory
            if memory.is_shared(bases):
                return lambda value: self._open_any(value._obj)
        if any(map(exempt_type, self._without_enum(bases))) or _is_mapped(bases):
            return None
        content = built_in_kinds(kind)
        if special.is_generator_of_numbers(kind):
            return lambda value: ((value, special.RANDOM),)
        attributes = self._is_looked_into(kind, bases)
        if not content and not attributes:
            return None
        kind_of_attributes = ClassAttributesKind(bases) if attributes else None
        return lambda value: _open_instance(value, content, kind_of_attributes)

    def _without_enum(self, bases: tuple[type, ...]) -> Iterable[type]:
        """Return the bases that count: a thorough watch looks into members of the project's."""
        if self._is_of_project is None:
            return bases
        return (one for one in bases if one.__module__ != "enum")

    def _is_looked_into(self, kind: type, bases: tuple[type, ...]) -> bool:
        """Tell whether the attributes of a class's instances are watched."""
        if any(
            mark in type.__dict__["__dict__"].__get__(base) for base in bases for mark in _MARKS
        ):
            return True
        if _full_name(kind) in _PLAIN or kind.__module__.partition(".")[0] == "cachetools":
            return True
        collections = [base for base in bases if _full_name(base) in _PLAIN_BASES]
        if len(collections) > 1 and any("Mutable" in base.__name__ for base in collections):
            return True
        # A project's class on top of a library's: the library's half must not be put back.
        return self._is_own(kind.__module__) and all(map(self._is_harmless, bases))

    def _is_harmless(self, base: type) -> bool:
        if self._is_own(base.__module__) or _full_name(base) in _PLAIN_BASES | _PLAIN:
            return True
        if base.__module__.partition(".")[0] in {"collections", "typing", "abc", "cachetools"}:
            return True
        if base.__module__ == "enum":  # only reached by a thorough watch
            return True
        return base.__module__ == "builtins"

    def _open_any(self, value: Any) -> Opened:
        opener = self.opener(type(value))
        return () if opener is None else opener(value)

    def _open_class(self, kind: Any) -> Opened:
        # Past the metaclass, which may answer for its classes.
        module = type.__getattribute__(kind, "__module__")
        if not self._is_own(module):
            return
        yield kind, namespaces.CLASS
        if self._is_of_project is not None:
            from freshdb.state.graph.thorough import registries

            if registries.has_virtual_subclasses(kind):
                yield kind, registries.VIRTUAL_SUBCLASSES

    def _open_function(self, function: Any) -> Opened:
        """Open what a function keeps: attributes, default arguments, variables around it."""
        own = self._is_own(function.__globals__.get("__name__", ""))
        if own or self._is_own(function.__module__ or ""):
            return self._kept_by_function(function)
        return ()

    def _kept_by_function(self, function: Any) -> Opened:
        if self._is_of_project is not None and self._is_of_project(function.__module__ or ""):
            from freshdb.state.graph import thorough

            yield from thorough.of_function(function)
        elif function.__dict__:
            yield function.__dict__, ATTRIBUTES
        for default in (function.__defaults__ or (), (function.__kwdefaults__ or {}).values()):
            for value in default:
                yield from self._open_any(value)
        names = function.__code__.co_freevars
        for name, cell in zip(names, function.__closure__ or (), strict=True):
            if name != "__class__":
                yield cell, CELL

    def _open_property(self, wrapped: Any) -> Opened:
        for function in (wrapped.fget, wrapped.fset, wrapped.fdel):
            yield from self._open_any(function)

    def _open_partial(self, wrapper: Any) -> Opened:
        yield from self._open_any(wrapper.func)
        yield from self._open_any(wrapper.args)
        yield from self._open_any(wrapper.keywords)

    def _open_view(self, view: Any) -> Opened:
        """Open the dict behind a read-only view."""
        for behind in gc.get_referents(view):
            if type(behind) is dict:
                yield from self._open_any(behind)

    def _open_cache(self, wrapper: Any) -> Opened:
        if not self._is_own(wrapper.__module__) and _is_global_of_its_module(wrapper):
            return  # imported by name from a library, whose business it is
        limit = wrapper.cache_parameters()["maxsize"]
        kind: Kind = special.UNBOUNDED_CACHE if limit is None else special.BOUNDED_CACHE
        if limit is not None and self._is_of_project is not None:
            from freshdb.state.graph.thorough import caches

            kind = caches.EVICTING_CACHE
        if limit != 0:
            yield wrapper, kind
        yield from self._open_any(wrapper.__dict__.get("__wrapped__"))


def _is_global_of_its_module(wrapper: Any) -> bool:
    module = sys.modules.get(wrapper.__module__)
    return getattr(module, wrapper.__name__, None) is wrapper


def _open_instance(value: Any, content: tuple[Kind, ...], attributes: Kind | None) -> Opened:
    for kind in content:
        yield value, kind
    if attributes is not None:
        namespace = namespaces.instance_dict(value)
        if namespace is not None:
            yield namespace, attributes
        if namespaces.has_unset_slots(value):
            yield value, namespaces.INSTANCE_WITH_GAPS
        elif namespace is not None or namespaces.slots_of(type(value)):
            yield value, namespaces.INSTANCE


def _open_local(value: Any) -> Opened:
    """Open a `threading.local`: the part of it that this thread sees."""
    return ((value.__dict__, LOCAL),)


def _is_mapped(bases: tuple[type, ...]) -> bool:
    """Tell whether SQLAlchemy maps the class: it loads and expires attributes by itself."""
    return any("_sa_class_manager" in type.__dict__["__dict__"].__get__(base) for base in bases)


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _context_var_type() -> type:
    from contextvars import ContextVar

    return ContextVar
