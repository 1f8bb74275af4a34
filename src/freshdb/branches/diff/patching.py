"""SQL that turns one database into another: the order of things, which products share.

What goes or changes is dropped, dependents first. Tables are made or altered, then rows change,
then comes what would be in their way: constraints, indexes, triggers. Deletes are written at once,
updates and inserts when all is deleted, so that no row meets the one whose place it takes.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

from freshdb.branches.diff.model import Kind, RowChange, SchemaDiff, TablePair, TableState
from freshdb.branches.products import SchemaObject, Table

_SPOOL_BYTES = 1024 * 1024
_WITH_PARTS = ("table", "view", "materialized view")


class RowSQL(Protocol):
    """How a product changes one row. `table` is as the rows are before, under the patch's name."""

    def insert(self, name: str, change: RowChange) -> str:
        """Return the SQL that adds a row."""

    def update(self, pair: TablePair, change: RowChange) -> str:
        """Return the SQL that changes a row that keeps its key."""

    def delete(self, pair: TablePair, change: RowChange) -> str:
        """Return the SQL that removes one row: by its key, else one of those that are the same."""


class Lines:
    """Where a patch is written, statement by statement."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def statement(self, sql: str) -> None:
        self._out.write(f"{sql};\n")

    def comment(self, text: str) -> None:
        self._out.write(f"-- {text}\n")

    @contextlib.contextmanager
    def later(self) -> Iterator[Lines]:
        """Give lines that are written at the end of the block."""
        with tempfile.SpooledTemporaryFile(
            _SPOOL_BYTES, mode="w+", encoding="utf-8", newline=""
        ) as spool:
            yield Lines(spool)  # type: ignore[arg-type]  # it is text, and typeshed cannot tell
            spool.seek(0)
            while text := spool.read(_SPOOL_BYTES):
                self._out.write(text)


def write_rows(
    pair: TablePair, sql: RowSQL, lines: Lines, before_first: Callable[[str], None] | None = None
) -> None:
    """Write what turns the rows of one table into those of the other.

    Args:
        pair: the tables.
        sql: how rows are changed.
        lines: where to write.
        before_first: called with the table's name before the first change, if there is any.
    """
    has_unique = pair.before is not None and pair.before.has_unique
    with lines.later() as inserts, lines.later() as updates:
        for at, change in enumerate(pair.changes()):
            if at == 0 and before_first is not None:
                before_first(pair.name)
            kind = change.kind
            if kind is Kind.CHANGED and not has_unique:
                updates.statement(sql.update(pair, change))
                continue
            # Rows that change in a table with other unique columns may swap their values.
            if kind is not Kind.ADDED:
                lines.statement(sql.delete(pair, change))
            if kind is not Kind.REMOVED:
                inserts.statement(sql.insert(pair.name, change))


def own_values(table: Table, change: RowChange) -> dict[str, Any]:
    """Return the values that a row had before in the columns that its table had before."""
    assert change.before is not None
    pairs = zip(change.names, change.before, strict=False)
    return {name: value for name, value in pairs if name in table.names}


@dataclass(frozen=True)
class Altering:
    """How a table becomes another: what comes before its rows change, and what after."""

    early: list[str]
    late: list[str]


class SchemaSQL(RowSQL, Protocol):
    """How a product changes a schema.

    Attributes:
        begin: what comes first.
        end: what comes last.
        after_rows: the kinds of things that are made when the rows are in place.
        silenced: the kind of things that must be away while rows change; empty if none must.
        used: the kinds of things that columns may be of: they go when tables have changed.
    """

    begin: Sequence[str]
    end: Sequence[str]
    after_rows: frozenset[str]
    silenced: str
    used: frozenset[str]

    def drop(self, one: SchemaObject) -> str | None:
        """Return the SQL that removes a thing; None where that is not known."""

    def alter(self, pair: TablePair, old: str, new: str) -> Altering | None:
        """Return how a table becomes another; None where it has to be made anew."""

    def dependents(self, kinds: set[str]) -> set[str]:
        """Return the kinds of things that must be away while things of these kinds change."""


class SchemaPatch:
    """One patch of schema and rows.

    Args:
        pairs: the tables of both databases.
        schema: what both consist of.
        out: where to write.
        sql: how the product says it.
    """

    def __init__(
        self, pairs: list[TablePair], schema: SchemaDiff, out: TextIO, sql: SchemaSQL
    ) -> None:
        self._pairs = {pair.name: pair for pair in pairs}
        self._lines = Lines(out)
        self._sql = sql
        self._before = {(one.kind, one.name): one for one in schema.before}
        self._after = {(one.kind, one.name): one for one in schema.after}
        self._altered: dict[str, Altering] = {}
        self._replaced = self._what_is_replaced()
        self._silent: list[SchemaObject] = []

    def write(self) -> None:
        for sql in self._sql.begin:
            self._lines.statement(sql)
        self._drop_all(lambda key: key in self._replaced or key[0] not in self._sql.used)
        self._make(late=False)
        for pair in self._pairs.values():
            self._rows(pair)
        self._make(late=True)
        self._drop_all(lambda key: key not in self._replaced and key[0] in self._sql.used)
        for sql in (*(trigger.sql for trigger in self._silent), *self._sql.end):
            self._lines.statement(sql)

    def _what_is_replaced(self) -> set[tuple[str, str]]:
        """Return what is dropped and made again, and note how tables are altered instead."""
        both = self._before.keys() & self._after.keys()
        replaced: set[tuple[str, str]] = set()
        for key in both:
            old, new = self._before[key], self._after[key]
            if old.ddl != new.ddl and not self._is_altered(old, new):
                replaced.add(key)
        for name in [name for kind, name in replaced if kind in self._sql.used]:
            users = {key for key in both if key[0] == "table" and name in self._before[key].sql}
            replaced |= users
        self._altered = {
            table: how
            for table, how in self._altered.items()
            if not any(self._before[key].table == table and key[0] == "table" for key in replaced)
        }
        kinds = {kind for kind, _ in (self._before.keys() - self._after.keys()) | replaced}
        away = self._sql.dependents(kinds | ({"table"} if self._altered else set()))
        replaced |= {key for key in both if key[0] in away}
        # What belongs to a table goes with it.
        tables = {self._before[key].table for key in replaced if key[0] in _WITH_PARTS}
        return replaced | {key for key in both if self._before[key].table in tables - {""}}

    def _is_altered(self, old: SchemaObject, new: SchemaObject) -> bool:
        pair = self._pairs.get(old.table)
        altering = None
        if old.kind == "table" and pair is not None:
            altering = self._sql.alter(pair, old.sql, new.sql)
        if altering is not None:
            self._altered[old.table] = altering
        return altering is not None

    def _drop_all(self, is_meant: Callable[[tuple[str, str]], bool]) -> None:
        """Drop what goes or is replaced, if it is meant: the last made first."""
        for key, one in reversed(self._before.items()):
            if is_meant(key) and (key not in self._after or key in self._replaced):
                self._drop(one)

    def _drop(self, one: SchemaObject) -> None:
        sql = self._sql.drop(one)
        if sql is None:
            self._lines.comment(f"not patched: {one.kind} {one.name}")
        else:
            self._lines.statement(sql)

    def _make(self, *, late: bool) -> None:
        for key, one in self._after.items():
            is_made = key not in self._before or key in self._replaced
            if is_made and (one.kind in self._sql.after_rows) is late:
                self._lines.statement(one.sql)
            elif one.kind == "table" and one.table in self._altered:
                altering = self._altered[one.table]
                for sql in altering.late if late else altering.early:
                    self._lines.statement(sql)

    def _rows(self, pair: TablePair) -> None:
        if pair.state is TableState.DROPPED:
            return
        if pair.state is not TableState.CREATED and self._is_made_anew(pair.name):
            for change in pair.all_after():
                self._lines.statement(self._sql.insert(pair.name, change))
            return
        write_rows(pair, self._sql, self._lines, self._silence)

    def _is_made_anew(self, table: str) -> bool:
        return any(key[0] == "table" and self._after[key].table == table for key in self._replaced)

    def _silence(self, table: str) -> None:
        """Drop the triggers of a table whose rows are about to change."""
        for key, one in self._before.items():
            stays = key in self._after and key not in self._replaced
            if stays and one.kind == self._sql.silenced and one.table == table:
                self._drop(one)
                self._silent.append(one)
