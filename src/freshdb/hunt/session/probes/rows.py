"""A probe of rows in SQLite databases: files that a trial changed, and connections in memory."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshdb.hunt.session.own_files.places import Places
from freshdb.hunt.session.probes.files import shown
from freshdb.state import BaseProbe, Change, Finding, Verb
from freshdb.state.render import show

MOST_ROWS = 2000
"""A table with more is compared by its number of rows only."""
_MAGIC = b"SQLite format 3\0"

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """A table's rows by their rowid; None where there are too many to be read."""

    sql: str
    count: int
    rows: Mapping[int, Row] | None


Content = dict[str, Table]


class RowsOfTrial(BaseProbe):
    """Watches rows, wherever a test may have committed (or, in memory, only written) them."""

    name = "rows"

    def __init__(self, places: Places, rootdir: str) -> None:
        self._places = places
        self._rootdir = rootdir

    def snapshot(self) -> list[tuple[Any, Content]]:
        """Return the connections that are open now, and what is in those to memory."""
        return [(one, read(one)) for one in _in_memory()]

    def compare(self, baseline: Any) -> Sequence[Finding]:
        return [*self._of_memory(baseline), *self._of_files()]

    def remaining(self, baseline: Any) -> Sequence[Finding]:
        """Nothing: rows do not resist."""
        return ()

    def _of_memory(self, baseline: list[tuple[Any, Content]]) -> Iterator[Finding]:
        known = {id(connection): content for connection, content in baseline}
        every = [connection for connection, _ in baseline]
        every += [one for one in _in_memory() if id(one) not in known]
        for number, connection in enumerate(every, start=1):
            where = f"database in memory {number}" if len(every) > 1 else "the database in memory"
            yield from _differences(
                where,
                known.get(id(connection), {}),
                read(connection),
                partial(_change, connection),
            )

    def _of_files(self) -> Iterator[Finding]:
        if "sqlite3" not in sys.modules:
            return
        for path in {_main_file(path) for path in self._places.changed()}:
            if _is_database(path):
                before = self._places.original(path)
                old = _read_file(str(before), copied=True) if before is not None else {}
                yield from _differences(
                    shown(path, self._rootdir), old, _read_file(path), partial(_change_file, path)
                )


def read(connection: Any) -> Content:
    """Return what a connection sees; nothing if it cannot be asked from here."""
    try:
        return dict(_tables(connection))
    except (sqlite3.Error, ValueError):
        return {}


def _tables(connection: sqlite3.Connection) -> Iterator[tuple[str, Table]]:
    names = _ask(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    for name, sql in names:
        quoted = '"' + name.replace('"', '""') + '"'
        ((count,),) = _ask(connection, f"SELECT count(*) FROM {quoted}")
        rows: dict[int, Row] | None = None
        if count <= MOST_ROWS:
            with contextlib.suppress(sqlite3.Error):  # WITHOUT ROWID
                rows = {
                    one[0]: tuple(one[1:])
                    for one in _ask(connection, f"SELECT rowid, * FROM {quoted}")
                }
        yield name, Table(sql or "", count, rows)


def _ask(connection: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> list[Any]:
    cursor = sqlite3.Cursor(connection)
    cursor.row_factory = None
    try:
        return cursor.execute(sql, values).fetchall()
    finally:
        cursor.close()


def _differences(
    where: str, before: Content, now: Content, change: Callable[..., None]
) -> Iterator[Finding]:
    for name, table in now.items():
        old = before.get(name)
        yield from _rows_that_differ(where, name, old, table, change)
    for name in now:
        if name not in before and not name.startswith("sqlite_"):
            undo = partial(change, [(f'DROP TABLE "{name}"', ())])
            yield Finding(Change("rows", f"table {name} in {where}", verb=Verb.ADDED), undo)
    for name, old_table in before.items():
        if name not in now:
            undo = partial(change, [(old_table.sql, ()), *_inserts(name, old_table.rows or {})])
            yield Finding(Change("rows", f"table {name} in {where}", verb=Verb.REMOVED), undo)


def _rows_that_differ(
    where: str, name: str, before: Table | None, now: Table, change: Callable[..., None]
) -> Iterator[Finding]:
    """Yield what differs in a table as one piece: its rows come and go together."""
    path = f"rows of {name} in {where}"
    old = (before.rows if before is not None else {}) or {}
    if now.rows is None or (before is not None and before.rows is None):
        if before is None or before.count != now.count:
            counts = (_rows(before.count if before else 0), _rows(now.count))
            yield Finding(Change("rows", path, *counts))
        return
    rows = now.rows
    differing = [key for key in {**old, **rows} if old.get(key) != rows.get(key)]
    if differing:
        undo = [_deletion(name, key) for key in differing if key in rows]
        undo += _inserts(name, {key: old[key] for key in differing if key in old})
        yield Finding(_change_of_rows(path, old, rows, differing), partial(change, undo))


def _change_of_rows(
    path: str, old: Mapping[int, Row], rows: Mapping[int, Row], differing: Sequence[int]
) -> Change:
    first, number = differing[0], _rows(len(differing))
    more = ", …" if len(differing) > 1 else ""
    if not any(key in old for key in differing):
        return Change("rows", path, "", f"{number}: {show(rows[first])}{more}", verb=Verb.ADDED)
    if not any(key in rows for key in differing):
        return Change("rows", path, "", f"{number}: {show(old[first])}{more}", verb=Verb.REMOVED)
    if len(differing) == 1:
        return Change("rows", path, show(old[first]), show(rows[first]))
    return Change("rows", path, _rows(len(old)), f"{_rows(len(rows))}, {number} different")


def _rows(number: int) -> str:
    return f"{number} row{'' if number == 1 else 's'}"


Statement = tuple[str, Sequence[Any]]


def _deletion(name: str, key: int) -> Statement:
    return f'DELETE FROM "{name}" WHERE rowid = ?', (key,)


def _inserts(name: str, rows: Mapping[int, Row]) -> list[Statement]:
    return [
        (f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', row) for row in rows.values()
    ]


def _change(connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    was_inside = connection.in_transaction
    for sql, values in statements:
        _ask(connection, sql, values)
    if not was_inside and connection.in_transaction:
        connection.commit()


def _change_file(path: str, statements: Sequence[Statement]) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=1)) as connection:
        _change(connection, statements)


def _read_file(path: str, *, copied: bool = False) -> Content:
    if copied:  # the file as it was lies where SQLite must not make its own files beside it
        with tempfile.TemporaryDirectory(dir=_memory()) as folder:
            for ending in ("", "-wal"):
                if os.path.exists(path + ending):
                    shutil.copyfile(path + ending, f"{folder}/copy{ending}")
            return _read_file(f"{folder}/copy")
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=1)) as connection:
            return read(connection)
    except sqlite3.Error:
        return {}


def _memory() -> str | None:
    """Return a folder that trials do not have to themselves, so that nothing is seen to change."""
    folder = "/dev/shm"  # noqa: S108  # a folder of our own is made in it
    return folder if os.path.isdir(folder) else None


def _in_memory() -> list[Any]:
    if "sqlite3" not in sys.modules:
        return []
    found = []
    for one in gc.get_objects():
        if isinstance(type(one), type) and issubclass(type(one), sqlite3.Connection):
            with contextlib.suppress(sqlite3.Error):
                files = [entry[2] for entry in _ask(one, "PRAGMA database_list")]
                if not any(files):
                    found.append(one)
    return found


def _main_file(path: str) -> str:
    for ending in ("-wal", "-shm", "-journal"):
        path = path.removesuffix(ending)
    return path


def _is_database(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False
