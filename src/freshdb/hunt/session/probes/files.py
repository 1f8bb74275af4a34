"""A probe of the files that a trial changed, which puts back their content."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from freshdb.hunt.session.own_files.places import Places, undo
from freshdb.state import BaseProbe, Change, Finding, Verb

_VERBS = {"added": Verb.ADDED, "removed": Verb.REMOVED}
_SUFFIXES = {"mode": ".st_mode", "time": ".st_mtime"}
_BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")


class FilesOfTrial(BaseProbe):
    """Watches the project, HOME and the temporary folder, as far as trials have them apart.

    Args:
        places: knows what was changed.
        rootdir: paths below it are shown relative to it.
    """

    name = "files"

    def __init__(self, places: Places, rootdir: str) -> None:
        self._places = places
        self._rootdir = rootdir

    def snapshot(self) -> None:
        """Nothing: the places know what was there."""

    def compare(self, baseline: Any) -> Sequence[Finding]:
        return [
            Finding(self._change(path, how), partial(undo, self._places, path))
            for path, how in self._places.changed().items()
            if not path.endswith(_BESIDE_A_DATABASE)
        ]

    def _change(self, path: str, how: str) -> Change:
        name = f"file {shown(path, self._rootdir)!r}{_SUFFIXES.get(how, '')}"
        return Change(self.name, name, verb=_VERBS.get(how, Verb.CHANGED))


def shown(path: str, rootdir: str) -> str:
    """Return a path as a reader of the report knows it."""
    home = os.path.expanduser("~")
    for folder, short in ((rootdir, ""), (home, "~/")):
        if len(folder) > 1 and path.startswith(folder.rstrip(os.sep) + os.sep):
            return short + path[len(folder.rstrip(os.sep)) + 1 :]
    return path
