"""Read JSON and JSONL with the standard library; places come from a scan of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]  # public, missing in typeshed
from pathlib import Path
from typing import Any

from freshdb.datafiles.document import Document, Keys, Place, Spot
from freshdb.datafiles.lines import Lines
from freshdb.errors import DataFileError

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(r"[^\s,\]}]+")


class _TwiceError(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


def read(text: str, path: Path) -> Document:
    """Return what a JSON file holds.

    Raises:
        DataFileError: it is not JSON, or an object has a key twice.
    """
    lines = Lines(text)
    value = _load(text, path, lines, 0)
    return Document(path, value, lambda: _Scanner(text, lines).spot())


def read_lines(text: str, path: Path) -> Document:
    """Return the list of what the lines of a JSONL file hold; empty lines are skipped.

    Raises:
        DataFileError: a line is not JSON.
    """
    lines = Lines(text)
    filled = [(start, line) for start, line in lines.all() if line.strip()]
    values = [_load(line, path, lines, start) for start, line in filled]

    def spots() -> Spot:
        items: dict[Any, tuple[Spot | None, Spot]] = {}
        for index, (start, line) in enumerate(filled):
            items[index] = (None, _Scanner(line, lines, start).spot())
        return Spot(1, 1, items)

    return Document(path, values, spots)


def spans(text: str) -> dict[Keys, tuple[int, int]]:
    """Return where each value of a JSON text begins and ends."""
    scanner = _Scanner(text, Lines(text))
    scanner.spot()
    return scanner.spans


def _load(text: str, path: Path, lines: Lines, start: int) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        line, column = lines.at(start + error.pos)
        raise DataFileError(
            f"not valid JSON: {error.msg}", path=path, line=line, column=column
        ) from None
    except _TwiceError as twice:
        found: list[Place] = []
        _Scanner(text, lines, start, lambda key, place: found.append(Place(path, *place))).spot()
        place = found[0] if found else Place(path, *lines.at(start))
        raise DataFileError(
            f"the key `{twice.key}` is there twice",
            path=path,
            line=place.line,
            column=place.column,
        ) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _TwiceError(key)
            seen.add(key)
    return values


# One for all lines: `json.loads` makes one for each.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique)


class _Scanner:
    """Finds where everything stands in a text that is known to be valid JSON."""

    def __init__(
        self,
        text: str,
        lines: Lines,
        start: int = 0,
        on_twice: Callable[[str, tuple[int, int]], None] = lambda key, place: None,
    ) -> None:
        self._text = text
        self._lines = lines
        self._start = start
        self._on_twice = on_twice
        self._at = 0
        self.spans: dict[Keys, tuple[int, int]] = {}

    def spot(self, keys: Keys = ()) -> Spot:
        self._skip()
        spot = self._here()
        start = self._at
        self._value(spot, keys)
        self.spans[keys] = (start, self._at)
        return spot

    def _value(self, spot: Spot, keys: Keys) -> None:
        opening = self._text[self._at]
        if opening == "{":
            self._members(spot, keys)
        elif opening == "[":
            self._elements(spot, keys)
        elif opening == '"':
            self._string()
        else:
            found = _SCALAR.match(self._text, self._at)
            self._at = found.end() if found else self._at + 1

    def _members(self, spot: Spot, keys: Keys) -> None:
        while self._next("}"):
            key_spot = self._here()
            key = self._string()
            if key in spot.items:
                self._on_twice(key, (key_spot.line, key_spot.column))
            self._skip()
            self._at += 1  # the colon
            spot.items[key] = (key_spot, self.spot((*keys, key)))

    def _elements(self, spot: Spot, keys: Keys) -> None:
        while self._next("]"):
            index = len(spot.items)
            spot.items[index] = (None, self.spot((*keys, index)))

    def _next(self, closing: str) -> bool:
        """Step over `{`, `[` or a comma to the next part; at the end, step out."""
        if self._text[self._at] != closing:
            self._at += 1
            self._skip()
        if self._text[self._at] != closing:
            return True
        self._at += 1
        return False

    def _string(self) -> str:
        value: str
        value, self._at = scanstring(self._text, self._at + 1)
        return value

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _here(self) -> Spot:
        return Spot(*self._lines.at(self._start + self._at))
