"""Files that a test left in the working directory."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from freshdb.state.change import Change, Finding, Verb
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

EXEMPT = re.compile(r"__pycache__|\.(pytest_cache|hypothesis|coverage.*|mypy_cache|ruff_cache)")
"""Made by Python and by test tools, for later runs."""


@dataclass(eq=False)
class _Listing:
    directory: str
    modified_ns: int
    names: set[str]


class FilesProbe(BaseProbe):
    """Watches the names in the working directory, itself only; files are told, not deleted.

    A directory's time changes when a name comes or goes, so it is listed only then.
    """

    name = "files"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> _Listing:
        try:
            directory = os.getcwd()
        except FileNotFoundError:
            directory = ""
        return _Listing(directory, *_listing(directory))

    def compare(self, baseline: _Listing) -> Sequence[Finding]:
        # The short name is the quicker one; where the directory is another, all is looked at.
        if _modified_ns(".") == baseline.modified_ns:
            return ()
        modified_ns, names = _listing(baseline.directory)
        new = sorted(name for name in names - baseline.names if not EXEMPT.fullmatch(name))
        if not new:
            baseline.modified_ns, baseline.names = modified_ns, names
        return [Finding(_change(baseline.directory, name)) for name in new]

    def signs(self, baseline: _Listing) -> Signs:
        return Signs(values=(_modified_here,))

    def settle(self, baseline: _Listing, left: Sequence[Finding]) -> None:
        """Tell of each file once."""
        baseline.modified_ns, baseline.names = _listing(baseline.directory)


def _listing(directory: str) -> tuple[int, set[str]]:
    modified_ns = _modified_ns(directory)
    try:
        return modified_ns, set(os.listdir(directory)) if directory else set()
    except OSError:
        return modified_ns, set()


def _modified_ns(directory: str) -> int:
    try:
        return os.stat(directory).st_mtime_ns if directory else 0
    except OSError:
        return 0


def _modified_here() -> int:
    return _modified_ns(".")


def _change(directory: str, name: str) -> Change:
    kind = "directory" if os.path.isdir(os.path.join(directory, name)) else "file"
    return Change("files", f"{kind} {name!r} in the working directory", verb=Verb.ADDED)
