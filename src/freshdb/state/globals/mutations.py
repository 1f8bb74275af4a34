"""Finds the lines that change module-level state."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from freshdb.state.globals.model import Key, Mutation
from freshdb.state.globals.sources import Source
from freshdb.state.globals.syntax import (
    FUNCTIONS,
    Function,
    bound,
    last_name,
    module_level,
    words,
)

_MUTATORS = words(
    "append appendleft extend extendleft insert remove pop popleft popitem clear update setdefault"
    " add discard sort reverse rotate move_to_end subtract difference_update intersection_update"
    " symmetric_difference_update set seed __setitem__ __delitem__ cache_clear"
)


class Mutations:
    """Finds the lines in a source's functions that change globals, of any of the sources."""

    def __init__(self, source: Source, sources: Sequence[Source]) -> None:
        self._source = source
        self._modules = {one.module for one in sources}
        self._own = {name for node in module_level(source.tree.body) for name in bound(node)}
        self._imported: dict[str, tuple[str, ...]] = {}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Import):
                self._add_import(node)
            elif isinstance(node, ast.ImportFrom):
                self._add_import_from(node)

    def _add_import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            path = alias.name if alias.asname else name
            self._imported[name] = tuple(path.split("."))

    def _add_import_from(self, node: ast.ImportFrom) -> None:
        package = self._source.module.split(".")
        up = node.level - (1 if self._source.is_package else 0)
        base = package[: len(package) - up] if node.level else []
        path = [*base, *(node.module.split(".") if node.module else [])]
        for alias in node.names:
            self._imported[alias.asname or alias.name] = (*path, alias.name)

    def find(self) -> Iterator[tuple[Key, Mutation]]:
        """Yield each global that is changed, with the line."""
        for function, name in _functions(self._source.tree, ""):
            local, declared = _local_names(function)
            for node in _own_nodes(function):
                for target in _changed(node, declared):
                    key = self._resolve(target, local)
                    if key is not None:
                        yield key, self._mutation(node, name)

    def _mutation(self, node: ast.AST, function: str) -> Mutation:
        line = getattr(node, "lineno", 1)
        return Mutation(self._source.file, line, function, self._source.lines[line - 1].strip())

    def _resolve(self, parts: tuple[str, ...], local: set[str]) -> Key | None:
        """Return the global that a dotted expression leads to, or None if it is none of ours."""
        first = parts[0]
        if first in local:
            return None
        if first in self._imported:
            full = (*self._imported[first], *parts[1:])
        elif first in self._own:
            full = (*self._source.module.split("."), *parts)
        else:
            return None
        for end in range(len(full) - 1, 0, -1):
            module = ".".join(full[:end])
            if module in self._modules:
                # `Class.attribute` is a key of its own; so the longest match is tried first.
                owner = full[end]
                is_class = owner[:1].isupper() and len(full) > end + 1 and not owner.isupper()
                return module, f"{owner}.{full[end + 1]}" if is_class else owner
        return None


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[Function, str]]:
    for child in ast.iter_child_nodes(node):
        name = getattr(child, "name", "")
        path = f"{prefix}.{name}".strip(".") if isinstance(name, str) else prefix
        if isinstance(child, FUNCTIONS):
            yield child, path
        is_named = isinstance(child, (ast.ClassDef, *FUNCTIONS))
        yield from _functions(child, path if is_named else prefix)


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function without those of the functions in it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))


def _local_names(function: Function) -> tuple[set[str], set[str]]:
    """Return the names that are local to a function, and those that it declares global."""
    arguments = [n.arg for n in ast.walk(function.args) if isinstance(n, ast.arg)]
    stored: set[str] = set(arguments)
    declared: set[str] = set()
    for node in _own_nodes(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.add(node.id)
        elif isinstance(node, ast.Global):
            declared.update(node.names)
    return stored - declared, declared


def _changed(node: ast.AST, declared: set[str]) -> Iterator[tuple[str, ...]]:
    """Yield what a statement or call changes, as the parts of a dotted expression."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in _MUTATORS:
            yield from _parts(node.func.value)
    elif isinstance(node, ast.Call) and last_name(node.func) == "next" and node.args:
        yield from _parts(node.args[0])
    elif isinstance(node, (ast.Subscript, ast.Attribute)):
        if isinstance(node.ctx, (ast.Store, ast.Del)):
            yield from _parts(node.value if isinstance(node, ast.Subscript) else node)
    elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield from [(node.id,)] if node.id in declared else []


def _parts(node: ast.expr) -> Iterator[tuple[str, ...]]:
    names: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            names.clear()  # what comes after an index belongs to an entry of the container
            node = node.value
        else:
            return
    yield (node.id, *reversed(names))
