"""What forks go on to share: memory of `multiprocessing.Value`, and how far files were read."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_READ_WRITE = 0x1 | 0x2
_SHARED, _FIXED, _ANONYMOUS = 0x01, 0x10, 0x20
_SHARED_MAPPINGS = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) rw-s \S+ \S+ \S+[ ]*(.*)$", re.MULTILINE)
_MOST_BYTES = 1 << 28
_MOST_COPIED = 1 << 24
_STANDARD = 2
_SQLITE = b"SQLite format 3\0"


def unshare() -> None:
    """Give this process, a fork that is to run a trial, what it would share with all others."""
    unshare_memory()
    unshare_files()


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


def unshare_files() -> None:
    """Open every file anew that was open before this fork, at the place up to which it was read.

    Else to read on in one trial would be to read on in all of them. A file without a name is
    copied. Databases are left alone: SQLite locks by the file that it has opened.
    """
    if sys.platform != "linux":
        return
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the one by which they are listed is gone
            if int(name) > _STANDARD:
                _open_anew(int(name))


def _open_anew(descriptor: int) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode) or _is_database(descriptor):
        return
    place = os.lseek(descriptor, 0, os.SEEK_CUR)
    new = _another(descriptor)
    if new is not None:
        os.lseek(new, place, os.SEEK_SET)
        os.dup2(new, descriptor, inheritable=os.get_inheritable(descriptor))
        os.close(new)


def _another(descriptor: int) -> int | None:
    """Open the file of a descriptor once more; None if it is too large to be copied."""
    import fcntl  # not on Windows

    path = os.readlink(f"/proc/self/fd/{descriptor}")
    if os.path.isfile(path):  # in an overlay: the trial's own
        return os.open(path, fcntl.fcntl(descriptor, fcntl.F_GETFL))
    size = os.fstat(descriptor).st_size
    if size > _MOST_COPIED:
        return None
    with tempfile.TemporaryFile() as copy:
        copy.write(os.pread(descriptor, size, 0))
        copy.flush()
        return os.dup(copy.fileno())


def _is_database(descriptor: int) -> bool:
    path = os.readlink(f"/proc/self/fd/{descriptor}").removesuffix(" (deleted)")
    try:
        head = os.pread(descriptor, len(_SQLITE), 0)
    except OSError:  # opened for writing only
        head = b""
    return head == _SQLITE or path.endswith(("-wal", "-shm", "-journal"))


def _shared() -> Iterator[tuple[int, int]]:
    """Yield where shared memory begins, and how long it is: what has no name in a file system."""
    for start, end, path in _SHARED_MAPPINGS.findall(Path("/proc/self/maps").read_bytes()):
        length = int(end, 16) - int(start, 16)
        has_no_name = not path or path.endswith(b"(deleted)")
        if has_no_name and length <= _MOST_BYTES:
            yield int(start, 16), length


def _replace(start: int, length: int) -> None:
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    content = ctypes.string_at(start, length)
    flags = _SHARED | _FIXED | _ANONYMOUS
    if libc.mmap(start, length, _READ_WRITE, flags, -1, 0) == start:
        ctypes.memmove(start, content, length)
