"""Undo what a test wrote to its branch in place, with the connections to it left open.

In WAL mode everything that is written goes to the `-wal` file, and the database itself stays as it
was until a checkpoint. So a branch that has not been checkpointed is undone by emptying the `-wal`
and marking its index in `-shm` as invalid: the next connection that reads recovers from the empty
log. Both formats are documented (https://www.sqlite.org/fileformat2.html#the_write_ahead_log and
https://www.sqlite.org/walformat.html). What cannot be proved right is refused, and the caller makes
a new copy:

* the database file was written (a checkpoint, another journal mode): its time shows it;
* the schema was changed: connections recognise a schema by a counter, which would repeat itself.

It costs some 0.05 ms, against 1 ms for a new copy whose schema new connections have to read.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path

from freshdb.backends import Resettable

# As old as no write can be, so that any write shows, however soon it comes.
UNTOUCHED_NS = 1_000_000_000
_WAL_HEADER = 32
_FRAME_HEADER = 24
_SCHEMA_COOKIE = slice(40, 44)
# Both copies of the index's header, and the notes on checkpoints behind them.
_INDEX_HEADER = bytes(136)
# Elsewhere, writing to a file need not show in other processes' or our own maps of it.
IS_POSSIBLE = sys.platform == "linux"


class ResettableFile(Resettable):
    """A database file in WAL mode that nobody has connected to yet.

    Args:
        path: the file; its modification time is set back, to show when it is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._index: int | None = None
        self._is_right = False
        # Read before anybody connects: closing a descriptor later would drop SQLite's locks.
        with path.open("rb") as file:
            self._cookie = file.read(100)[_SCHEMA_COOKIE]
        os.utime(path, ns=(UNTOUCHED_NS, UNTOUCHED_NS))

    def begin(self, keep: Collection[int] = (), *, rolled_back: bool = False) -> None:
        """Undo all that was committed; no connection may be in a transaction, or begin one."""
        self._is_right = self._reset()

    def finish(self) -> bool:
        """Tell whether that could be done."""
        return self._is_right

    def _reset(self) -> bool:
        if not IS_POSSIBLE or os.stat(self._path).st_mtime_ns != UNTOUCHED_NS:
            return False
        try:
            log = Path(f"{self._path}-wal").read_bytes()
        except FileNotFoundError:
            return True
        if self._changes_schema(log):
            return False
        if not log:
            return True
        try:
            index = self._open_index()
        except FileNotFoundError:
            # An index in memory (`locking_mode = exclusive`) is out of reach.
            return False
        os.truncate(f"{self._path}-wal", 0)
        os.pwrite(index, _INDEX_HEADER, 0)
        return True

    @property
    def ended(self) -> frozenset[int]:
        """None: connections to a file are nobody else's to end."""
        return frozenset()

    @property
    def why_not(self) -> str:
        """Nothing: a copy is cheap, so nobody needs to know."""
        return ""

    def close(self) -> None:
        """Let go of the index; the file is not reset again."""
        if self._index is not None:
            os.close(self._index)
            self._index = None

    def _open_index(self) -> int:
        """Return a descriptor of the `-shm` file, which stays open.

        Closing it would drop the locks that SQLite holds on the file in this process (POSIX).
        """
        path = f"{self._path}-shm"
        if self._index is not None and os.fstat(self._index).st_ino != os.stat(path).st_ino:
            self.close()
        if self._index is None:
            self._index = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        return self._index

    def _changes_schema(self, log: bytes) -> bool:
        """Tell whether any version of the first page in the log has another schema cookie."""
        page_size = int.from_bytes(log[8:12], "big")
        page_size = 65536 if page_size == 1 else page_size
        for frame in range(_WAL_HEADER, len(log) - _FRAME_HEADER, _FRAME_HEADER + page_size):
            if log[frame : frame + 4] == b"\x00\x00\x00\x01":
                page = frame + _FRAME_HEADER
                if log[page : page + 100][_SCHEMA_COOKIE] != self._cookie:
                    return True
        return False
