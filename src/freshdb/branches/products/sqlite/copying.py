"""Copies of SQLite files, of one state each, while others write.

A read transaction is held while the bytes are copied. In a rollback journal's mode no writer can
then touch the file. In WAL mode a checkpoint may, but only with pages that are in the log too,
which cannot begin anew while the transaction lasts; so file and log together, in this order, are
the state of some commit.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator

from freshdb.branches.products import Progress
from freshdb.branches.products.sqlite import raw
from freshdb.branches.registry import RECORD
from freshdb.errors import BranchBusyError

BUSY_TIMEOUT_S = 10.0
_FICLONE = 0x40049409
_CHUNK_BYTES = 8 * 1024 * 1024
_PAGES_AT_ONCE = 2560
_WAL_VERSION = 2
_MOST_SURPRISES = 2


def copy_bytes(source: str, target: str, progress: Progress) -> str:
    """Copy a database, and return by which way."""
    for _ in range(_MOST_SURPRISES):
        # Whoever opened a database that nobody had open is there now, and can be held off.
        with contextlib.suppress(BranchBusyError):
            return _copy_still(source, target, progress)
    return _copy_still(source, target, progress)


def _copy_still(source: str, target: str, progress: Progress) -> str:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f"{target}-wal")
    with _still(source):
        way = _copy_file(source, target, progress)
        if os.path.exists(f"{source}-wal") and os.stat(f"{source}-wal").st_size:
            _copy_file(f"{source}-wal", f"{target}-wal", lambda *_: None)
        elif _has_hot_journal(source):
            _copy_file(f"{source}-journal", f"{target}-journal", lambda *_: None)
    return way


def copy_schema(source: str, target: str) -> str:
    """Make a database with the other's tables, and no rows."""
    with reading(source) as old, contextlib.closing(sqlite3.connect(target)) as new:
        new.isolation_level = None
        new.execute("PRAGMA synchronous = off")
        (page_size,) = old.execute("PRAGMA page_size").fetchone()
        new.execute(f"PRAGMA page_size = {page_size}")
        new.execute("BEGIN")
        made = old.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' "
            "ESCAPE '\\' AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
            " ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 WHEN 'view' THEN 2 "
            "ELSE 3 END, rowid"
        )
        for (sql,) in made:
            new.execute(sql)
        for name in ("user_version", "application_id"):
            (number,) = old.execute(f"PRAGMA {name}").fetchone()
            new.execute(f"PRAGMA {name} = {number}")
        new.execute("COMMIT")
        (mode,) = old.execute("PRAGMA journal_mode").fetchone()
        if mode == "wal":
            new.execute("PRAGMA journal_mode = wal")
    return "schema only"


def write_into(target: str, source: str, progress: Progress) -> None:
    """Give a database the content of another through SQLite, in one transaction.

    The file is not replaced, so those who are connected to it stay connected; and a kill in the
    middle is undone by SQLite itself.
    """
    with reading(source) as old, contextlib.closing(_connect(target)) as new:
        new.execute("PRAGMA synchronous = off")
        (old_size,) = old.execute("PRAGMA page_size").fetchone()
        (new_size,) = new.execute("PRAGMA page_size").fetchone()
        if old_size != new_size:
            # SQLite refuses to copy pages of another size into a database in WAL mode.
            new.execute("PRAGMA journal_mode = delete")

        def tell(_status: int, remaining: int, total: int) -> None:
            progress((total - remaining) * old_size, total * old_size)

        old.backup(new, pages=_PAGES_AT_ONCE, progress=tell, sleep=0.01)


@contextlib.contextmanager
def reading(path: str) -> Iterator[sqlite3.Connection]:
    """Open a database read-only, in a read transaction.

    Raises:
        BranchBusyError: somebody began to write to it meanwhile, and that could not be held off.
    """
    # Opening a database in WAL mode makes files beside it where nobody else has it open. Beside a
    # branch they may lie; a source is left as it is.
    is_idle = (
        not os.path.exists(os.path.join(os.path.dirname(path), RECORD))
        and is_in_wal_mode(path)
        and not os.path.exists(f"{path}-wal")
    )
    before = os.stat(path)
    with contextlib.closing(_connect(path, "mode=ro&immutable=1" if is_idle else "mode=ro")) as one:
        one.execute("BEGIN")
        one.execute("SELECT 1 FROM sqlite_master").fetchone()
        yield one
    if is_idle:
        now = os.stat(path)
        if (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size):
            raise BranchBusyError(
                f"`{path}` was opened and written while it was read", hint="try again"
            )


def is_in_wal_mode(path: str) -> bool:
    """Tell from a file's header whether its database is in WAL mode."""
    header = os.pread(raw.descriptor_of(path), 20, 0)
    return len(header) == 20 and header[18] == _WAL_VERSION


def uri(path: str, query: str) -> str:
    plain = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{plain}?{query}"


def _connect(path: str, query: str = "mode=rw") -> sqlite3.Connection:
    return sqlite3.connect(
        uri(path, query), uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip


@contextlib.contextmanager
def _still(path: str) -> Iterator[None]:
    """While the block runs, no committed state of the database is lost."""
    if _has_hot_journal(path):
        # Its writer died. The copy is rolled back by whoever opens it, as the original would be.
        yield
        return
    with reading(path):
        yield


def _has_hot_journal(path: str) -> bool:
    """Tell whether a dead writer has left a journal that is to be rolled back."""
    journal = f"{path}-journal"
    if not os.path.exists(journal) or os.stat(journal).st_size == 0:
        return False
    try:
        with reading(path):
            return False
    except sqlite3.OperationalError as error:
        # A read-only connection cannot roll it back, and says so.
        if "readonly" in str(error) or "unable to open" in str(error):
            return True
        raise


def _copy_file(source: str, target: str, progress: Progress) -> str:
    origin = raw.descriptor_of(source)
    copy = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        if _reflink(origin, copy):
            return "reflink"
        total = os.fstat(origin).st_size
        done = 0
        while done < total:
            number = _copy_some(origin, copy, total - done, done)
            if not number:
                break
            done += number
            progress(done, total)
    finally:
        os.close(copy)
    return "file copy"


def _copy_some(origin: int, copy: int, left: int, offset: int) -> int:
    count = min(left, _CHUNK_BYTES)
    if hasattr(os, "copy_file_range"):
        with contextlib.suppress(OSError):
            return os.copy_file_range(origin, copy, count, offset, offset)
    return os.pwrite(copy, os.pread(origin, count, offset), offset)


def _reflink(origin: int, copy: int) -> bool:
    """Let the copy share the blocks of the original, where the file system can."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(copy, _FICLONE, origin)
        return True
    return False
