"""Locks that the operating system lets go of however their holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from freshdb.errors import BranchBusyError

TIMEOUT_S = 60.0


@contextlib.contextmanager
def held(path: Path, *, timeout_s: float = TIMEOUT_S) -> Iterator[None]:
    """Hold a lock alone; its file is made if it is missing, and removed at the end.

    Raises:
        BranchBusyError: somebody else has held it for `timeout_s`.
    """
    descriptor = _taken(path, timeout_s)
    if descriptor is None:
        raise BranchBusyError(
            f"`{path.stem}` is being worked on by another process since {timeout_s:g} s",
            hint="try again when that is done",
        )
    try:
        yield
    finally:
        # Removed while it is held: whoever waits for it sees that its file has gone, and asks anew.
        path.unlink(missing_ok=True)
        os.close(descriptor)


@contextlib.contextmanager
def held_if_free(path: Path) -> Iterator[bool]:
    """Hold a lock alone if nobody has it, and tell whether it is held."""
    descriptor = _taken(path, 0)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            path.unlink(missing_ok=True)
            os.close(descriptor)


def _taken(path: Path, timeout_s: float) -> int | None:
    deadline = time.monotonic() + timeout_s
    pause_s = 0.001
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(descriptor, path):
                return descriptor
        os.close(descriptor)
        if time.monotonic() >= deadline:
            return None
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, 0.05)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino)


class Use:
    """Marks a branch as in use: held by any number of processes, and by those that they start."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def close(self) -> None:
        os.close(self.descriptor)
