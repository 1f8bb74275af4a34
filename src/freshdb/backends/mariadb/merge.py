"""Carry what a fixture wrote from one MariaDB or MySQL database to another, inside the server.

Layers are images, one on top of the other. Where a lower one is taken out, what lies above is put
on what lies below: the rows that differ between two images, found by comparing them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from freshdb.backends.mariadb.admin import Admin, quoted
from freshdb.backends.mariadb.reset.restore import same_key, same_row
from freshdb.backends.mariadb.schema import CODE_IS_DONE, Definition, Table

_ROWS = "freshdb_rows"
_NUMBER = "freshdb_n"


def merge_rows(
    admin: Admin,
    target: Definition,
    before: Definition,
    after: Definition,
    *,
    may_replace: bool = True,
) -> None:
    """Put on `target` what differs from `before` to `after`.

    Args:
        admin: freshdb's connection, without the checks of foreign keys.
        target: the database to change, as it is now.
        before: the image that the change started from.
        after: the image with the change.
        may_replace: whether a new row may take the place of one that the target has.
    """
    known = {table.name: table for table in target.tables}
    earlier = {table.name: table for table in before.tables}
    with admin.lock:
        admin.use(target.name)
        for table in after.tables:
            if table.name not in known or table.name not in earlier:
                continue
            was = earlier[table.name]
            change = _Change(table, before.name, after.name)
            if (was.has_rows or table.has_rows) and change.is_there(admin):
                carried = change.carried_to(target.name, may_replace=may_replace)
                admin.run(*_without_triggers(target, table, carried))
            if table.next_id != was.next_id:
                admin.run(_next_id(known[table.name], was, table))


@dataclass(frozen=True)
class _Change:
    """How the rows of a table differ between two images."""

    table: Table
    before: str
    after: str

    def is_there(self, admin: Admin) -> bool:
        """Tell whether any row differs; locks nothing."""
        old, new = self._in(self.before), self._in(self.after)
        gone, come = (f"EXISTS ({self._only_in(*pair)})" for pair in ((old, new), (new, old)))
        return bool(admin.rows(f"SELECT {gone} OR {come}")[0][0])

    def carried_to(self, target: str, *, may_replace: bool) -> Iterator[str]:
        """Yield the SQL that makes the same change to the table of another database."""
        old, new = self._in(self.before), self._in(self.after)
        into = f"INTO {quoted(self.table.name)} ({self._columns()})"
        if not self.table.key:
            # Of equal rows, as many go and come as differ: they are numbered.
            here = self._in(target)
            gone = f"({self._only_in(old, new)}) AS freshdb_gone"
            yield f"CREATE TEMPORARY TABLE {_ROWS} AS {self._only_in(here, gone)}"
            yield f"INSERT INTO {_ROWS} {self._only_in(new, old)}"
            yield f"DELETE FROM {quoted(self.table.name)}"
            yield f"INSERT {into} SELECT {self._columns()} FROM {_ROWS}"
            yield f"DROP TEMPORARY TABLE {_ROWS}"
            return
        yield (
            f"DELETE t FROM {quoted(self.table.name)} t "
            f"JOIN ({self._only_in(old, new)}) b ON {same_key(self.table, 't', 'b')}"
        )
        yield f"{'REPLACE' if may_replace else 'INSERT'} {into} {self._only_in(new, old)}"

    def _in(self, database: str) -> str:
        return f"{quoted(database)}.{quoted(self.table.name)}"

    def _columns(self, prefix: str = "") -> str:
        return ", ".join(prefix + quoted(column) for column in self.table.columns)

    def _only_in(self, one: str, other: str) -> str:
        """Return the query for the rows of one source that another has not got."""
        same = same_row(self.table, "b", "s")
        if self.table.key:
            mark = f"s.{quoted(self.table.key[0])}"
            same = f"{same_key(self.table, 'b', 's')} AND {same}"
        else:
            mark = f"s.{_NUMBER}"
            same = f"{same} AND b.{_NUMBER} = s.{_NUMBER}"
            one, other = self._numbered(one), self._numbered(other)
        rows = self._columns("b.")
        return f"SELECT {rows} FROM {one} b LEFT JOIN {other} s ON {same} WHERE {mark} IS NULL"

    def _numbered(self, source: str) -> str:
        alike = ", ".join(f"{one}, BINARY {one}" for one in map(quoted, self.table.columns))
        number = f"ROW_NUMBER() OVER (PARTITION BY {alike}) AS {_NUMBER}"
        return f"(SELECT {self._columns()}, {number} FROM {source})"


def _without_triggers(target: Definition, table: Table, statements: Iterable[str]) -> Iterator[str]:
    """Yield statements between taking a table's triggers away and making them again."""
    triggers = target.triggers_of(table.name)
    yield from (f"DROP TRIGGER {quoted(trigger.name)}" for trigger in triggers)
    yield from statements
    for trigger in triggers:
        yield from trigger.statements()
    if triggers:
        yield from CODE_IS_DONE


def _next_id(known: Table, was: Table, table: Table) -> str:
    """Let ids go on as the change left them, but never further back than where the target is."""
    next_id = table.next_id or 1
    if known.next_id != was.next_id:
        next_id = max(next_id, known.next_id or 1)
    return f"ALTER TABLE {quoted(table.name)} AUTO_INCREMENT = {next_id}"
