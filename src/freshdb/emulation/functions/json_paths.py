"""Paths into JSON documents: `$.key[0]`, `$[last]`, `$[1 to 3]`, `$.*`, `$**.key`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import active, warn
from freshdb.emulation.functions.json_documents import Object, unescape


@dataclass(frozen=True, slots=True)
class Key:
    """A member by its name, or any (None)."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Cells:
    """The elements from one place to another; a place counts from the end when `from_end`."""

    first: int
    last: int
    first_from_end: bool = False
    last_from_end: bool = False
    every: bool = False

    @property
    def single(self) -> bool:
        return (
            not self.every and self.first == self.last and self.first_from_end == self.last_from_end
        )

    def span(self, length: int) -> range:
        """Return the places in an array of this length, which may lie outside of it."""
        if self.every:
            return range(length)
        first = length - 1 - self.first if self.first_from_end else self.first
        last = length - 1 - self.last if self.last_from_end else self.last
        return range(first, last + 1)


@dataclass(frozen=True, slots=True)
class Deep:
    """A value and everything in it."""


Step = Key | Cells | Deep
Path = tuple[Step, ...]


class PathError(ValueError):
    """Raised for a text that is no path, with the place where it stops being that."""

    def __init__(self, position: int) -> None:
        super().__init__(f"at position {position}")
        self.position = position


_NAME = re.compile(r"[^.\[\]*\"]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PLACE = r"(?:(last)(?:-(\d+))?|(-)?\s*(\d+))"
_CELLS = re.compile(rf"\[\s*(?:(\*)|{_PLACE}(?:\s+to\s+{_PLACE})?)\s*\]", re.ASCII)


@lru_cache(maxsize=1024)
def parse_path(source: str) -> Path:
    """Return the steps of a path.

    Raises:
        PathError: where it is none.
    """
    text = source.rstrip()
    text = text.removeprefix("lax ").removeprefix("strict ").strip()
    if not text.startswith("$"):
        raise PathError(1)
    steps: list[Step] = []
    at = 1
    while at < len(text):
        step, at = _step(text, at)
        if step is not None:
            steps.append(step)
    if steps and isinstance(steps[-1], Deep):
        raise PathError(len(text))
    return tuple(steps)


def _step(text: str, at: int) -> tuple[Step | None, int]:
    if text[at].isspace():
        return None, at + 1
    if text.startswith("**", at):
        return Deep(), at + 2
    if text[at] == "[":
        match = _CELLS.match(text, at)
        if match is None:
            raise PathError(at + 1)
        return _cells(match), match.end()
    if text[at] == ".":
        return _key(text, at + 1)
    raise PathError(at + 1)


def _key(text: str, at: int) -> tuple[Step, int]:
    while at < len(text) and text[at].isspace():
        at += 1
    if text.startswith("**", at):
        return Deep(), at + 2
    if text.startswith("*", at):
        return Key(None), at + 1
    quoted = _QUOTED.match(text, at)
    if quoted:
        return Key(unescape(quoted[1])), quoted.end()
    match = _NAME.match(text, at)
    if match is None:
        raise PathError(at + 1)
    return Key(match[0]), match.end()


def _cells(match: re.Match[str]) -> Cells:
    every, *places = match.groups()
    if every:
        return Cells(0, 0, every=True)
    first, first_from_end = _place(*places[:4])
    if not any(places[4:]):
        return Cells(first, first, first_from_end, first_from_end)
    last, last_from_end = _place(*places[4:])
    return Cells(first, last, first_from_end, last_from_end)


def _place(last: str | None, back: str | None, minus: str | None, number: str) -> tuple[int, bool]:
    if last:
        return int(back or 0), True
    return (int(number) - 1, True) if minus else (int(number), False)


def has_wildcard(path: Path) -> bool:
    """Tell whether a path may lead to more than one value."""
    return any(
        isinstance(step, Deep)
        or (isinstance(step, Key) and step.name is None)
        or (isinstance(step, Cells) and not step.single)
        for step in path
    )


def select(node: Any, path: Path) -> Iterator[Any]:
    """Yield the values that a path leads to."""
    if not path:
        yield node
        return
    step, rest = path[0], path[1:]
    for child in _children(node, step):
        if isinstance(step, Deep) and isinstance(rest[0], Cells) and not _is_array(child):
            continue
        yield from select(child, rest)


def _children(node: Any, step: Step) -> Iterator[Any]:
    if isinstance(step, Deep):
        yield from descendants(node)
    elif isinstance(step, Key):
        yield from _members(node, step)
    elif _is_array(node):
        yield from (node[place] for place in step.span(len(node)) if 0 <= place < len(node))
    elif not (step.every or step.first_from_end) and 0 in step.span(1):
        # What is no array counts as one of a single element.
        yield node


def _is_array(node: Any) -> bool:
    return isinstance(node, list) and not isinstance(node, Object)


def _members(node: Any, step: Key) -> Iterator[Any]:
    if not isinstance(node, Object):
        return
    if step.name is None:
        yield from (value for _, value in node)
        return
    place = node.find(step.name)
    if place >= 0:
        yield node[place][1]


def descendants(node: Any) -> Iterator[Any]:
    """Yield a value and everything in it."""
    yield node
    if isinstance(node, Object):
        for _, value in node:
            yield from descendants(value)
    elif isinstance(node, list):
        for value in node:
            yield from descendants(value)


def walk(node: Any, place: str = "$") -> Iterator[tuple[str, Any]]:
    """Yield every value with the text of the path that leads to it."""
    yield place, node
    if isinstance(node, Object):
        for key, value in node:
            yield from walk(value, f"{place}.{_path_key(key)}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{place}[{index}]")


def _path_key(raw: str) -> str:
    if active.context.is_mysql8 and not re.fullmatch(r"[A-Za-z_$][\w$]*", raw):
        return json.dumps(unescape(raw), ensure_ascii=False)
    return raw


def path_of(value: Any, function: str, argument: int, *, plain: bool = False) -> Path | None:
    """Return the path of an argument, None with a warning where it is none.

    Args:
        value: the argument.
        function: the name that the message gives.
        argument: its place, from 1.
        plain: wildcards are not allowed.
    """
    try:
        path = parse_path(characters(value))
    except PathError as error:
        return _bad_path(error, function, argument)
    if plain and has_wildcard(path):
        return _wildcard(function, argument)
    return path


def _bad_path(error: PathError, function: str, argument: int) -> None:
    if active.context.is_mysql8:
        text = (
            "Invalid JSON path expression. The error is around character position "
            f"{error.position}."
        )
        raise MySQLError(3143, "42000", text)
    where = f"in argument {argument} to function '{function}'"
    warn(4042, f"Syntax error in JSON path {where} at position {error.position}")


def _wildcard(function: str, argument: int) -> None:
    if active.context.is_mysql8:
        text = (
            "In this situation, path expressions may not contain the * and ** tokens or an "
            "array range."
        )
        raise MySQLError(3149, "42000", text)
    place = f"in argument {argument} to function '{function}'"
    text = f"Wildcards or range in JSON path not allowed {place}"
    warn(4044, text)
