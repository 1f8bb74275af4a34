"""A session's own folder for what its trials write, locked while any of its processes lives."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

_PREFIX = "freshdb-hunt-"
COPY = "file"
"""What the name of a copy of somebody's file begins with."""


class Scratch:
    """A new folder, in memory where there is such a file system.

    The lock is on the folder itself; forks share it, and the operating system lets go of it however
    the last of them dies. So a folder whose lock is free belongs to a hunt that was killed: the
    next one removes it.
    """

    def __init__(self) -> None:
        base = _base()
        reap(base)
        while True:
            self.path = tempfile.mkdtemp(prefix=_PREFIX, dir=base)
            self._lock = _locked(self.path)
            if self._lock is not None or os.path.isdir(self.path):
                return
            # Another hunt saw it before it was locked, and removed it as a dead one's.

    def close(self) -> None:
        """Remove the folder, which must be empty by now, and let go of its lock."""
        with contextlib.suppress(OSError):
            os.rmdir(self.path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def reap(base: str) -> None:
    """Remove the folders that dead hunts left; not those with the only copy of somebody's file."""
    device = os.stat(base).st_dev
    for folder in Path(base).glob(f"{_PREFIX}*"):
        lock = None
        with contextlib.suppress(OSError):  # somebody else's, or gone by now
            # A hunt in a trial of another hunt sees that one's folder with the project mounted in.
            if folder.stat().st_dev == device:
                lock = _locked(str(folder))
        if lock is not None:
            with contextlib.suppress(OSError):
                _remove(folder)
            os.close(lock)


def _remove(folder: Path) -> None:
    """Remove a folder and what lies directly in it: never through a folder that has content."""
    inside = list(folder.iterdir())
    if any(one.name.startswith(COPY) for one in inside):
        return
    for one in inside:
        if one.is_dir():
            one.rmdir()
        else:
            one.unlink()
    folder.rmdir()


def _locked(folder: str) -> int | None:
    """Return a descriptor that holds the folder's lock; None if another process does."""
    try:
        import fcntl
    except ImportError:  # Windows, where a folder cannot be locked: none is taken for dead
        return None
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), os.stat(folder)):
            return lock
    except OSError:
        pass
    os.close(lock)
    return None


def _base() -> str:
    memory = "/dev/shm"  # noqa: S108  # a folder of our own is made in it
    return memory if os.path.isdir(memory) else tempfile.gettempdir()
