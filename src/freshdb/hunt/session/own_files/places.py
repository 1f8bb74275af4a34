"""Give each trial files of its own, tell which it changed, and put one of them back.

On Linux a trial gets its own view of the project, HOME and the temporary folder: an overlay file
system in a mount namespace, which costs two milliseconds and vanishes with the process. Elsewhere,
or where that is forbidden, trials run one by one and the files are put back after each.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

NOISE = re.compile(
    r"(^|/)(__pycache__|\.pytest_cache|\.hypothesis|\.coverage[^/]*|\.mypy_cache|\.ruff_cache|\.git"
    r"|\.freshdb|\.venv|venv|\.tox|\.nox|node_modules|\.cache)(/|$)|\.py[co]$"
    r"|(^|/)pytest-of-[^/]*(/pytest-\d+)?(/\.lock)?$|(^|/)pytest-current$"
)
"""Made by Python and by tools, for later runs; or too much to be looked through."""


# Taken out, since freshdb's plugin knows no such setting.
_MAY_MOUNT = not os.environ.pop("FRESHDB_HUNT_NO_OVERLAY", "")


class Places(Protocol):
    """The files that trials may change."""

    def enter(self) -> None:
        """Give this process, a fork that is to run a trial, files of its own."""

    def changed(self) -> dict[str, str]:
        """Return the paths that differ from what they were, and how.

        That is ``added``, ``removed``, ``changed``, or in nothing but its ``mode`` or ``time``.
        """

    def original(self, path: str) -> Path | None:
        """Return where a file can be read as it was; None if there was none."""

    def put_back(self) -> None:
        """Undo, in the session's own process, what a trial has done."""

    def close(self) -> None:
        """Remove what was needed for all this."""

    @property
    def are_own(self) -> bool:
        """Tell whether trials that run at the same time do not see each other's files."""


def undo(places: Places, path: str) -> None:
    """Put one file back as it was."""
    before = places.original(path)
    if before is None:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            Path(path).unlink(missing_ok=True)
    elif before.is_dir():
        os.makedirs(path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not same_content(before, Path(path)):
            # Written in place: whoever has the file open goes on with the same one.
            with open(path, "wb") as target:
                target.write(before.read_bytes())
        shutil.copystat(before, path)


def find_places(roots: Sequence[str]) -> Places:
    """Return what this machine allows for these folders."""
    from freshdb.hunt.session.own_files.copies import Copies
    from freshdb.hunt.session.own_files.overlays import Overlays

    tops = _tops(roots)
    return Overlays(tops) if _MAY_MOUNT and Overlays.work() else Copies(tops)


def _tops(roots: Sequence[str]) -> list[str]:
    """Return the folders that lie in no other of them, on the same device."""
    real = sorted({os.path.realpath(root) for root in roots if root and os.path.isdir(root)})
    tops: list[str] = []
    for root in real:
        inside = [top for top in tops if root == top or root.startswith(top.rstrip("/") + "/")]
        if root != "/" and not any(os.stat(top).st_dev == os.stat(root).st_dev for top in inside):
            tops.append(root)
    return tops


def same_content(before: Path, now: Path) -> bool:
    """Tell whether two files, or links, hold the same."""
    try:
        if before.is_symlink() or now.is_symlink():
            return os.readlink(before) == os.readlink(now)
        return before.read_bytes() == now.read_bytes()
    except OSError:
        return False


def difference(before: Path, now: Path) -> str:
    """Return in what a file differs: ``changed``, ``mode``, ``time``; nothing if it does not."""
    if not same_content(before, now):
        return "changed"
    old, new = before.lstat(), now.lstat()
    if old.st_mode != new.st_mode:
        return "mode"
    return "time" if old.st_mtime_ns != new.st_mtime_ns else ""


def walk(top: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what lies in a folder, noise left out; folders before what is in them."""
    try:
        entries = sorted(os.scandir(top), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if NOISE.search(entry.name) and not re.match(r"pytest-of-|pytest-\d", entry.name):
            continue
        yield entry.path, entry
        if entry.is_dir(follow_symlinks=False):
            yield from walk(entry.path)
