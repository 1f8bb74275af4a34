"""Copies of MariaDB and MySQL databases, of one state each, beside whoever is connected to them.

Neither product copies a database, so its definitions are replayed and its rows read. Inside of the
server that is fastest; but `INSERT … SELECT` locks what it reads until the end of its transaction,
which is how it sees one state. So a database that somebody is connected to is read in a snapshot
instead, which locks nothing, and its rows make the way through this process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from freshdb.backends.mariadb.admin import Admin, quoted
from freshdb.backends.mariadb.schema import (
    Definition,
    Table,
    all_columns,
    code,
    fills,
    read_definition,
    shells,
)
from freshdb.branches.products import Progress, Row
from freshdb.branches.products.mariadb.literals import literal
from freshdb.branches.products.mariadb.reading import MariaDBDatabase, value_of
from freshdb.branches.products.mariadb.server import admin_of, opened, target_of
from freshdb.branches.products.servers import watched
from freshdb.branches.records import Place

_INSERT_BYTES = 1_000_000
_ROWS_AT_ONCE = 1000
_LOCK_WAIT, _DEADLOCK = 1205, 1213


def copy_database(
    admin: Admin, source: Place, target: str, progress: Progress, *, schema_only: bool
) -> str:
    """Make the database `target` as a copy on the same server, and return by which way."""
    definition = read_definition(admin, target_of(source).database)
    admin.run(*shells(definition, target))
    way = "schema only"
    if not schema_only:
        extent = _extent(admin, definition.name)
        with watched(progress, extent.size_bytes, lambda: _written(admin, source, extent)):
            way = _filled_inside(admin, definition)
        if not way:
            told = _TellingRows(progress, extent)
            way = _filled_through(admin, definition, source, told)
    admin.run(*code(definition))
    return way


@dataclass(frozen=True)
class _Extent:
    """How much a database has, by the server's estimate."""

    rows: int
    size_bytes: int

    def bytes_of(self, rows: int) -> int:
        return self.size_bytes * rows // self.rows


class _TellingRows:
    """Tells how many bytes are done by the rows that are."""

    def __init__(self, progress: Progress, extent: _Extent) -> None:
        self._progress, self._extent, self._rows = progress, extent, 0

    def add(self, rows: int) -> None:
        self._rows += rows
        total = self._extent.size_bytes
        self._progress(min(self._extent.bytes_of(self._rows), total - 1), total)

    def end(self) -> None:
        self._progress(self._extent.size_bytes, self._extent.size_bytes)


def _extent(admin: Admin, name: str) -> _Extent:
    ((rows, size),) = admin.rows(
        "SELECT SUM(table_rows), SUM(data_length + index_length) FROM information_schema.tables "
        "WHERE table_schema = %s", [name],
    )  # fmt: skip
    return _Extent(max(1, int(rows or 0)), max(1, int(size or 0)))


def _written(admin: Admin, source: Place, extent: _Extent) -> Generator[int, None, None]:
    """Yield how many bytes have been written, by what the server says of a transaction's rows."""
    with admin_of(source) as watcher:
        while True:
            found = watcher.rows(
                "SELECT trx_rows_modified FROM information_schema.innodb_trx "
                "WHERE trx_mysql_thread_id = %s", [admin.session],
            )  # fmt: skip
            yield extent.bytes_of(int(found[0][0]) if found else 0)


def _filled_inside(admin: Admin, definition: Definition) -> str:
    """Let the server copy the rows; return nothing where somebody is connected to the source."""
    if admin.rows(
        "SELECT 1 FROM information_schema.processlist WHERE db = %s AND id <> CONNECTION_ID()",
        [definition.name],
    ):
        return ""
    try:
        admin.run("START TRANSACTION", *fills(definition), "COMMIT")
    except Exception as error:
        with contextlib.suppress(Exception):
            admin.run("ROLLBACK")
        # Somebody has come meanwhile, and holds what is to be read.
        if error.args and error.args[0] in (_LOCK_WAIT, _DEADLOCK):
            return ""
        raise
    return "rows copied in the server"


def _filled_through(admin: Admin, definition: Definition, source: Place, told: _TellingRows) -> str:
    """Read the rows in a snapshot, and write them; nobody has to wait."""
    with opened(source) as connection:
        database = MariaDBDatabase(connection, source)
        database.definition = definition
        columns = {
            name: {column.name: value_of(column) for column in table.columns}
            for name, table in database.tables().items()
        }
        for table in definition.tables:
            values = [columns[table.name].get(name, quoted(name)) for name in all_columns(table)]
            for rows in database.batches(_selecting(table, values), _ROWS_AT_ONCE):
                admin.run("START TRANSACTION", *_inserts(table, rows), "COMMIT")
                told.add(len(rows))
    told.end()
    return "rows read in a snapshot, since the source is in use"


def _selecting(table: Table, values: list[str]) -> str:
    history = " FOR SYSTEM_TIME ALL" if table.is_versioned else ""
    return f"SELECT {', '.join(values)} FROM {quoted(table.name)}{history}"


def _inserts(table: Table, rows: list[Row]) -> Iterator[str]:
    """Yield statements that insert rows, none of them much longer than the server takes."""
    into = (
        f"INSERT INTO {quoted(table.name)} ({', '.join(map(quoted, all_columns(table)))}) VALUES "
    )
    waiting: list[str] = []
    size = 0
    for row in rows:
        text = f"({', '.join(map(literal, row))})"
        if waiting and size + len(text) > _INSERT_BYTES:
            yield into + ", ".join(waiting)
            waiting, size = [], 0
        waiting.append(text)
        size += len(text)
    if waiting:
        yield into + ", ".join(waiting)
