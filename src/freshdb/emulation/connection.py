"""A connection of SQLite that speaks MySQL's SQL, as a driver of MySQL's would answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from freshdb.emulation.compiling import split_script
from freshdb.emulation.functions import register_missing
from freshdb.emulation.plan import Answer
from freshdb.emulation.session import Options, Session

__all__ = ["Connection", "Cursor", "Options", "RawText", "Session"]

_SCHEMA_WORDS = ("CREATE", "ALTER", "DROP")


class RawText(str):
    """A statement that the application wrote itself, in the server's dialect."""

    __slots__ = ()


class Cursor(sqlite3.Cursor):
    """A cursor that answers as the driver's does; SQLAlchemy's own statements pass through."""

    _answer: Answer | None = None
    _at = 0

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Run one statement; in the emulated dialect where the application wrote it."""
        connection = self.connection
        assert isinstance(connection, Connection)
        if (type(sql) is RawText or connection.options.always) and connection.is_ready:
            self._answer = connection.session.execute(sql, parameters)
            self._at = 0
            return self
        self._answer = None
        if not connection.is_ready:
            return super().execute(sql, parameters)
        self._as_it_is(super().execute, sql, parameters)
        if sql.lstrip()[:6].upper().startswith(_SCHEMA_WORDS):
            connection.session.schema_changed()
        return self

    def executemany(self, sql: str, parameters: Any, /) -> Cursor:
        """Run one statement for each set of parameters."""
        connection = self.connection
        assert isinstance(connection, Connection)
        if type(sql) is not RawText and not connection.options.always:
            self._answer = None
            self._as_it_is(super().executemany, sql, parameters)
            return self
        affected, last = 0, 0
        for one in parameters:
            answer = connection.session.execute(sql, one)
            affected += answer.affected
            last = answer.last_id or last
        self._answer = Answer(None, [], affected, last)
        self._at = 0
        return self

    def _as_it_is(self, run: Callable[..., Any], sql: str, parameters: Any) -> None:
        """Run SQLite's own SQL, with the functions that it names."""
        connection = self.connection
        assert isinstance(connection, Connection)
        connection.session.begin_statement()
        while True:
            try:
                run(sql, parameters)
            except sqlite3.Error as error:
                context = getattr(connection.session, "context", None)
                if context is None or not register_missing(connection, context, error):
                    raise self._told(error) from None
            else:
                return

    def _told(self, error: sqlite3.Error) -> Exception:
        """Return the server's error, where a function of its own has failed."""
        assert isinstance(self.connection, Connection)
        found: Exception | None = self.connection.session.pending_failure()
        return error if found is None else found

    @property
    def description(self) -> Any:
        """The columns of the result, by the names that the server gives them."""
        if self._answer is None:
            return sqlite3.Cursor.description.__get__(self)
        if self._answer.names is None:
            return None
        return tuple((name, None, None, None, None, None, None) for name in self._answer.names)

    @property
    def rowcount(self) -> int:
        """The affected rows, as the driver counts them."""
        if self._answer is None:
            return sqlite3.Cursor.rowcount.__get__(self)  # type: ignore[no-any-return]
        return self._answer.affected

    @property
    def lastrowid(self) -> Any:
        """The number that AUTO_INCREMENT gave to the first new row."""
        if self._answer is None:
            return sqlite3.Cursor.lastrowid.__get__(self)
        return self._answer.last_id

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        if self._answer is None:
            try:
                return super().fetchone()
            except sqlite3.Error as error:
                raise self._told(error) from None
        if self._at >= len(self._answer.rows):
            return None
        self._at += 1
        return self._row(self._answer.rows[self._at - 1])

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows, `size` of them at most."""
        if self._answer is None:
            try:
                return super().fetchmany(self.arraysize if size is None else size)
            except sqlite3.Error as error:
                raise self._told(error) from None
        count = self.arraysize if size is None else size
        found = self._answer.rows[self._at : self._at + count]
        self._at += len(found)
        return [self._row(one) for one in found]

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        if self._answer is None:
            try:
                return super().fetchall()
            except sqlite3.Error as error:
                raise self._told(error) from None
        found = self._answer.rows[self._at :]
        self._at = len(self._answer.rows)
        return [self._row(one) for one in found] if self.row_factory is not None else list(found)

    def _row(self, row: tuple[Any, ...]) -> Any:
        factory: Any = self.row_factory
        if factory is None or factory is sqlite3.Row:
            return row
        return factory(self, row)

    def __iter__(self) -> Cursor:
        return self

    def __next__(self) -> Any:
        if self._answer is None:
            try:
                return super().__next__()
            except sqlite3.Error as error:
                raise self._told(error) from None
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row


class Connection(sqlite3.Connection):
    """A connection of SQLite that speaks another server's SQL."""

    session: Any
    is_ready = False

    def __init__(self, *args: Any, emulation: Options | None = None, **keywords: Any) -> None:
        keywords.pop("factory", None)
        super().__init__(*args, **keywords)
        self.options = emulation or Options()
        self.session = self._session()
        sqlite3.Cursor(self).execute("PRAGMA foreign_keys = 1")
        self.is_ready = True

    def _session(self) -> Any:
        """Return the session of the dialect that is spoken."""
        if self.options.dialect == "postgres":
            from freshdb.emulation.postgres.session import PostgresSession

            return PostgresSession(self, self.options)
        return Session(self, self.options)

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor."""
        return super().cursor(Cursor if factory is None else factory)

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        """Run a statement on a new cursor."""
        return self.cursor().execute(sql, parameters)

    def executescript(self, sql: str, /) -> Any:
        """Run the statements of a script, for example of `mysqldump --no-data`, one by one."""
        cursor = self.cursor()
        for statement in split_script(sql):
            cursor.execute(RawText(statement))
        return cursor

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run a statement for each set of parameters, on a new cursor."""
        return self.cursor().executemany(sql, parameters)
