"""Change JSON and JSONL: only the collections in which something changes are written anew."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from freshdb.datafiles.document import Keys
from freshdb.datafiles.json_file import spans
from freshdb.datafiles.lines import lines_of
from freshdb.datafiles.writing import ABSENT, Change, apply, with_keys

NATIVE = (type(None),)


def changed(text: str, changes: Sequence[Change]) -> str:
    """Return the text of a JSON file with changes in it."""
    root = {"": json.loads(text)}
    where = spans(text)
    apply(root, [Change(("", *one.keys), one.value) for one in changes], with_keys)
    pieces = _outermost([_written_anew(one, where) for one in changes])
    for keys in sorted(pieces, key=lambda keys: where[keys], reverse=True):
        start, end = where[keys]
        value = root[""]
        for key in keys:
            value = value[key]
        text = text[:start] + _rendered(value, text, start, end) + text[end:]
    return text


def changed_lines(text: str, changes: Sequence[Change]) -> str:
    """Return the text of a JSONL file with changes in it."""
    lines = lines_of(text, with_ends=True)
    numbers = [number for number, line in enumerate(lines) if line.strip()]
    for index in dict.fromkeys(one.keys[0] for one in changes):
        of_line = [Change(one.keys[1:], one.value) for one in changes if one.keys[0] == index]
        line = lines[numbers[index]]
        ending = line[len(line.rstrip("\r\n")) :]
        lines[numbers[index]] = changed(line.rstrip("\r\n"), of_line) + ending
    return "".join(lines)


def dumped(value: Any) -> str:
    """Return a value as a JSON text of its own."""
    return json.dumps(with_keys(value), indent=2, ensure_ascii=False) + "\n"


def _written_anew(one: Change, where: dict[Keys, tuple[int, int]]) -> Keys:
    """Return which value must be written anew: itself, or the one that it comes or goes in."""
    keys = one.keys
    if one.value is ABSENT or keys not in where:
        keys = keys[:-1]
    while keys not in where:  # it is within a value that is new too
        keys = keys[:-1]
    return keys


def _outermost(pieces: list[Keys]) -> set[Keys]:
    unique = set(pieces)
    return {keys for keys in unique if not any(keys[:n] in unique for n in range(len(keys)))}


def _rendered(value: Any, text: str, start: int, end: int) -> str:
    """Return a value as text: on one line if it was so before, else indented like before."""
    if "\n" not in text[start:end]:
        return json.dumps(value, ensure_ascii=False)
    line = text[text.rfind("\n", 0, start) + 1 : start]
    outer = re.match(r"[ \t]*", line)
    inner = re.search(r"\n([ \t]+)", text[start:end])
    base = outer[0] if outer else ""
    step = inner[1][len(base) :] if inner and inner[1].startswith(base) else "  "
    return json.dumps(value, indent=step or "  ", ensure_ascii=False).replace("\n", f"\n{base}")
