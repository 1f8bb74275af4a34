"""What tests were seen to change: noted at the end of a run, read by `freshdb globals`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from freshdb.model import LeftState
from freshdb.state.globals.definitions import line_of
from freshdb.state.globals.model import GlobalState, Key, Seen, Sort
from freshdb.state.globals.sources import Source

CACHE_KEY = "freshdb/left"
"""Where in pytest's cache it is kept; the cache of a project lies in its root directory."""
_FILE = Path(".pytest_cache", "v", *CACHE_KEY.split("/"))
_MOST_TESTS = 5


def pack(left: Iterable[LeftState]) -> list[dict[str, Any]]:
    """Return what tests left changed as plain values, by piece of state."""
    owners: dict[tuple[str, str], list[str]] = {}
    for one in left:
        for change in one.changes:
            if change.kind == "modules":
                owners.setdefault((change.path, str(change)), []).append(one.owner)
    seen = [
        Seen(path, change, tuple(sorted(tests)[:_MOST_TESTS]), len(tests))
        for (path, change), tests in owners.items()
    ]
    return [asdict(one) for one in seen]


def load(root: Path) -> tuple[Seen, ...]:
    """Return what the last run of a project has noted; nothing where there was none.

    Args:
        root: the directory that pytest calls the root directory.
    """
    try:
        packed = json.loads((root / _FILE).read_text(encoding="utf-8"))
        return tuple(Seen(**{**one, "tests": tuple(one["tests"])}) for one in packed)
    except (OSError, ValueError, TypeError, KeyError):  # none, or another release's
        return ()


def with_last_run(
    states: dict[Key, GlobalState], seen: Iterable[Seen], sources: Sequence[Source]
) -> None:
    """Add what the last run saw to the states, and those that the sources do not show as state."""
    by_module = {source.module: source for source in sources}
    for one in seen:
        module = _module_of(one.path, by_module)
        if module is None:
            continue
        key = _key(module, one.path, states)
        if key not in states:
            line = line_of(by_module[module], key[1].partition(".")[0])
            sort = Sort.REBOUND if one.path == ".".join(key) else Sort.INSTANCE
            states[key] = GlobalState(*key, sort, by_module[module].file, line)
        states[key] = replace(states[key], seen=(*states[key].seen, one))


def _module_of(path: str, modules: dict[str, Source]) -> str | None:
    """Return the longest name of a module that a path begins with."""
    parts = _names(path)
    names = (".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1))
    return next((name for name in names if name in modules), None)


def _key(module: str, path: str, states: dict[Key, GlobalState]) -> Key:
    parts = _names(path[len(module) + 1 :])
    of_class = (module, ".".join(parts[:2]))
    return of_class if of_class in states else (module, parts[0])


def _names(path: str) -> list[str]:
    """Return the names that a path begins with, up to an index, an entry or a call."""
    return re.split(r"[^\w.]", path, maxsplit=1)[0].split(".")
