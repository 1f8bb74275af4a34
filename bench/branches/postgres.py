"""The same databases as on SQLite, on a private Postgres server."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.branches.sqlite import CHANGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def postgres_databases(place: Path, size_bytes: int, rows: int) -> Iterator[tuple[str, str, str]]:
    """Make a database of a size, and two with a table of `rows` rows that differ in `CHANGES`.

    Yields:
        Their URLs.
    """
    from freshdb.servers.postgres.private import ensure_server
    from freshdb.servers.postgres.wire import Connection

    server = ensure_server()
    names = [f"bench_{os.getpid()}_{at}" for at in range(3)]
    ten, one, other = names
    with Connection(server.address, "postgres", 600.0) as admin:
        try:
            for name in (ten, one):
                admin.query(f"CREATE DATABASE {name}")
            with Connection(server.address, ten, 600.0) as connection:
                empty = int(connection.value("SELECT pg_database_size(current_database())") or 0)
                connection.query(
                    "CREATE TABLE runs (id int PRIMARY KEY, name text, note text); "
                    "INSERT INTO runs SELECT i, 'run ' || i, repeat('note ', 12) "
                    f"FROM generate_series(1, {max(1, (size_bytes - empty) // 150)}) i"
                )
            with Connection(server.address, one, 600.0) as connection:
                connection.query(
                    "CREATE TABLE orders (id int PRIMARY KEY, customer int, total float8, "
                    "note text); INSERT INTO orders SELECT i, i % 977, i / 7.0, "
                    f"'order number ' || i FROM generate_series(0, {rows - 1}) i"
                )
            admin.query(f"CREATE DATABASE {other} TEMPLATE {one}")
            with Connection(server.address, other, 600.0) as connection:
                connection.query(_changes(rows))
            yield server.url(ten), server.url(one), server.url(other)
        finally:
            for name in names:
                admin.query(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            server.release()


def _changes(rows: int) -> str:
    """Return SQL that changes, removes and adds `CHANGES` rows."""
    step = rows // (CHANGES - 10)
    picked = f"id % {step} = 0 AND id / {step} < {CHANGES - 10}"
    return (
        f"DELETE FROM orders WHERE {picked} AND id / {step} % 3 = 0; "
        f"UPDATE orders SET note = 'new' WHERE {picked}; "
        "INSERT INTO orders SELECT i, 1, 1, 'added' "
        f"FROM generate_series({rows}, {rows + 9}) i"
    )
