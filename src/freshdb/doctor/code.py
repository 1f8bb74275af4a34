"""What a project's sources say about its engines, sessions, fixtures and listeners."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from freshdb.state.globals.sources import Source, read
from freshdb.state.globals.syntax import FUNCTIONS, Function, last_name

ENGINE_MAKERS = {"create_engine", "create_async_engine"}
SESSION_MAKERS = {"sessionmaker", "async_sessionmaker", "Session", "AsyncSession", "scoped_session"}


@dataclass(frozen=True)
class Call:
    """A call in a source.

    Attributes:
        source: where it is.
        node: its syntax.
        inside: the functions around it, outermost first.
    """

    source: Source
    node: ast.Call
    inside: tuple[Function, ...]

    @property
    def name(self) -> str:
        """The last part of the name of what is called."""
        return last_name(self.node.func)

    def option(self, name: str) -> ast.expr | None:
        """Return the expression of a keyword argument."""
        return next((word.value for word in self.node.keywords if word.arg == name), None)

    def option_name(self, name: str) -> str:
        """Return the last part of the name that a keyword argument is given."""
        value = self.option(name)
        return "" if value is None else last_name(value)


@dataclass(frozen=True)
class EngineCall(Call):
    """A call that makes an engine."""

    @property
    def url(self) -> str | None:
        """The URL, where it stands in the source; constants of the module are looked up."""
        first = self.node.args[0] if self.node.args else self.option("url")
        return _text(first, self.source)

    @property
    def is_async(self) -> bool:
        return self.name == "create_async_engine"


@dataclass
class Code:
    """The Python files of a project.

    Attributes:
        sources: the files.
        notes: which could not be read.
    """

    sources: Sequence[Source]
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, root: Path) -> Code:
        """Read the files below a directory."""
        sources, unreadable = read(root)
        return cls(sources, [f"could not read {one.file}: {one.reason}" for one in unreadable])

    @cached_property
    def calls(self) -> list[Call]:
        """All calls."""
        return [call for source in self.sources for call in _calls(source, source.tree, ())]

    @cached_property
    def engines(self) -> list[EngineCall]:
        """The calls that make engines."""
        return [
            EngineCall(call.source, call.node, call.inside)
            for call in self.calls
            if call.name in ENGINE_MAKERS
        ]

    @cached_property
    def texts(self) -> str:
        """All sources as one text, for questions about a word that is nowhere."""
        return "\n".join(line for source in self.sources for line in source.lines)


def _calls(source: Source, node: ast.AST, inside: tuple[Function, ...]) -> Iterator[Call]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield Call(source, child, inside)
        deeper = (*inside, child) if isinstance(child, FUNCTIONS) else inside
        yield from _calls(source, child, deeper)


def _text(node: ast.expr | None, source: Source) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        for statement in source.tree.body:
            if isinstance(statement, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == node.id
                for target in statement.targets
            ):
                value = statement.value
                return value.value if _is_text(value) else None  # type: ignore[attr-defined]
    return None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def fixture_scope(function: Function) -> str | None:
    """Return the scope of a pytest fixture, None for a function that is none."""
    for decorator in function.decorator_list:
        if last_name(decorator) != "fixture":
            continue
        words = decorator.keywords if isinstance(decorator, ast.Call) else []
        for word in words:
            if word.arg == "scope" and isinstance(word.value, ast.Constant):
                return str(word.value.value)
        return "function"
    return None


def is_test(function: Function) -> bool:
    """Tell whether a function is a test by its name."""
    return function.name.startswith("test")
