"""Two open databases compared: which tables there are to look at, and what differs in them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TextIO, TypeVar

from freshdb.branches.diff.model import (
    Diff,
    Kind,
    RowChange,
    SchemaDiff,
    TableDiff,
    TablePair,
    TableState,
)
from freshdb.branches.diff.rows import differing
from freshdb.branches.products import (
    Buckets,
    Database,
    Dialect,
    Row,
    SchemaObject,
    Selection,
    Table,
)
from freshdb.errors import BranchNotFoundError
from freshdb.nearest import nearest

T = TypeVar("T")
DEFAULT_LIMIT = 20
# Where more of them differ, all rows are read.
_MOST_BUCKETS = 0.25


class Comparison:
    """Two open databases of one product.

    Args:
        before: the one, and what it is called.
        after: the other.
        only: the tables to look at; all by default.
    """

    def __init__(
        self,
        before: tuple[str, Database],
        after: tuple[str, Database],
        dialect: Dialect,
        only: Collection[str] = (),
    ) -> None:
        self.before_name, self.before = before
        self.after_name, self.after = after
        self.dialect = dialect
        self._only = frozenset(only)

    def schema(self) -> SchemaDiff:
        """Return how the schemas differ."""
        before, after = _at_once(
            partial(self._objects, self.before), partial(self._objects, self.after)
        )
        lines = difflib.unified_diff(
            _lines(before), _lines(after), self.before_name, self.after_name, lineterm="", n=3
        )
        return SchemaDiff(tuple(before), tuple(after), "\n".join(lines))

    def write_patch(self, out: TextIO) -> None:
        """Write the SQL that turns the one database into the other."""
        self.dialect.write_patch(self.pairs(), self.schema(), out)

    def pairs(self) -> list[TablePair]:
        """Return the tables, each with what reads its changes."""
        here, there = self.before.tables(), self.after.tables()
        unread = self.before.unread() | self.after.unread()
        names = sorted(here.keys() | there.keys() | unread.keys())
        self._check(names)
        alike = self.before.alike(self.after) if len(names) > 0 else set()
        return [
            self._unread(name, unread[name])
            if name in unread
            else self._pair(name, here.get(name), there.get(name), name in alike)
            for name in names
            if not self._only or name in self._only
        ]

    def diff(
        self, *, schema: bool = True, data: bool = True, limit: int | None = DEFAULT_LIMIT
    ) -> Diff:
        """Count what differs, and keep the first changes of each table.

        Args:
            schema: whether to compare the schemas.
            data: whether to compare rows.
            limit: how many changes of a table to keep; None for all.
        """
        pairs = self.pairs() if data else []
        looked_at = [_counted(pair, limit) for pair in pairs if pair.state is not TableState.SAME]
        tables = tuple(
            table for table in looked_at if table.total or table.state is not TableState.COMPARED
        )
        return Diff(
            self.before_name,
            self.after_name,
            self.schema() if schema else SchemaDiff(),
            tables,
            tuple(pair.name for pair in pairs if pair.state is TableState.SAME),
            has_schema=schema,
            has_data=data,
        )

    def _objects(self, database: Database) -> list[SchemaObject]:
        found = database.objects()
        return [one for one in found if not self._only or one.table in self._only]

    def _check(self, names: Sequence[str]) -> None:
        for name in sorted(self._only - set(names)):
            raise BranchNotFoundError(
                f"there is no table `{name}` in `{self.before_name}` or `{self.after_name}`",
                hint=nearest(name, names) or "`sql NAME` shows what there is",
            )

    @staticmethod
    def _unread(name: str, reason: str) -> TablePair:
        return TablePair(name, TableState.UNREAD, None, None, reason=reason)

    def _pair(
        self, name: str, before: Table | None, after: Table | None, is_alike: bool
    ) -> TablePair:
        if before is not None and after is not None:
            return self._in_both(before, after, is_alike)
        table = after or before
        assert table is not None

        def added() -> Iterator[RowChange]:
            for names, row in self._all_rows(self.after, table):
                yield RowChange(names, None, row)

        def removed() -> Iterator[RowChange]:
            for names, row in self._all_rows(self.before, table):
                yield RowChange(names, row, None)

        key, is_keyed = table.key or table.names, bool(table.key)
        if before is None:
            return TablePair(name, TableState.CREATED, None, after, key, is_keyed, added, added)
        return TablePair(name, TableState.DROPPED, before, None, key, is_keyed, removed)

    def _all_rows(self, database: Database, table: Table) -> Iterator[tuple[tuple[str, ...], Row]]:
        key = table.key or table.names
        names = (*key, *(one for one in table.names if one not in key))
        selection = Selection(key, names[len(key) :], alike=frozenset(names))
        for batch in database.rows(table, selection):
            for row in batch:
                yield names, self.dialect.values(row)

    def _in_both(self, before: Table, after: Table, is_alike: bool) -> TablePair:
        own = {column.name: column for column in before.columns}
        new = {column.name: column for column in after.columns}
        is_keyed = bool(after.key) and before.key == after.key
        key = after.key if is_keyed else after.names
        rest = tuple(name for name in after.names if name not in key)

        def all_after() -> Iterator[RowChange]:
            for names, row in self._all_rows(self.after, after):
                yield RowChange(names, None, row)

        if is_alike and before == after:
            return TablePair(
                after.name, TableState.SAME, before, after, key, is_keyed, all_after=all_after
            )
        loose = tuple(
            name
            for name in (*key, *rest)
            if new[name].is_loose or (name in own and own[name].is_loose)
        )
        missing = {name: column for name, column in new.items() if name not in own}
        alike = frozenset(name for name in new if name in own and own[name].type == new[name].type)
        whole = Selection(key, rest, loose, missing, alike)

        def changes() -> Iterator[RowChange]:
            selection = self._narrowed(before, after, whole)
            if selection is None:
                return
            found = differing(
                self.before.rows(before, selection),
                self.after.rows(after, selection),
                key_size=len(key),
                is_unique=is_keyed and before.is_unique and after.is_unique,
                is_keyed=is_keyed,
                order=self.dialect.order,
            )
            names = (*key, *rest)
            known = self.dialect.values
            for one, other in found:
                yield RowChange(
                    names,
                    None if one is None else known(one),
                    None if other is None else known(other),
                )

        return TablePair(
            after.name, TableState.COMPARED, before, after, key, is_keyed, changes, all_after
        )

    def _narrowed(self, before: Table, after: Table, whole: Selection) -> Selection | None:
        """Leave out the rows of which the databases themselves can tell that they are the same.

        None where no row is left. It is told by hashes of 64 bits.
        """
        selection = whole
        steps = self.before.buckets if whole.alike == frozenset(after.names) else ()
        for number in steps:
            here, there = _at_once(
                partial(self.before.digests, before, whole, number),
                partial(self.after.digests, after, whole, number),
            )
            both = here.keys() | there.keys()
            wanted = frozenset(one for one in both if here.get(one) != there.get(one))
            if not wanted:
                return None
            if len(wanted) <= number * _MOST_BUCKETS:
                selection = replace(whole, only=Buckets(number, wanted))
        return selection


def _at_once(one: Callable[[], T], other: Callable[[], T]) -> tuple[T, T]:
    """Ask both databases at the same time: the work is done where they are."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(one)
        answer = other()
        return future.result(), answer


def _lines(objects: Sequence[SchemaObject]) -> list[str]:
    """Return the schema as text, each thing with an empty line after it."""
    order = sorted(objects, key=lambda one: (one.table, one.kind != "table", one.kind, one.name))
    return [line for one in order for line in (*f"{one.ddl};".splitlines(), "")]


def _counted(pair: TablePair, limit: int | None) -> TableDiff:
    numbers = dict.fromkeys(Kind, 0)
    sample: list[RowChange] = []
    for change in pair.changes():
        numbers[change.kind] += 1
        if limit is None or len(sample) < limit:
            sample.append(change)
    return TableDiff(
        pair.name, pair.state, pair.key, pair.is_keyed,
        added=numbers[Kind.ADDED], changed=numbers[Kind.CHANGED], removed=numbers[Kind.REMOVED],
        sample=tuple(sample), is_truncated=sum(numbers.values()) > len(sample), reason=pair.reason,
    )  # fmt: skip
