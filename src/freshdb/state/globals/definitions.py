"""Finds the lines that make module-level mutable state."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from freshdb.state.globals.model import GlobalState, Key, Sort
from freshdb.state.globals.sources import Source
from freshdb.state.globals.syntax import (
    FUNCTIONS,
    Function,
    assigned,
    bound,
    last_name,
    module_level,
    words,
)

_CONTAINERS = words(
    "dict list set deque defaultdict OrderedDict Counter bytearray array SimpleNamespace"
    " WeakKeyDictionary WeakValueDictionary WeakSet UserDict UserList"
)
_CACHES = words("lru_cache cache cached alru_cache")
_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_IMMUTABLE = words(
    "Path PurePath Decimal Fraction UUID TypeVar ParamSpec NewType Enum Literal Field"
)


def states_of(source: Source) -> Iterator[GlobalState]:
    for node in module_level(source.tree.body):
        if isinstance(node, ast.ClassDef):
            yield from _class_states(source, node)
        elif isinstance(node, FUNCTIONS):
            yield from _function_states(source, node, node.name)
        else:
            for name, value in assigned(node):
                sort = _sort_of(value)
                if sort is not None and not name.startswith("__"):
                    yield GlobalState(source.module, name, sort, source.file, node.lineno)


def _sort_of(value: ast.expr) -> Sort | None:
    """Return the sort of state that an expression makes, or None if it makes none."""
    if isinstance(value, _DISPLAYS):
        return Sort.CONTAINER
    if not isinstance(value, ast.Call):
        return None
    name = last_name(value.func)
    if name in _CONTAINERS:
        return Sort.CONTAINER
    if name in _CACHES or name.endswith("Cache"):
        return Sort.CACHE
    if name == "ContextVar":
        return Sort.CONTEXT
    if name == "count":
        return Sort.COUNTER
    # By convention: a call of a capitalised name makes an instance.
    is_class = name.lstrip("_")[:1].isupper() and name not in _IMMUTABLE and not name.isupper()
    return Sort.INSTANCE if is_class else None


def _class_states(source: Source, node: ast.ClassDef) -> Iterator[GlobalState]:
    is_declaration = any(
        last_name(base) in {"Enum", "IntEnum", "StrEnum", "TypedDict", "NamedTuple", "BaseModel"}
        for base in node.bases
    )
    for child in node.body:
        if isinstance(child, FUNCTIONS):
            yield from _function_states(source, child, f"{node.name}.{child.name}")
        elif not is_declaration:
            for name, value in assigned(child):
                if _sort_of(value) in (Sort.CONTAINER, Sort.CACHE) and not name.startswith("__"):
                    path = f"{node.name}.{name}"
                    sort = Sort.CLASS_ATTRIBUTE
                    yield GlobalState(source.module, path, sort, source.file, child.lineno)


def _function_states(source: Source, node: Function, name: str) -> Iterator[GlobalState]:
    if any(last_name(decorator) in _CACHES for decorator in node.decorator_list):
        yield GlobalState(source.module, name, Sort.CACHE, source.file, node.lineno)
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        if default is not None and _sort_of(default) is Sort.CONTAINER:
            path, line = f"{name}({parameter.arg})", default.lineno
            yield GlobalState(source.module, path, Sort.DEFAULT, source.file, line)


def add_rebound(states: dict[Key, GlobalState], sources: Sequence[Source]) -> None:
    """Add the plain names that some function declares ``global``."""
    for source in sources:
        declared = {
            name
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Global)
            for name in node.names
        }
        for node in module_level(source.tree.body):
            for name, _ in assigned(node):
                key = (source.module, name)
                if name in declared and key not in states:
                    states[key] = GlobalState(*key, Sort.REBOUND, source.file, node.lineno)


def line_of(source: Source, name: str) -> int:
    """Return the line that first gives a module-level name its value; 1 if none shows it."""
    for node in module_level(source.tree.body):
        if name in bound(node):
            return node.lineno
    return 1
