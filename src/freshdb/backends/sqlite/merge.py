"""Carry the difference between two SQLite images over to a third database.

A fixture of wider scope may run after a narrower one has written; then what it wrote has to be told
apart and moved to its own layer, and taken out again when the fixture ends.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

_OBJECTS = """
    SELECT type, name, sql FROM {schema}.sqlite_master
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
    ORDER BY rowid
"""
_DROP_ORDER = ("trigger", "view", "index", "table")


# What makes a connection fit for the schema: collations that it names, and functions.
PREPARE: list[Callable[[sqlite3.Connection], None]] = []


def merge_rows_and_schema(
    target: Path, before: Path, after: Path, *, may_replace: bool = True
) -> None:
    """Change the database `target` by what differs from `before` to `after`.

    Rows are told apart by rowid (by primary key in tables without one). Where the target has
    changed the same row, the change from `before` to `after` wins.

    Args:
        target: an SQLite file that this changes in place.
        before: the image that the change started from.
        after: the image with the change.
        may_replace: whether a new row may take the place of one that the target has.

    Raises:
        sqlite3.IntegrityError: a new row has the key of another one, and may not replace it.
    """
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as connection:
        for prepare in PREPARE:
            prepare(connection)
        connection.execute("PRAGMA foreign_keys = off")
        connection.execute("ATTACH ? AS old", (str(before),))
        connection.execute("ATTACH ? AS new", (str(after),))
        connection.execute("BEGIN")
        _merge(connection, "REPLACE" if may_replace else "ABORT")
        connection.execute("COMMIT")


def _merge(connection: sqlite3.Connection, on_conflict: str) -> None:
    counters = _counters(connection, "main")
    old, new = _objects(connection, "old"), _objects(connection, "new")
    kept = {key: sql for key, sql in _objects(connection, "main").items() if key[0] == "trigger"}
    for kind in _DROP_ORDER:
        for key, sql in old.items():
            # Triggers go too: none may fire while rows are moved.
            if key[0] == kind and new.get(key) != sql:
                _drop(connection, key)
                kept.pop(key, None)
    for key in kept:
        _drop(connection, key)
    changed = {key: sql for key, sql in new.items() if old.get(key) != sql}
    _create(connection, changed, ("table",))
    for table in _row_tables(connection):
        remade = ("table", table) in changed
        _move_rows(connection, table, on_conflict, remade=remade)
    _set_counters(connection, counters)
    _create(connection, changed, ("index", "view"))
    triggers = {key: sql for key, sql in changed.items() if key[0] == "trigger"}
    _create(connection, {**kept, **triggers}, ("trigger",))


def _objects(connection: sqlite3.Connection, schema: str) -> dict[tuple[str, str], str]:
    rows = connection.execute(_OBJECTS.format(schema=schema))
    return {(kind, name): sql for kind, name, sql in rows}


def _drop(connection: sqlite3.Connection, key: tuple[str, str]) -> None:
    kind, name = key
    connection.execute(f"DROP {kind} IF EXISTS main.{_quoted(name)}")


def _create(
    connection: sqlite3.Connection, objects: dict[tuple[str, str], str], kinds: tuple[str, ...]
) -> None:
    present = _objects(connection, "main")
    for kind in kinds:
        for key, sql in objects.items():
            if key[0] == kind and key not in present:
                connection.execute(sql)
                # A virtual table brings its shadow tables with it.
                present = _objects(connection, "main")


def _row_tables(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the tables with rows of their own that `main` shares with an image."""
    sql = "SELECT name FROM pragma_table_list WHERE schema = ? AND type IN ('table', 'shadow')"
    main, old, new = (
        {name for (name,) in connection.execute(sql, (schema,))}
        for schema in ("main", "old", "new")
    )
    for name in sorted(main & (old | new)):
        if not name.startswith("sqlite_"):
            yield name


def _counters(connection: sqlite3.Connection, schema: str) -> dict[str, int]:
    """Return the last ids that AUTOINCREMENT has given out, by table."""
    if not _has_table(connection, schema, "sqlite_sequence"):
        return {}
    return dict(connection.execute(f"SELECT name, seq FROM {schema}.sqlite_sequence"))


def _set_counters(connection: sqlite3.Connection, counters: dict[str, int]) -> None:
    """Let ids go on as before rows were moved, but for what the change itself did to them."""
    if not _has_table(connection, "main", "sqlite_sequence"):
        return
    old, new = _counters(connection, "old"), _counters(connection, "new")
    gone = old.keys() - new.keys()
    changed = {table: last for table, last in new.items() if old.get(table) != last}
    tables = {name for kind, name in _objects(connection, "main") if kind == "table"}
    result = {**counters, **changed}
    connection.execute("DELETE FROM main.sqlite_sequence")
    connection.executemany(
        "INSERT INTO main.sqlite_sequence VALUES (?, ?)",
        [(table, result[table]) for table in result if table in tables - gone],
    )


def _move_rows(
    connection: sqlite3.Connection, table: str, on_conflict: str, *, remade: bool
) -> None:
    key, columns = _key_and_columns(connection, table)
    name = _quoted(table)
    match = " AND ".join(f"n.{column} IS o.{column}" for column in key)
    listed = ", ".join(dict.fromkeys([*key, *columns]))
    # A table that the change made anew, or altered, has nothing to compare with.
    in_old = not remade and _has_table(connection, "old", table)
    in_new = _has_table(connection, "new", table)
    if in_old:
        gone = f" WHERE NOT EXISTS (SELECT 1 FROM new.{name} n WHERE {match})" if in_new else ""
        keys = ", ".join(key)
        connection.execute(
            f"DELETE FROM main.{name} WHERE ({keys}) IN (SELECT {keys} FROM old.{name} o{gone})"
        )
    if in_new:
        insert = f"main.{name} ({listed}) SELECT {listed} FROM new.{name} n"
        if not in_old:
            connection.execute(f"INSERT OR {on_conflict} INTO {insert}")
            return
        old_row = f"SELECT 1 FROM old.{name} o WHERE {match}"
        # `quote` tells 'a' from 'A' and 1 from 1.0, which comparing by collation does not.
        differs = " OR ".join(f"quote(n.{column}) IS NOT quote(o.{column})" for column in columns)
        changed = f"EXISTS ({old_row} AND ({differs}))"
        connection.execute(f"INSERT OR REPLACE INTO {insert} WHERE {changed}")
        connection.execute(f"INSERT OR {on_conflict} INTO {insert} WHERE NOT EXISTS ({old_row})")


def _key_and_columns(connection: sqlite3.Connection, table: str) -> tuple[list[str], list[str]]:
    """Return what tells rows apart, and the columns that can be written."""
    rows = connection.execute(
        "SELECT name, pk, hidden FROM pragma_table_xinfo(?, 'main')", (table,)
    ).fetchall()
    columns = [_quoted(name) for name, _, hidden in rows if hidden not in (2, 3)]
    (without_rowid,) = connection.execute(
        "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?", (table,)
    ).fetchone()
    if without_rowid:
        primary = sorted((pk, name) for name, pk, _ in rows if pk)
        return [_quoted(name) for _, name in primary], columns
    taken = {name.lower() for name, _, _ in rows}
    free = [alias for alias in ("rowid", "_rowid_", "oid") if alias not in taken]
    # Only a table that uses up all three names has none; then its rows are told apart whole.
    return (free[:1] or columns), columns


def _has_table(connection: sqlite3.Connection, schema: str, table: str) -> bool:
    sql = "SELECT 1 FROM pragma_table_list WHERE schema = ? AND name = ?"
    return connection.execute(sql, (schema, table)).fetchone() is not None


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
