"""Questions about Python's syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def module_level(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run at import, those in ``if``, ``try`` and ``with`` too."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody", "handlers"):
            inner = getattr(node, field, ())
            if isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
                for child in inner:
                    yield from module_level(
                        child.body if isinstance(child, ast.ExceptHandler) else [child]
                    )


def assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Yield the plain names that a statement assigns to, each with the value's expression."""
    if isinstance(node, ast.Assign):
        targets, value = node.targets, node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets, value = [node.target], node.value
    else:
        return
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id, value


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted expression; of a call or an index, that of its object."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement gives a value: a class, a function, variables."""
    if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
        yield node.name
    yield from (name for name, _ in assigned(node))
