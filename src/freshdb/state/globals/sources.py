"""Reads the Python files of a project, and names their modules."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from freshdb.state.globals.model import Unreadable

_SKIPPED = frozenset({"site-packages", "node_modules", "__pycache__", "build", "dist", "venv"})


@dataclass(frozen=True)
class Source:
    """A Python file that was read, with the dotted name of its module."""

    module: str
    file: str
    tree: ast.Module
    lines: Sequence[str]
    is_package: bool


def is_below(module: str, package: str) -> bool:
    """Tell whether a module is in a package, or is it."""
    return module == package or module.startswith(f"{package}.")


def read(root: Path) -> tuple[list[Source], list[Unreadable]]:
    """Return the Python files below a directory, and those that are none."""
    sources: list[Source] = []
    unreadable: list[Unreadable] = []
    for file in _python_files(root):
        shown = file.relative_to(root).as_posix()
        try:
            text = file.read_text(encoding="utf-8")
            tree = ast.parse(text)
        except (SyntaxError, ValueError, OSError) as error:
            unreadable.append(Unreadable(shown, f"{type(error).__name__}: {error}"))
            continue
        parts = module_parts(root, file)
        is_package = file.name == "__init__.py"
        sources.append(Source(".".join(parts), shown, tree, text.splitlines(), is_package))
    return sources, unreadable


def _python_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not (Path(folder) / name / "pyvenv.cfg").exists()
        )
        yield from (Path(folder) / name for name in sorted(files) if name.endswith(".py"))


def module_parts(root: Path, file: Path) -> list[str]:
    """Return the parts of a module's dotted name.

    It begins below ``src``, or where the outermost folder with an ``__init__.py`` lies: what is
    above that is on the import path, not part of the name.
    """
    parts = list(file.relative_to(root).with_suffix("").parts)
    if parts[0] == "src" and len(parts) > 1:
        parts = parts[1:]
    folders = len(parts) - 1
    packages = takewhile(lambda folder: (folder / "__init__.py").is_file(), file.parents)
    depth = sum(1 for _ in zip(range(folders), packages, strict=False))
    if depth:
        parts = parts[folders - depth :]
    return parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts
