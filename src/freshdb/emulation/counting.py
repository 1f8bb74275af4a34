"""The numbers that AUTO_INCREMENT gives, and those that it skips.

InnoDB reserves numbers before it knows which rows will be refused: as many as a statement has rows,
or 1, 2, 4 … where it cannot know. A refused row's number goes to the next row of the statement;
what is left of the reserve is lost. Tests compare ids, so the same numbers are given here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from freshdb.emulation.catalog import Table, quote_name

# A CHECK and NOT NULL: SQLite looks at them when it has the whole row, the server before.
_REFUSED_BEFORE_NUMBERED = (4025, 1048)
# A foreign key: SQLite looks at it when all rows are there, the server at each row.
_NO_PARENT = 1452


@dataclass
class Counter:
    """Numbers the rows of one statement.

    Attributes:
        following: the number that the table gives next.
        rows: how many rows the statement has; 0 where nobody knows.
        keeps_refused: a refused row's number counts as used, as for INSERT … SELECT.
        first: the first number that was given to a row which is in the table now.
    """

    following: int
    rows: int
    keeps_refused: bool = False
    first: int = 0
    last: int = 0
    _following_before: int = 0
    _offered: int = 0
    _end: int = 0
    _reserves: int = 0
    _expected: int = 0
    _skipped_negative: bool = False
    _row: tuple[int, bool, int] | None = None

    def number(self, wanted: Any) -> Any:
        """Return the next row's number: what it asks for, or a new one."""
        before, self._following_before = self._offered, self.following
        if wanted:
            if wanted > 0 and self._offered and wanted >= self._offered:
                self._offered = wanted + 1
            self._row = (wanted, False, before)
            self.last = wanted
            return wanted
        if self._offered >= self._end:
            self._reserve()
        number = self._offered
        self._offered = number + 1
        self._row = (number, True, before)
        self.last = number
        return number

    def _reserve(self) -> None:
        count = self.rows if self.rows and not self._reserves else 1 << min(self._reserves, 16)
        first = self._offered
        if not self._expected:
            self._expected = count
            first = max(first, self.following)
        elif not self._end:
            first = max(first, self.following)
        self._offered, self._end = first, first + self._expected
        self.following = max(self.following, self._end)
        self._reserves += 1

    def settle(self, *, inserted: bool) -> None:
        """Hear what has become of the row that was numbered last."""
        if self._row is None:
            return
        number, is_new, before = self._row
        self._row = None
        self._expected = max(self._expected - 1, 0)
        if inserted:
            if number >= self._end and number > 0:
                self.following = max(self.following, number + 1)
            elif number < 0 and not self._end and self.following > 1:
                self._skip_for_negative()
            if is_new and not self.first:
                self.first = number
            return
        self._offered = before or (number if is_new else 0)
        if self.keeps_refused and number > 0:
            self.following = max(self.following, number + 1)

    def _skip_for_negative(self) -> None:
        # Not written down anywhere, but it is what the server does, once for a statement.
        if not self._skipped_negative:
            self._skipped_negative = True
            self.following += 1

    def take_back(self) -> None:
        """Hear that the row was refused before the server would have numbered it."""
        self._row, self.following = None, self._following_before

    def is_current(self, number: int) -> bool:
        """Tell whether the row that was numbered last asked for this number."""
        return self._row is not None and self._row[0] == number


@dataclass(frozen=True)
class Numbering:
    """How the rows of an INSERT get their numbers.

    Attributes:
        rows: how many there are; 0 where nobody knows beforehand.
        may_refuse: a row may be left out, and its number goes to the next one.
        keeps_refused: it does not.
        is_gathered: SQLite numbers all rows before it writes the first, so none is told refused.
    """

    table: Table
    rows: int
    may_refuse: bool
    keeps_refused: bool
    is_gathered: bool = False


class RowNumbers:
    """Numbers the rows of a session's statements, as SQLite calls for them.

    Attributes:
        has_inserted_last: the last row of the last counted statement is in the table now.
    """

    def __init__(self, session: Any) -> None:
        self.session = session
        self.has_inserted_last = False

    @property
    def first(self) -> int:
        """The first number that the last counted statement gave to a row that stayed."""
        return self._counter.first

    @property
    def last(self) -> int:
        """The number that the last row asked for or was given."""
        return self._counter.last

    @contextmanager
    def counting(self, how: Numbering | None) -> Iterator[None]:
        """Number the rows of a statement; what it has used stays used up where it fails."""
        if how is None:
            yield
            return
        self._how, self._before = how, self._last_rowid()
        self._counter = Counter(self._following(how.table), how.rows, how.keeps_refused)
        try:
            yield
            self.has_inserted_last = self._is_inserted(self._last_rowid())
            self._counter.settle(inserted=self.has_inserted_last)
            if how.is_gathered and self._counter.first and not self._has_row(self._counter.first):
                self._counter.first = 0
        except sqlite3.Error as error:
            self._fail(error.args[0])
            raise
        finally:
            if self._counter.first:
                self.session.context.last_insert_id = self._counter.first
            self._keep(how.table)

    def _fail(self, code: Any) -> None:
        inserted = self._counter.is_current(self._last_rowid())
        if code in _REFUSED_BEFORE_NUMBERED and not inserted:
            self._counter.take_back()
        self._counter.settle(inserted=inserted)
        if code == _NO_PARENT:
            self._counter.first = 0

    def number(self, wanted: Any, last: int) -> Any:
        """Return a row's number; `last` is that of the row which SQLite has inserted last."""
        self._counter.settle(inserted=self._is_inserted(last))
        return self._counter.number(wanted)

    def _is_inserted(self, last: int) -> bool:
        if not self._how.may_refuse:
            return True
        if not self._counter.is_current(last):
            return False
        # It may be the number of another table's row, inserted before this statement.
        return last != self._before or self._has_row(last)

    def _has_row(self, number: int) -> bool:
        sql = f"SELECT 1 FROM {quote_name(self._how.table.name)} WHERE _rowid_ = ?"
        return self.session.native(sql, (number,)).fetchone() is not None

    def _last_rowid(self) -> int:
        return int(self.session.native("SELECT last_insert_rowid()").fetchone()[0])

    def _following(self, table: Table) -> int:
        assert table.auto_increment is not None
        column = quote_name(table.auto_increment.name)
        sql = f"SELECT MAX({column}) FROM {quote_name(table.name)}"
        largest = self.session.native(sql).fetchone()[0] or 0
        return max(largest, self._used(table) or 0, 0) + 1

    def _used(self, table: Table) -> int | None:
        if not table.is_ours:
            return None  # SQLAlchemy's tables count without AUTOINCREMENT
        sql = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        row = self.session.native(sql, (table.name,)).fetchone()
        return None if row is None else int(row[0])

    def _keep(self, table: Table) -> None:
        if not table.is_ours:
            return
        # SQLite counts refused rows' own numbers as used, so its count may be too high, too.
        used, number = self._used(table), self._counter.following - 1
        if used is None and number:
            sql = "INSERT INTO sqlite_sequence (seq, name) VALUES (?, ?)"
        elif used is not None and used != number:
            sql = "UPDATE sqlite_sequence SET seq = ? WHERE name = ?"
        else:
            return
        self.session.native(sql, (number, table.name))
