"""One set of files for all trials: what one is about to change is copied, and put back after it.

Only what the trial itself changes, through Python, is ever touched: other programs go on writing
into the same folders meanwhile.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from freshdb.hunt.session.own_files.places import NOISE, difference, undo, walk
from freshdb.hunt.session.own_files.scratch import COPY, Scratch

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LOG = "log.jsonl"
_BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")


class Copies:
    """Copies of files as they were before a trial changed them.

    They are made from an audit hook, which hears of a change just before it is done. A log tells
    of them, so that a trial that crashed is put right by the process that forked it.

    Args:
        tops: the folders in which changes are put back.
    """

    are_own = False

    def __init__(self, tops: Sequence[str]) -> None:
        self._tops = tuple(top.rstrip(os.sep) + os.sep for top in tops)
        self._scratch = Scratch()
        self._store = Path(self._scratch.path)
        self._kept: dict[str, Path | None] = {}
        self._keeping: set[int] = set()
        self._lock = threading.Lock()

    def enter(self) -> None:
        """Begin to listen to what this process does."""
        sys.addaudithook(self._hear)

    def changed(self) -> dict[str, str]:
        found = {}
        for path, before in self._kept.items():
            how = _how(path, before)
            if how:
                found[path] = how
        return found

    def original(self, path: str) -> Path | None:
        return self._kept.get(path)

    def put_back(self) -> None:
        for path, copy in self._logged():
            self._kept[path] = copy
        for path in sorted(self._kept, reverse=True):  # what is in a folder before the folder
            with contextlib.suppress(OSError):
                undo(self, path)
        self._kept.clear()
        self._empty()

    def close(self) -> None:
        self._empty()
        self._scratch.close()

    def _empty(self) -> None:
        """Remove what is in the store; the store itself is locked, and stays."""
        for one in self._store.iterdir() if self._store.is_dir() else ():
            with contextlib.suppress(OSError):
                one.rmdir() if one.is_dir() else one.unlink()

    def _logged(self) -> Iterator[tuple[str, Path | None]]:
        with contextlib.suppress(OSError):
            for line in (self._store / _LOG).read_text(encoding="utf-8").splitlines():
                path, copy = json.loads(line)
                yield path, None if copy is None else Path(copy)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        paths_of = _CHANGES.get(event)
        thread = threading.get_ident()
        if paths_of is None or thread in self._keeping:
            return
        self._keeping.add(thread)
        try:
            for path in paths_of(*arguments):
                folder, name = os.path.split(os.path.abspath(os.fsdecode(path)))
                with self._lock:
                    self._keep(os.path.join(os.path.realpath(folder), name))
        except (OSError, TypeError, ValueError):
            pass  # it will not be put back; to break what the test does would be worse
        finally:
            self._keeping.discard(thread)

    def _keep(self, path: str) -> None:
        is_ours = f"{path}{os.sep}".startswith(f"{self._store}{os.sep}")
        if path in self._kept or is_ours or NOISE.search(path) or not path.startswith(self._tops):
            return
        copy: Path | None = None
        if os.path.isdir(path) and not os.path.islink(path):
            copy = self._store / f"folder{len(self._kept)}.{os.getpid()}"
            copy.mkdir()
        elif os.path.isfile(path) and not os.path.islink(path):
            copy = self._store / f"{COPY}{len(self._kept)}.{os.getpid()}"
            shutil.copy2(path, copy)
        elif os.path.lexists(path):
            return  # a link, a socket, a pipe: nothing whose content could be copied
        self._kept[path] = copy
        with (self._store / _LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps([path, None if copy is None else str(copy)]) + "\n")


def _how(path: str, before: Path | None) -> str:
    exists = os.path.lexists(path)
    if before is None:
        return "added" if exists else ""
    if not exists:
        return "removed"
    return "" if before.is_dir() else difference(before, Path(path))


def _opened(path: Any, mode: Any, flags: Any) -> Iterator[Any]:
    if not isinstance(path, int) and flags & _WRITING:
        yield path


def _database(database: Any) -> Iterator[Any]:
    path = os.fsdecode(database)
    if path.startswith("file:"):
        path = path[5:].partition("?")[0]
    if path and path != ":memory:":
        yield path
        yield from (path + ending for ending in _BESIDE_A_DATABASE)


def _one(path: Any, *rest: Any) -> Iterator[Any]:
    # A path that is relative to an open folder cannot be told from here.
    if not isinstance(path, int) and (not rest or rest[-1] == -1):
        yield path


def _both(source: Any, target: Any, *rest: Any) -> Iterator[Any]:
    if not rest or set(rest) == {-1}:
        yield from (*_tree(source), *_tree(target))


def _tree(top: Any, *rest: Any) -> Iterator[Any]:
    yield top
    if os.path.isdir(top):
        yield from (path for path, _ in walk(os.fsdecode(top)))


_CHANGES: dict[str, Callable[..., Iterator[Any]]] = {
    "open": _opened,
    "os.chmod": lambda path, mode, folder: _one(path, folder),
    "os.link": lambda source, target, *rest: _one(target, *rest[1:]),
    "os.mkdir": lambda path, mode, folder: _one(path, folder),
    "os.remove": _one,
    "os.rename": _both,
    "os.rmdir": _one,
    "os.symlink": lambda source, target, folder: _one(target, folder),
    "os.truncate": lambda path, length: _one(path),
    "os.utime": lambda path, times, ns, folder: _one(path, folder),
    "shutil.rmtree": _tree,
    "sqlite3.connect": _database,
}
"""Python's audit events before something in the file system is changed: the paths of each."""
