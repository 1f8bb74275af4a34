"""Write what came out into the data files, at the end of a run with `--freshdb-update`."""

from __future__ import annotations

import base64
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freshdb.case.case import Case
from freshdb.case.matchers import MATCHERS
from freshdb.case.recording import Edit, Recorder
from freshdb.datafiles import (
    csv_writing,
    json_writing,
    toml_writing,
    yaml_writing,
)
from freshdb.datafiles.document import Keys
from freshdb.datafiles.values import VALUES, encode
from freshdb.datafiles.writing import ABSENT, Change, change
from freshdb.errors import shown

_TAGS = (*MATCHERS.values(), *VALUES.values())
_NATIVE: dict[str, tuple[type, ...]] = {
    ".yaml": yaml_writing.NATIVE,
    ".yml": yaml_writing.NATIVE,
    ".toml": toml_writing.NATIVE,
    ".json": json_writing.NATIVE,
    ".jsonl": json_writing.NATIVE,
    ".csv": csv_writing.NATIVE,
}


@dataclass(frozen=True)
class Update:
    """A new value for a place in a data file.

    Attributes:
        path: the file.
        keys: where in it.
        value: as its format can hold it; `ABSENT` to take it out.
        what: the sentence that tells people.
    """

    path: Path
    keys: Keys
    value: Any
    what: str


def recording(case: Case) -> Recorder:
    """Return what stands in for the expected value of a case."""
    return Recorder(case.expected if case.outcome is not ABSENT else ABSENT)


def updates_of(case: Case, edits: Iterable[Edit]) -> list[Update]:
    """Return the updates that the edits of a case's expected value come to.

    Raises:
        TypeError: what came out is nothing that a data file can hold.
    """
    made = []
    for edit in edits:
        document, keys = case.document.home((*case.keys, "expected", *edit.keys))
        native = _NATIVE[document.path.suffix.lower()]
        value = ABSENT if edit.value is ABSENT else encode(edit.value, native, _TAGS)
        place = document.place(keys)
        what = f"{shown(document.path)}:{place.line} case `{case.id}`: {edit}"
        made.append(Update(document.path, keys, value, what))
    return made


def write(updates: Iterable[Update]) -> list[str]:
    """Write updates into their files, and return the lines that tell what was changed."""
    by_file: dict[Path, dict[Keys, Update]] = {}
    lines = []
    for update in updates:
        known = by_file.setdefault(update.path, {})
        other = known.setdefault(update.keys, update)
        if other is update:
            lines.append(f"updated {update.what}")
        elif other.value != update.value:
            lines.append(f"not updated, since another test had something else: {update.what}")
    for path, found in by_file.items():
        change(path, [Change(update.keys, update.value) for update in found.values()])
    return lines


def pack(updates: Iterable[Update]) -> str:
    """Return updates as a text that xdist can send."""
    plain = [(u.path, u.keys, u.value is ABSENT or (u.value,), u.what) for u in updates]
    return base64.b64encode(pickle.dumps(plain)).decode("ascii")


def unpack(text: str) -> list[Update]:
    """Return the updates that a worker of this run has packed."""
    plain = pickle.loads(base64.b64decode(text))  # noqa: S301  # from a worker of our own
    return [
        Update(path, keys, ABSENT if value is True else value[0], what)
        for path, keys, value, what in plain
    ]
