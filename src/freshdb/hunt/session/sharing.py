"""Memory that a fork goes on to share, such as that of `multiprocessing.Value`. Linux only."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator

_READ_WRITE = 0x1 | 0x2
_SHARED, _FIXED, _ANONYMOUS = 0x01, 0x10, 0x20
_MOST_BYTES = 1 << 28


def unshare_memory() -> None:
    """Give this process, a fork, a copy of its own, which only its children share with it.

    Else what one trial writes there would be seen by all others, and a lock that it holds would
    stop them.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(OSError):
        for start, length in list(_shared()):
            _replace(start, length)


def _shared() -> Iterator[tuple[int, int]]:
    """Yield where shared memory begins, and how long it is: what has no name in a file system."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        for line in maps:
            place, mode, _, _, _, *rest = line.split(maxsplit=5)
            path = rest[0].strip() if rest else ""
            start, end = (int(one, 16) for one in place.split("-"))
            has_no_name = not path or path.endswith("(deleted)")
            if mode == "rw-s" and has_no_name and end - start <= _MOST_BYTES:
                yield start, end - start


def _replace(start: int, length: int) -> None:
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    content = ctypes.string_at(start, length)
    flags = _SHARED | _FIXED | _ANONYMOUS
    if libc.mmap(start, length, _READ_WRITE, flags, -1, 0) == start:
        ctypes.memmove(start, content, length)
