"""An open SQLite database: its schema, its rows in order, its answers to SQL."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from freshdb.branches.products import (
    Column,
    Database,
    Digests,
    Result,
    Row,
    SchemaObject,
    Selection,
    Table,
)
from freshdb.branches.products.sqlite.copying import BUSY_TIMEOUT_S, reading, uri
from freshdb.branches.products.sqlite.ddl import normalised
from freshdb.branches.products.sqlite.literals import literal
from freshdb.branches.products.sqlite.pages import tables_with_the_same_pages
from freshdb.errors import BranchError, BranchInputError

BATCH = 2000
_KINDS = ("table", "index", "view", "trigger")
_SETTINGS = ("user_version", "application_id")


@contextlib.contextmanager
def connected(path: str, *, write: bool) -> Iterator[sqlite3.Connection]:
    """Open a database: for reading in one state, or for writing."""
    if write:
        opened: Any = contextlib.closing(
            sqlite3.connect(
                uri(path, "mode=rw"), uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None,
                check_same_thread=False,
            )
        )  # fmt: skip
    else:
        opened = reading(path)
    with opened as connection:
        if write:
            # A branch need not survive a power cut.
            connection.execute("PRAGMA synchronous = off")
        connection.set_authorizer(_authorize)
        # Text need not be valid UTF-8 in SQLite.
        connection.text_factory = _text
        yield connection


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _authorize(action: int, name: str | None, *_: Any) -> int:
    """Keep SQL inside of its database. `VACUUM` attaches a file without a name."""
    if action == sqlite3.SQLITE_ATTACH and name:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class SQLiteDatabase:
    """One open database."""

    # Rows are read in this process, and `alike` has told by pages what is the same.
    buckets: tuple[int, ...] = ()

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self.connection = connection
        self.path = path

    def objects(self) -> list[SchemaObject]:
        shadows = set(self._of_type("shadow"))
        found = [
            SchemaObject(kind, name, table, normalised(sql), sql)
            for kind, name, table, sql in self.connection.execute(
                "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL "
                "ORDER BY rowid"
            )
            if not name.lower().startswith("sqlite_") and name not in shadows
        ]
        found.sort(key=lambda one: _KINDS.index(one.kind))
        for name in _SETTINGS:
            (number,) = self.connection.execute(f"PRAGMA {name}").fetchone()
            if number:
                sql = f"PRAGMA {name} = {number}"
                found.append(SchemaObject("setting", name, "", sql, sql))
        return found

    def tables(self) -> dict[str, Table]:
        return {name: self._table(name) for name in self._of_type("table")}

    def unread(self) -> dict[str, str]:
        return dict.fromkeys(self._of_type("virtual"), "virtual table")

    def rows(self, table: Table, selection: Selection) -> Iterator[list[Row]]:
        own = set(table.names)
        names = (*selection.key, *selection.rest)
        values = dict(zip(names, selection.values(table, value_of, stand_in), strict=True))
        expressions = [*values.values(), *(f"typeof({values[name]})" for name in selection.loose)]
        order = ", ".join(f"{values[name]} COLLATE BINARY" for name in selection.key if name in own)
        cursor = self.connection.execute(
            f"SELECT {', '.join(expressions)} FROM {quoted(table.name)}"
            + (f" ORDER BY {order}" if order else "")
        )
        while batch := cursor.fetchmany(BATCH):
            yield batch

    def alike(self, other: Database) -> set[str]:
        assert isinstance(other, SQLiteDatabase)
        return tables_with_the_same_pages(self.connection, self.path, other.connection, other.path)

    def digests(self, table: Table, selection: Selection, number: int) -> Digests:
        raise NotImplementedError("it has no `buckets`")

    def query(self, sql: str, parameters: Sequence[Any], max_rows: int) -> Result:
        try:
            cursor = self.connection.execute(sql, tuple(parameters))
        except sqlite3.OperationalError as error:
            if "readonly" in str(error):
                raise BranchInputError(
                    "this statement writes, and the branch was opened for reading",
                    hint="`--write` lets it",
                ) from None
            raise BranchError(f"SQLite says: {error}") from error
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise BranchError(f"SQLite says: {error}") from error
        if cursor.description is None:
            return Result((), (), changed=cursor.rowcount)
        columns = tuple(column[0] for column in cursor.description)
        return Result.capped(columns, cursor.fetchmany(max_rows + 1), max_rows)

    def run_script(self, sql: str) -> None:
        try:
            self.connection.executescript(sql)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            if self.connection.in_transaction:
                self.connection.rollback()
            raise BranchError(f"SQLite says: {error}") from error

    def _of_type(self, kind: str) -> list[str]:
        rows = self.connection.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = ?", (kind,)
        )
        return sorted(name for (name,) in rows if not name.lower().startswith("sqlite_"))

    def _table(self, name: str) -> Table:
        info = self.connection.execute(
            "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo(?) "
            "WHERE hidden = 0", (name,)
        ).fetchall()  # fmt: skip
        key = [(pk, column, kind, notnull) for column, kind, notnull, _, pk in info if pk]
        key.sort()
        indexes = self.connection.execute(
            "SELECT origin, \"unique\" FROM pragma_index_list(?)", (name,)
        ).fetchall()  # fmt: skip
        # The one case in which a column that may be NULL by its declaration never is.
        is_rowid = len(key) == 1 and key[0][2].upper() == "INTEGER"
        return Table(
            name,
            tuple(
                Column(column, kind, default, may_be_loose(kind))
                for column, kind, _, default, _ in info
            ),
            tuple(column for _, column, _, _ in key),
            is_unique=bool(key) and (is_rowid or all(notnull for *_, notnull in key)),
            has_unique=any(unique and origin != "pk" for origin, unique in indexes),
        )


def value_of(column: Column) -> str:
    """Return the SQL for a column's value."""
    return quoted(column.name)


def stand_in(column: Column) -> str:
    """Return the value, as SQL, that rows get in a column when it is added to their table."""
    if column.default is None or not is_constant(column.default):
        return "NULL"
    with contextlib.closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute(f"CREATE TABLE t (c {column.type} DEFAULT ({column.default}), d)")
        scratch.execute("INSERT INTO t (d) VALUES (1)")
        return literal(scratch.execute("SELECT c FROM t").fetchone()[0])


def may_be_loose(kind: str) -> bool:
    """Tell whether a column of a declared type keeps whatever it is given: 1 as well as 1.0."""
    if re.search("INT|CHAR|CLOB|TEXT", kind, re.IGNORECASE):
        return False
    return not kind or "BLOB" in kind.upper() or kind.upper() == "ANY"


def is_constant(default: str) -> bool:
    """Tell whether a default is the same for every row."""
    return bool(
        re.fullmatch(
            r"\s*\(*\s*([+-]?\s*[\d.]+(e[+-]?\d+)?|x?'([^']|'')*'|NULL|TRUE|FALSE)\s*\)*\s*",
            default, re.IGNORECASE,
        )
    )  # fmt: skip
