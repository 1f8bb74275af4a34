"""Change values in a data file, and leave everything else in it as it is."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freshdb.datafiles.document import Keys, Tagged

ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "<absent>"})()


@dataclass(frozen=True)
class Change:
    """A new value for a place in a file.

    Attributes:
        keys: where.
        value: what a file can hold, with `Tagged` for the rest; `ABSENT` to take it out.
    """

    keys: Keys
    value: Any


def change(path: Path, changes: Sequence[Change]) -> None:
    """Write changes into a data file."""
    from freshdb.datafiles import csv_writing, json_writing, toml_writing, yaml_writing

    writers: Mapping[str, Callable[[str, Sequence[Change]], str]] = {
        ".yaml": yaml_writing.changed,
        ".yml": yaml_writing.changed,
        ".toml": toml_writing.changed,
        ".json": json_writing.changed,
        ".jsonl": json_writing.changed_lines,
        ".csv": csv_writing.changed,
    }
    with path.open(encoding="utf-8", newline="") as file:
        text = file.read()
    replace(path, writers[path.suffix.lower()](text, changes))


def replace(path: Path, text: str) -> None:
    """Put a text into a file in one step, so that a crash leaves the old one or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        with contextlib.suppress(FileNotFoundError):
            draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def apply(root: Any, changes: Sequence[Change], made: Callable[[Any], Any]) -> None:
    """Make changes in nested mappings and lists.

    Args:
        root: plain ones, or those of a library that remembers how they were written.
        changes: in order.
        made: turns a value into what such a collection holds.
    """
    for one in changes:
        container = root
        for key in one.keys[:-1]:
            container = container[raw_key(container, key)]
        key = raw_key(container, one.keys[-1])
        if one.value is ABSENT:
            del container[key]
        elif isinstance(container, list) and key == len(container):
            container.append(made(one.value))
        else:
            container[key] = made(one.value)


def raw_key(container: Any, key: Any) -> Any:
    """Return a key as the file has it: one that begins with `$` is written with two."""
    if isinstance(key, str) and key.startswith("$"):
        return f"${key}"
    return key


def with_keys(value: Any) -> Any:
    """Return a value with `$`-keys in the place of tags, for formats without tags."""
    if isinstance(value, Tagged):
        return {f"${value.name}": with_keys(value.argument)}
    if isinstance(value, dict):
        return {key: with_keys(part) for key, part in value.items()}
    if isinstance(value, list):
        return [with_keys(part) for part in value]
    return value
