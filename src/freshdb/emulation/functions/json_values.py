"""JSON documents as MariaDB keeps them: members in their order, scalars in their own spelling.

A document is a `list`, an `Object` or a `Scalar`. MySQL 8 stores them normalised instead;
`write` does that where the connection imitates it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters, float_text, octets, text
from freshdb.emulation.functions.context import active, warn
from freshdb.emulation.values import Date, DateTime, Json, Time, UInt, decimal_text
from freshdb.errors import EmulationError

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


def to_node(value: Any) -> Node:
    """Return an SQL value as a document: JSON nests, other text becomes a string."""
    kind = value.__class__
    if value is None:
        return Scalar("null")
    if kind is Json:
        return parse(value)
    if kind is bool:
        return Scalar("true" if value else "false")
    if kind is int or kind is UInt:
        return Scalar(str(int(value)))
    if kind is Decimal:
        return Scalar(decimal_text(value))
    if kind is float:
        return Scalar(_float_raw(value))
    if kind is Date or kind is DateTime or kind is Time:
        return Scalar(quoted(_temporal_text(value)))
    if kind is bytes and active.context.is_mysql8:
        import base64

        return Scalar(quoted("base64:type254:" + base64.b64encode(value).decode()))
    if isinstance(value, bytes) and not octets(value).isascii():
        raise EmulationError(
            "bytes beyond ASCII in JSON are not supported", hint="CONVERT them USING utf8mb4"
        )
    return Scalar(quoted(characters(value)))


def nested(value: Any) -> Node:
    """Return an SQL value as a part of a new document: MariaDB puts JSON in as it is written."""
    if value.__class__ is Json and not active.context.is_mysql8:
        return Scalar(str(value))
    if isinstance(value, bytes) and not active.context.is_mysql8:
        return Scalar(quoted(octets(value).decode("utf-8", "surrogateescape")))
    return to_node(value)


def made(document: str, values: Iterable[Any]) -> Json | bytes:
    """Return a new document of these values; MariaDB makes bytes of it if one of them is."""
    if active.context.is_mysql8 or not any(isinstance(value, bytes) for value in values):
        return Json(document)
    return document.encode("utf-8", "surrogateescape")


def _float_raw(value: float) -> str:
    found = float_text(value)
    if active.context.is_mysql8 and not re.search("[.e]", found):
        return f"{found}.0"
    return found


def _temporal_text(value: Date | DateTime | Time) -> str:
    shown = str(value)
    if not active.context.is_mysql8 or isinstance(value, Date):
        return shown
    return shown if "." in shown else f"{shown}.000000"


def to_json(value: Any, *, parse: bool = False) -> Json:
    """Return an SQL value as JSON; with `parse` a text is read as a document."""
    if parse and value.__class__ is str:
        return Json(write(document(value, "cast_as_json", 1)))
    return Json(write(to_node(value)))


def document(value: Any, function: str, argument: int) -> Any:
    """Return the document of an argument; None with a warning, or an error on MySQL 8.

    Args:
        value: the argument.
        function: the name that the message gives, in lower case.
        argument: its place, from 1.
    """
    source = value if value.__class__ is Json or value.__class__ is str else _source(value)
    try:
        return parse(source)
    except JsonSyntaxError as error:
        return _bad_document(error, function, argument)


def sound_document(value: Any, function: str, argument: int) -> Any:
    """Return the document of an argument as `document` does, or refuse one that breaks off.

    MariaDB reads a document only as far as it needs to, and answers from the part before the break.
    """
    source = value if value.__class__ is Json or value.__class__ is str else _source(value)
    try:
        return parse(source)
    except JsonSyntaxError as error:
        # Broken at its first sign, nothing can be read from it.
        has_begun = error.position > 2 + len(source) - len(source.lstrip())
        if has_begun and not active.context.is_mysql8 and beginning(value) is not None:
            raise EmulationError(
                f"{function.upper()} of JSON that is broken is not supported",
                hint="repair the document, or test JSON_VALID first",
            ) from None
        return _bad_document(error, function, argument)


def beginning(value: Any) -> Any:
    """Return the document that an argument begins with; where it has none, whether it tries to.

    Some functions of MariaDB's read no further than the document, whatever stands behind it.
    """
    source = value if value.__class__ is Json or value.__class__ is str else _source(value)
    try:
        return _Parser(source)._node(1)
    except JsonSyntaxError as error:
        return (not error.ended and source.lstrip()[:1] in ("{", "[", '"')) or None


def _source(value: Any) -> str:
    return (
        octets(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(text(value))
    )


def _bad_document(error: JsonSyntaxError, function: str, argument: int) -> None:
    if active.context.is_mysql8:
        message = (
            f'Invalid JSON text in argument {argument} to function {function}: "Invalid value." '
            f"at position {error.position - 1}."
        )
        raise MySQLError(3141, "22032", message)
    where = f"in argument {argument} to function '{function}'"
    if error.deep:
        warn(
            4040,
            "Limit of 32 on JSON nested structures depth is reached "
            f"{where} at position {error.position}",
        )
    elif error.ended:
        warn(4037, f"Unexpected end of JSON text {where}")
    else:
        warn(4038, f"Syntax error in JSON text {where} at position {error.position}")


def one_or_all(value: Any, function: str) -> bool | None:
    """Return whether an argument says `all`, None with a warning where it says neither."""
    word = characters(value).lower()
    if word not in ("one", "all"):
        if active.context.is_mysql8:
            message = f"The oneOrAll argument to {function} may take these values: 'one' or 'all'."
            raise MySQLError(3154, "42000", message)
        message = 'Argument 2 to function \'{}\' must be "one" or "all".'
        warn(4046, message.format(function))
        return None
    return word == "all"
