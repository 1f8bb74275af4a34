"""How a database is copied on a Postgres server: the fastest way, and as few files as can be."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from freshdb.errors import ServerError
from freshdb.servers.postgres.quoting import quoted
from freshdb.servers.postgres.wire import Connection

# From Postgres 15 on it can be chosen; from 18 on, the file system clones files where it can.
WAL_LOG, FILE_COPY, FILE_CLONE = "WAL_LOG", "FILE_COPY", "FILE_CLONE"
TRIES = 2
_CATALOGS = """
SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND NOT relisshared
AND relnamespace = 'pg_catalog'::regnamespace
"""


class Copying:
    """Copies databases, each template by the way that is the fastest for it.

    Where nothing is synced the way is known: 40 tables take 8 ms by files and 20 ms by log (two
    cores, in memory). Elsewhere that depends on the disk, since the files' two checkpoints may cost
    far more than the log. So each way is tried twice: the first try may pay for what was written
    before.

    Args:
        admin: a connection to the server.
        version: the server's.
        is_private: whether freshdb has started it, in memory, where there are no files to clone.
    """

    def __init__(self, admin: Connection, version: int, *, is_private: bool) -> None:
        self._admin = admin
        self._version = version
        self._is_private = is_private
        # Of the tries with each template and way.
        self.seconds: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))

    def copy(self, template: str, name: str, connection: Connection) -> None:
        way = self.way_for(template)
        strategy = f" STRATEGY {FILE_COPY if way == FILE_CLONE else way}" if way else ""
        started = time.perf_counter()
        with _method_of(way, connection):
            connection.query(
                f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template)}{strategy}"
            )
        tried = self.seconds[template][way]
        if len(tried) < TRIES:
            tried.append(time.perf_counter() - started)

    def way_for(self, template: str) -> str:
        """Return the way for the next copy of a template."""
        if len(self.ways) == 1:
            return self.ways[0]
        seconds = self.seconds[template]
        least_tried = min(self.ways, key=lambda way: len(seconds[way]))
        if len(seconds[least_tried]) < TRIES:
            return least_tried
        return min(self.ways, key=lambda way: min(seconds[way]))

    @cached_property
    def ways(self) -> tuple[str, ...]:
        """Those among which the fastest is to be found."""
        if self._version < 150000:
            return ("",)
        if self._is_private:
            return (FILE_COPY,)
        log = (WAL_LOG,) if self.is_synced else ()
        try:
            with _method_of(FILE_CLONE, self._admin):
                return (*log, FILE_COPY, FILE_CLONE)
        except ServerError:  # an older version, or a system on which files cannot be cloned
            return (*log, FILE_COPY)

    @cached_property
    def is_synced(self) -> bool:
        return self._admin.value("SHOW fsync") == "on"


def compact(connection: Connection) -> None:
    """Let a new database have as few files as can be, and small ones: each copy has them too.

    Of some 300 files of an empty database, 75 are maps of free space and of visibility, which
    rewritten tables do without. It takes a tenth of a second and saves a sixth of each copy.
    """
    for (table,) in connection.query(_CATALOGS):
        connection.query(f"VACUUM FULL {table}")


@contextmanager
def _method_of(way: str, connection: Connection) -> Iterator[None]:
    """Let the server copy files in the way given, for the block."""
    if way != FILE_CLONE:
        yield
        return
    connection.query("SET file_copy_method = clone")
    try:
        yield
    finally:
        connection.query("RESET file_copy_method")
