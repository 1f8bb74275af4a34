"""Read TOML with the standard library; places come from a scan of their own."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from freshdb.datafiles.document import Document, Spot
from freshdb.datafiles.lines import Lines
from freshdb.errors import DataFileError

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_STRINGS = (
    re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL),
    re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def read(text: str, path: Path) -> Document:
    """Return what a TOML file holds.

    Raises:
        DataFileError: it is not TOML.
    """
    lines = Lines(text)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        at_end = lines.at(len(text))
        line, column = (int(found[1]), int(found[2])) if found and found[1] else at_end
        raise DataFileError(
            f"not valid TOML: {_PLACE.sub('', str(error))}", path=path, line=line, column=column
        ) from None
    return Document(path, value, lambda: _Scanner(text, lines).document())


class _Scanner:
    """Finds where everything stands in a text that is known to be valid TOML."""

    def __init__(self, text: str, lines: Lines) -> None:
        self._text = text
        self._lines = lines
        self._at = 0

    def document(self) -> Spot:
        root = table = Spot(1, 1)
        while self._skip():
            if self._text.startswith("[[", self._at):
                table = self._header(root, closing="]]")
            elif self._text[self._at] == "[":
                table = self._header(root, closing="]")
            else:
                self._pair(table)
        return root

    def _header(self, root: Spot, closing: str) -> Spot:
        here = self._here()
        self._at += len(closing)
        keys = self._keys()
        self._skip()
        self._at += len(closing)
        spot = root
        for position, (key, key_spot) in enumerate(keys):
            is_last = position == len(keys) - 1
            if is_last and closing == "]]":
                _, array = spot.items.setdefault(key, (key_spot, here))
                if array is here:
                    array = Spot(here.line, here.column)
                    spot.items[key] = (key_spot, array)
                spot = Spot(here.line, here.column)
                array.items[len(array.items)] = (None, spot)
            else:
                spot = self._descend(spot, key, key_spot, here)
        return spot

    def _descend(self, spot: Spot, key: str, key_spot: Spot, here: Spot) -> Spot:
        """Return the table under a key, the latest one where the key names an array of tables."""
        _, inner = spot.items.setdefault(key, (key_spot, Spot(here.line, here.column)))
        if 0 in inner.items:
            return inner.items[len(inner.items) - 1][1]
        return inner

    def _pair(self, table: Spot) -> None:
        keys = self._keys()
        self._skip()
        self._at += 1  # the equals sign
        spot = table
        for key, key_spot in keys[:-1]:
            spot = self._descend(spot, key, key_spot, key_spot)
        key, key_spot = keys[-1]
        spot.items[key] = (key_spot, self._value())

    def _value(self) -> Spot:
        self._skip()
        spot = self._here()
        opening = self._text[self._at]
        if opening == "[":
            while self._next("]"):
                spot.items[len(spot.items)] = (None, self._value())
        elif opening == "{":
            while self._next("}"):
                self._pair(spot)
        elif opening in "\"'":
            self._string()
        else:
            found = _SCALAR.match(self._text, self._at)
            self._at = found.end() if found else self._at + 1
        return spot

    def _next(self, closing: str) -> bool:
        """Step over `[`, `{` or a comma to the next part; at the end, step out."""
        self._skip()
        if self._text[self._at] != closing:
            self._at += 1
            self._skip()
        if self._text[self._at] != closing:
            return True
        self._at += 1
        return False

    def _keys(self) -> list[tuple[str, Spot]]:
        """Return the parts of a dotted key."""
        keys = []
        while True:
            self._skip()
            here = self._here()
            if self._text[self._at] in "\"'":
                quoted = self._string()
                keys.append((str(_unquoted(quoted)), here))
            else:
                found = _BARE.match(self._text, self._at)
                assert found is not None
                self._at = found.end()
                keys.append((found[0], here))
            self._skip()
            if self._text[self._at] != ".":
                return keys
            self._at += 1

    def _string(self) -> str:
        for pattern in _STRINGS:
            found = pattern.match(self._text, self._at)
            if found:
                self._at = found.end()
                return found[0]
        raise AssertionError("a text that tomllib has read has no broken string")

    def _skip(self) -> bool:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at < len(self._text)

    def _here(self) -> Spot:
        return Spot(*self._lines.at(self._at))


def _unquoted(text: str) -> Any:
    return tomllib.loads(f"key = {text}")["key"]
