"""The bytes of a database's file, read without disturbing SQLite's locks.

POSIX drops all of a process's locks on a file as soon as the process closes any descriptor of it.
So a file that SQLite may have open in this process is opened here once, and closed only when the
file itself is removed.
"""

from __future__ import annotations

import os
import threading

_open: dict[str, int] = {}
_lock = threading.Lock()


def descriptor_of(path: str) -> int:
    """Return a descriptor for reading; it stays open."""
    with _lock:
        known = _open.get(path)
        there = os.stat(path)
        if known is not None and os.path.samestat(os.fstat(known), there):
            return known
        _open[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return _open[path]


def close_all() -> None:
    """Close all, where this process certainly has no SQLite connection to any of the files."""
    with _lock:
        while _open:
            os.close(_open.popitem()[1])


def forget(path: str) -> None:
    """Close what is open of a file that is about to be removed."""
    with _lock:
        for suffix in ("", "-wal"):
            descriptor = _open.pop(path + suffix, None)
            if descriptor is not None:
                os.close(descriptor)
