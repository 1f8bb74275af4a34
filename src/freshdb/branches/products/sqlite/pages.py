"""Which tables of two files are the same page for page, so that no row of them need be read.

A copy has the pages of its original. Pages that differ, by the files' bytes or because either
write-ahead log has a newer one, are looked up: whose are they? Tables that own none of them, here
and there, cannot have changed. It takes one look at each page, by C code.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from typing import Any

from freshdb.branches.products.sqlite import raw

_CHUNK_PAGES = 256
_MOST_CHANGED = 200_000
_WAL_HEADER = 32
_FRAME_HEADER = 24


def tables_with_the_same_pages(
    one: sqlite3.Connection, one_path: str, other: sqlite3.Connection, other_path: str
) -> set[str]:
    """Return the tables that are the same; none where that cannot be told in this way."""
    (size,) = one.execute("PRAGMA page_size").fetchone()
    if other.execute("PRAGMA page_size").fetchone() != (size,):
        return set()
    changed = _differing(one_path, other_path, size)
    if changed is None:
        return set()
    changed |= _logged(one_path, size) | _logged(other_path, size)
    here, there = _unchanged(one, changed), _unchanged(other, changed)
    return {table for table, pages in here.items() if there.get(table) == pages}


def _unchanged(connection: sqlite3.Connection, changed: set[int]) -> dict[str, str]:
    """Return, for each table that owns no changed page, a digest of the pages that it owns.

    Empty where this build of SQLite cannot tell.
    """
    digests: dict[str, Any] = {}
    owners: set[str] = set()
    try:
        for name, page in connection.execute("SELECT name, pageno FROM dbstat"):
            if page in changed:
                owners.add(name)
            if name not in digests:
                digests[name] = hashlib.blake2b()
            digests[name].update(page.to_bytes(4, "big"))
    except sqlite3.Error:
        return {}
    return {name: found.hexdigest() for name, found in digests.items() if name not in owners}


def _differing(one: str, other: str, size: int) -> set[int] | None:
    """Return the numbers of the pages whose bytes are not the same in two files.

    None where there are so many that the files are hardly copies of each other.
    """
    here, there = raw.descriptor_of(one), raw.descriptor_of(other)
    length = max(os.fstat(here).st_size, os.fstat(there).st_size)
    step = size * _CHUNK_PAGES
    changed: set[int] = set()
    for offset in range(0, length, step):
        a, b = os.pread(here, step, offset), os.pread(there, step, offset)
        if a != b:
            first = offset // size + 1
            changed.update(
                first + number
                for number in range((max(len(a), len(b)) + size - 1) // size)
                if a[number * size : (number + 1) * size] != b[number * size : (number + 1) * size]
            )
        if len(changed) > _MOST_CHANGED:
            return None
    return changed


def _logged(path: str, size: int) -> set[int]:
    """Return the numbers of the pages of which a database's log may have a newer version."""
    log = f"{path}-wal"
    if not os.path.exists(log):
        return set()
    descriptor = raw.descriptor_of(log)
    length = os.fstat(descriptor).st_size
    return {
        int.from_bytes(os.pread(descriptor, 4, offset), "big")
        for offset in range(_WAL_HEADER, length, _FRAME_HEADER + size)
    }
