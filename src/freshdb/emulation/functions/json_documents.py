"""JSON documents as MariaDB keeps them: members in their order, scalars in their own spelling.

A document is a `list`, an `Object` or a `Scalar`. MySQL 8 stores them normalised instead;
`write` does that where the connection imitates it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from freshdb.emulation.functions.coercions import float_text
from freshdb.emulation.functions.context import active

DEPTHS = {"mariadb": 32, "mysql8": 100}


class JsonSyntaxError(ValueError):
    """Raised for a text that is no JSON, with the place where it stops being that."""

    def __init__(self, position: int, *, ended: bool = False, deep: bool = False) -> None:
        super().__init__(f"at position {position}")
        self.position = position
        self.ended = ended
        self.deep = deep


@dataclass(slots=True)
class Scalar:
    """A string with its quotes, a number, `true`, `false` or `null`, as it was written."""

    raw: str

    @property
    def is_string(self) -> bool:
        return self.raw[0] == '"'

    @property
    def is_number(self) -> bool:
        return self.raw[0] in "-0123456789"


class Object(list[tuple[str, Any]]):
    """The members of an object: (key as it was written but without quotes, value)."""

    def find(self, key: str) -> int:
        """Return the place of a key, -1 for none; of one that is there twice the first."""
        for index, (raw, _) in enumerate(self):
            if raw == key or ("\\" in raw and unescape(raw) == key):
                return index
        return -1

    def put(self, raw: str, value: Any) -> None:
        """Set or add a member."""
        index = self.find(unescape(raw))
        if index < 0:
            self.append((raw, value))
        else:
            self[index] = (self[index][0], value)


Node = list[Any] | Object | Scalar

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"')
_LOOSE_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WORD = re.compile(r"true|false|null")


def first_value(source: str) -> Node:
    """Return the document that a text begins with, whatever is behind it.

    Raises:
        JsonSyntaxError: it begins with none.
    """
    return _Parser(source)._node(1)


def parse(source: str) -> Node:
    """Return the document of a text.

    Raises:
        JsonSyntaxError: where it is none.
    """
    return _Parser(source).document()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.deepest = DEPTHS[active.context.flavor]
        self.string = _STRING if active.context.is_mysql8 else _LOOSE_STRING

    def document(self) -> Node:
        node = self._node(1)
        self._skip()
        if self.at < len(self.source):
            raise JsonSyntaxError(self.at + 1)
        return node

    def _skip(self) -> str:
        match = _SPACE.match(self.source, self.at)
        assert match is not None
        self.at = match.end()
        return self.source[self.at : self.at + 1]

    def _node(self, depth: int) -> Node:
        sign = self._skip()
        if sign in ("{", "["):
            if depth > self.deepest:
                raise JsonSyntaxError(self.at + 1, deep=True)
            return self._object(depth) if sign == "{" else self._array(depth)
        if sign == '"':
            return Scalar(f'"{self._text()}"')
        match = _NUMBER.match(self.source, self.at) or _WORD.match(self.source, self.at)
        if match is None:
            raise self._error()
        self.at = match.end()
        return Scalar(match[0])

    def _text(self) -> str:
        match = self.string.match(self.source, self.at)
        if match is None:
            self.at = len(self.source)
            raise self._error()
        self.at = match.end()
        return match[1]

    def _object(self, depth: int) -> Object:
        found = Object()
        self.at += 1
        if self._skip() == "}":
            self.at += 1
            return found
        while True:
            if self._skip() != '"':
                raise self._error()
            key = self._text()
            self._expect(":")
            value = self._node(depth + 1)
            found.append((key, value))
            if self._expect(",}") == "}":
                return found

    def _array(self, depth: int) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        if self._skip() == "]":
            self.at += 1
            return found
        while True:
            found.append(self._node(depth + 1))
            if self._expect(",]") == "]":
                return found

    def _expect(self, signs: str) -> str:
        sign = self._skip()
        if not sign or sign not in signs:
            raise self._error()
        self.at += 1
        return sign

    def _error(self) -> JsonSyntaxError:
        return JsonSyntaxError(self.at + 1, ended=self.at >= len(self.source))


def unescape(raw: str) -> str:
    """Return the characters of a string that was written between quotes."""
    if "\\" not in raw:
        return raw
    try:
        found: str = json.loads(f'"{_NEEDLESS.sub(_bare, raw)}"', strict=False)
        # Half of a pair of surrogates is no character; the server leaves it as it was written.
        found.encode()
    except ValueError:
        return raw
    return found


_NEEDLESS = re.compile(r"\\(.)", re.DOTALL)


def _bare(match: re.Match[str]) -> str:
    """Return a backslash pair, without the backslash where JSON has no such escape."""
    return match[0] if match[1] in '"\\/bfnrtu' else match[1]


def quoted(characters_: str) -> str:
    """Return characters as a JSON string with its quotes."""
    if active.context.is_mysql8:
        return json.dumps(characters_, ensure_ascii=False)
    return '"' + _SPECIAL.sub(_escape, characters_) + '"'


_SPECIAL = re.compile(r'["\\\x00-\x1f]')
_ESCAPES = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(match: re.Match[str]) -> str:
    sign = match[0]
    if sign in '"\\':
        return "\\" + sign
    return _ESCAPES.get(sign) or f"\\u{ord(sign):04X}"


def write(node: Node, *, comma: str = ", ", colon: str = ": ") -> str:
    """Return the text of a document, by default with a space after each comma and colon."""
    if active.context.is_mysql8:
        node = normalized(node)
    return _write(node, comma, colon)


def _write(node: Node, comma: str, colon: str) -> str:
    if isinstance(node, Scalar):
        return node.raw
    if isinstance(node, Object):
        members = (f'"{key}"{colon}{_write(value, comma, colon)}' for key, value in node)
        return "{" + comma.join(members) + "}"
    cells: list[Any] = node
    return "[" + comma.join(_write(each, comma, colon) for each in cells) + "]"


def normalized(node: Node) -> Node:
    """Return a document as MySQL 8 stores it: keys sorted and single, scalars rewritten."""
    if isinstance(node, Scalar):
        return _normalized_scalar(node)
    if isinstance(node, Object):
        members = {unescape(key): value for key, value in node}
        ordered = sorted(members, key=lambda key: (len(key.encode()), key.encode()))
        return Object((quoted(key)[1:-1], normalized(members[key])) for key in ordered)
    cells: list[Any] = node
    return [normalized(each) for each in cells]


def _normalized_scalar(node: Scalar) -> Scalar:
    if node.is_string:
        return Scalar(quoted(unescape(node.raw[1:-1])))
    if node.is_number and re.search("[.eE]", node.raw):
        found = float_text(float(node.raw))
        return Scalar(found if re.search("[.e]", found) else f"{found}.0")
    return node
