"""The same databases as on SQLite, on a private MariaDB server."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.branches.sqlite import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def mariadb_databases(size_bytes: int, rows: int) -> Iterator[tuple[str, str, str]]:
    """Make a database of a size, and two with a table of `rows` rows that differ in `CHANGES`.

    Yields:
        Their URLs.
    """
    from freshdb.backends.mariadb.admin import Address, Admin
    from freshdb.servers.mariadb.private import ensure_server

    server = ensure_server()
    ten, one, other = names = [f"bench_{os.getpid()}_{at}" for at in range(3)]
    admin = Admin(Address(server.socket))
    try:
        admin.run(*(f"CREATE DATABASE {name}" for name in names))
        admin.use(ten)  # where the tables of numbers are looked for
        admin.run(
            f"CREATE TABLE {ten}.runs (id INT PRIMARY KEY, name VARCHAR(20), note VARCHAR(99))",
            f"INSERT INTO {ten}.runs SELECT seq, CONCAT('run ', seq), REPEAT('note ', 12) "
            f"FROM seq_1_to_{max(1, size_bytes // 115)}",
        )
        for name in (one, other):
            admin.run(
                f"CREATE TABLE {name}.orders (id INT PRIMARY KEY, customer INT, total DOUBLE, "
                "note VARCHAR(40))",
                f"INSERT INTO {name}.orders SELECT seq, seq % 977, seq / 7.0, "
                f"CONCAT('order number ', seq) FROM seq_0_to_{rows - 1}",
            )
        admin.run(*_changes(f"{other}.orders", rows))
        admin.use("mysql")  # a source that somebody is connected to is copied another way
        urls = [server.url(name) for name in names]
        yield urls[0], urls[1], urls[2]
    finally:
        admin.run(*(f"DROP DATABASE IF EXISTS {name}" for name in names))
        admin.close()
        server.release()


def _changes(table: str, rows: int) -> list[str]:
    """Return SQL that changes, removes and adds `CHANGES` rows."""
    step = rows // (CHANGES - 10)
    picked = f"id % {step} = 0 AND id DIV {step} < {CHANGES - 10}"
    return [
        f"DELETE FROM {table} WHERE {picked} AND id DIV {step} % 3 = 0",
        f"UPDATE {table} SET note = 'new' WHERE {picked}",
        f"INSERT INTO {table} SELECT seq, 1, 1, 'added' FROM seq_{rows}_to_{rows + 9}",
    ]
