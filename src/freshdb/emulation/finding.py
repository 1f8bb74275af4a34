"""Raw SQL in Python files: what is handed to `text()`, `execute()` and their kin, or looks it."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SQL = re.compile(
    r"\s*\(?\s*(SELECT\s|INSERT\s+(INTO|IGNORE|LOW_PRIORITY)|UPDATE\s+\S+.*\sSET\s|DELETE\s+(\S+\s+)?FROM|"
    r"REPLACE\s+INTO|WITH\s+\w+.*\sAS\s*\(|CREATE\s+(TEMPORARY\s+|UNIQUE\s+)?(TABLE|INDEX|VIEW)|"
    r"ALTER\s+TABLE|DROP\s+(TABLE|INDEX|VIEW)|TRUNCATE\s|SHOW\s+\w+|DESC(RIBE)?\s+\w+\s*$)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Found:
    """One statement in a file.

    Attributes:
        is_whole: False where it is put together at run time, and its text is not known.
    """

    path: Path
    line: int
    text: str
    is_whole: bool = True


def find_sql(path: Path) -> Iterator[Found]:
    """Yield the SQL in a file, from top to bottom.

    Raises:
        SyntaxError: the file is not Python.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) for part in _parts(node)}
    found = []
    for node in ast.walk(tree):
        if id(node) in docstrings or id(node) in inside:
            continue
        text = _text_of(node)
        if text is not None and _SQL.match(text[0]):
            line = getattr(node, "lineno", 0)
            found.append(Found(path, line, textwrap.dedent(text[0]).strip(), text[1]))
    yield from sorted(found, key=lambda one: one.line)


def _parts(node: ast.AST) -> list[ast.AST]:
    """Return the strings that are a part of a longer one."""
    if isinstance(node, ast.JoinedStr):
        return [one for one in ast.walk(node) if one is not node]
    if isinstance(node, ast.BinOp):
        return [one for one in ast.walk(node) if one is not node]
    if isinstance(node, ast.Call) and _is_format(node):
        return [node.func.value]  # type: ignore[attr-defined]  # `_is_format` has looked
    return []


def _is_format(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}


def _text_of(node: ast.AST) -> tuple[str, bool] | None:
    """Return a node's text, and whether it is known as a whole; None where it is no text."""
    if isinstance(node, ast.Constant):
        return (node.value, True) if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        pieces = [one.value if isinstance(one, ast.Constant) else "…" for one in node.values]
        return "".join(str(one) for one in pieces), all(
            isinstance(one, ast.Constant) for one in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Mod)):
        left, right = _text_of(node.left), _text_of(node.right)
        if left is None:
            return None
        if isinstance(node.op, ast.Mod):
            return left[0], False
        return (left[0] + (right[0] if right else "…"), left[1] and bool(right and right[1]))
    if isinstance(node, ast.Call) and _is_format(node):
        inner = _text_of(node.func.value)  # type: ignore[attr-defined]  # `_is_format` has looked
        return (inner[0], False) if inner is not None else None
    return None
