"""Read YAML 1.2 with ruamel.yaml, as nodes: each knows its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from freshdb.datafiles.document import Document, Place, Spot, Tagged
from freshdb.datafiles.yaml_library import ruamel
from freshdb.errors import DataFileError

_STANDARD = "tag:yaml.org,2002:"
_INFINITIES = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}
_TIMESTAMP = re.compile(
    r"(?P<day>\d{4}-\d{1,2}-\d{1,2})"
    r"(?:(?:[Tt]|[ \t]+)(?P<time>\d{1,2}:\d\d:\d\d)(?:\.(?P<fraction>\d*))?"
    r"[ \t]*(?P<zone>Z|[-+]\d{1,2}(?::?\d\d)?)?)?"
)


def read(text: str, path: Path) -> Document:
    """Return what a YAML file holds.

    Raises:
        DataFileError: it is not YAML, holds more than one document, or has a key twice.
    """
    try:
        library = ruamel()
    except ImportError:
        raise DataFileError(
            "reading YAML needs ruamel.yaml",
            path=path,
            hint='pip install "freshdb[data]"; JSON, TOML and CSV need nothing',
        ) from None
    try:
        root = library.YAML(typ="safe", pure=True).compose(text)
    except library.error.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise DataFileError(
            f"not valid YAML: {error.problem or error.context}",
            path=path,
            line=mark.line + 1 if mark else 1,
            column=mark.column + 1 if mark else 1,
            hint=str(error.context) if error.context and error.problem else None,
        ) from None
    reader = _Reader(path)
    value = reader.value(root) if root is not None else None
    return Document(path, value, lambda: reader.spot(root) if root is not None else Spot(1, 1))


class _Reader:
    """Turns ruamel's nodes into values and spots."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: set[int] = set()

    def value(self, node: Any) -> Any:
        if id(node) in self._open:
            raise self._error("an alias to the value that it stands in", node)
        self._open.add(id(node))
        try:
            return self._value(node)
        finally:
            self._open.discard(id(node))

    def _value(self, node: Any) -> Any:
        tag = str(node.tag)
        if not tag.startswith(_STANDARD):
            return Tagged(tag.removeprefix("!"), self._plain(node))
        kind = tag.removeprefix(_STANDARD)
        if kind in ("binary", "set"):
            plain = self._plain(node)
            return Tagged(*(("bytes", plain) if kind == "binary" else ("set", list(plain))))
        if isinstance(node.value, list):
            return self._plain(node)
        read = _SCALARS.get(kind)
        if read is None:
            raise self._error(f"the tag `!!{kind}` is not supported", node)
        try:
            return read(node.value)
        except ValueError as error:
            raise self._error(f"`{node.value}` is no {kind}: {error}", node) from None

    def _plain(self, node: Any) -> Any:
        if isinstance(node.value, str):
            return node.value
        if not node.value or not isinstance(node.value[0], tuple):
            is_mapping = type(node).__name__ == "MappingNode"
            return {} if is_mapping else [self.value(child) for child in node.value]
        return {key: self.value(value) for key, _, value in self._pairs(node)}

    def _pairs(self, node: Any) -> list[tuple[Any, Any, Any]]:
        """Return the keys of a mapping with their nodes, those that `<<` merges in too."""
        own: dict[Any, tuple[Any, Any, Any]] = {}
        merged: dict[Any, tuple[Any, Any, Any]] = {}
        for key_node, value_node in node.value:
            if str(key_node.tag) == f"{_STANDARD}merge":
                sources = value_node.value
                is_list = type(value_node).__name__ == "SequenceNode"
                for source in sources if is_list else [value_node]:
                    for pair in self._pairs(source):
                        merged.setdefault(pair[0], pair)
                continue
            key = self.value(key_node)
            if isinstance(key, (list, dict, Tagged)):
                raise self._error("a key that is no plain value", key_node)
            if key in own:
                first = own[key][1].start_mark.line + 1
                raise self._error(
                    f"the key `{key}` is there twice (first in line {first})", key_node
                )
            own[key] = (key, key_node, value_node)
        return list({**merged, **own}.values())

    def spot(self, node: Any) -> Spot:
        spot = Spot(node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node.value, str):
            return spot
        if type(node).__name__ == "MappingNode":
            for key, key_node, value_node in self._pairs(node):
                spot.items[key] = (self.spot(key_node), self.spot(value_node))
        else:
            for index, child in enumerate(node.value):
                spot.items[index] = (None, self.spot(child))
        return spot

    def _error(self, fact: str, node: Any) -> DataFileError:
        mark = node.start_mark
        place = Place(self._path, mark.line + 1, mark.column + 1)
        return DataFileError(fact, path=place.path, line=place.line, column=place.column)


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    bare = digits.lstrip("+-")
    if bare[:2].lower() in ("0x", "0o", "0b"):
        return int(digits, 0)
    return int(digits)


def _float(text: str) -> float:
    return float(_INFINITIES.get(text.lower(), text.replace("_", "")))


def _timestamp(text: str) -> date | datetime:
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        raise ValueError("write it as 2026-02-01 or 2026-02-01T10:00:00+01:00")
    year, month, day = (int(part) for part in found["day"].split("-"))
    if found["time"] is None:
        return date(year, month, day)
    hour, minute, second = (int(part) for part in found["time"].split(":"))
    microsecond = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    return datetime(
        year, month, day, hour, minute, second, microsecond, tzinfo=_zone(found["zone"])
    )


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return timezone.utc  # noqa: UP017  # reads beside the other one
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


_SCALARS: dict[str, Callable[[str], Any]] = {
    "null": lambda text: None,
    "bool": lambda text: text.lower() == "true",
    "int": _integer,
    "float": _float,
    "str": str,
    "timestamp": _timestamp,
}
