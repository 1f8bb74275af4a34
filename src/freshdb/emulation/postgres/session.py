"""What a connection that speaks Postgres's SQL remembers, and how it runs statements."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
import weakref
from typing import TYPE_CHECKING, Any

from freshdb.emulation.functions.context import utc_now
from freshdb.emulation.plan import Answer
from freshdb.emulation.postgres import catalog as catalogs
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.binding import kind_of, numbered, values_of
from freshdb.emulation.postgres.compiling import Compiled, compile_statement
from freshdb.emulation.postgres.failures import from_sqlite
from freshdb.emulation.postgres.functions import register
from freshdb.emulation.postgres.problems import PostgresError, driver_error
from freshdb.emulation.postgres.queries.common_tables import returned_as
from freshdb.emulation.postgres.scope import quote_name, refused
from freshdb.emulation.postgres.sequences import Sequences
from freshdb.emulation.postgres.statements import answered, setting
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.connection import Options

_TRANSACTION = re.compile(
    r"\s*(?:(?P<end>(?:COMMIT|ROLLBACK|END|ABORT)(?:\s+(?:WORK|TRANSACTION))?)"
    r"|(?P<start>(?:BEGIN(?:\s+(?:WORK|TRANSACTION))?|START\s+TRANSACTION)(?:\s+(?:ISOLATION\s+LEVEL"
    r"|READ|WRITE|ONLY|COMMITTED|UNCOMMITTED|REPEATABLE|SERIALIZABLE|,|NOT|DEFERRABLE|\s)+)?)"
    r'|(?P<point>(?:SAVEPOINT|RELEASE(?:\s+SAVEPOINT)?|ROLLBACK\s+TO(?:\s+SAVEPOINT)?)\s+(?:\w+|"[^"]+")))'
    r"\s*;?\s*",
    re.IGNORECASE,
)


class PostgresSession:
    """One connection's session; the same face as that of MySQL's."""

    def __init__(self, connection: sqlite3.Connection, options: Options) -> None:
        self.connection = connection
        self.options = options
        self.pending: Exception | None = None
        now = options.now
        self._clock = now if callable(now) else (lambda: now) if now is not None else utc_now
        self._moment = ""
        self._plans: dict[Any, Compiled] = {}
        self._catalog: catalogs.Catalog | None = None
        register(connection, self._fail)
        self.sequences = Sequences(connection, self._fail)
        _latest[0] = weakref.ref(self)
        connection.create_function("pg_now", 1, self._now)
        connection.create_function("pg_single", 2, self._single)
        connection.create_function("pg_setting", 1, self._setting)
        connection.create_function("pg_raise", 2, self._raise)

    def _fail(self, error: Exception) -> None:
        self.pending = error

    def _now(self, kind: str) -> str:
        return self._moment[:10] if kind == "date" else self._moment

    def _setting(self, name: str) -> str:
        try:
            return setting(name)
        except PostgresError as error:
            self.pending = error
            raise

    def _raise(self, state: str, message: str) -> None:
        self.pending = PostgresError(state, message)
        raise self.pending

    def _single(self, value: Any, count: int) -> Any:
        if count > 1:
            message = "more than one row returned by a subquery used as an expression"
            self.pending = PostgresError("21000", message)
            raise self.pending
        return value

    # Running

    def begin_statement(self) -> None:
        """Set the clock, and forget the last statement's error."""
        now = self._clock()
        aware = now if now.tzinfo else now.replace(tzinfo=dt.UTC)
        self._moment = v.stamp_text(aware.astimezone(dt.UTC).replace(tzinfo=None))
        self.pending = None

    def pending_failure(self) -> Exception | None:
        """Return the error that a function has raised in SQLite's own SQL; None of others."""
        pending, self.pending = self.pending, None
        return driver_error(pending) if isinstance(pending, PostgresError) else pending

    def execute(self, text: str, parameters: Any = ()) -> Answer:
        """Run one statement.

        Raises:
            an exception of the driver's: the server would have refused it.
            EmulationError: it uses what is not supported.
        """
        self.begin_statement()
        try:
            return self._execute(text, parameters)
        except PostgresError as error:
            raise driver_error(error) from None
        except sqlite3.Error as error:
            raise self._translated(error) from None

    def _execute(self, text: str, parameters: Any) -> Answer:
        match = _TRANSACTION.fullmatch(text)
        if match is not None:
            return self._transaction(text, match)
        told = answered(text)
        if told is not None:
            return told
        places, bound = numbered(text, parameters)
        kinds = tuple(kind_of(one) for one in bound)
        key = (text, kinds)
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = self._compiled(places, kinds)
        if found.verb != "select" or found.before:
            self._begin()
        answer = self._run(found, values_of(bound))
        if found.verb in ("schema", "alter"):
            self.schema_changed()
        return answer

    def _transaction(self, text: str, match: re.Match[str]) -> Answer:
        """Begin and end as SQLite does; what is open or closed already only gets a notice."""
        if match["start"]:
            if not self.connection.in_transaction:
                sqlite3.Cursor(self.connection).execute("BEGIN")
        elif match["end"]:
            if self.connection.in_transaction:
                word = "COMMIT" if match["end"][0] in "cCeE" else "ROLLBACK"
                sqlite3.Cursor(self.connection).execute(word)
        else:
            sqlite3.Cursor(self.connection).execute(text)
        return Answer(None, [], -1)

    def _run(self, found: Compiled, values: dict[str, Any]) -> Answer:
        first = found.sql[0] if len(found.sql) == 1 else None
        if isinstance(first, str) and not found.upserts and not found.before:
            return self._one(first, found, values)
        cursor = sqlite3.Cursor(self.connection)
        cursor.execute("SAVEPOINT _freshdb")
        answer = Answer()
        try:
            for number, one in enumerate(found.before):
                rows = self._changed(one, values)
                values = {**values, returned_as(number): v.array_text(rows)}
            for step in found.sql:
                if isinstance(step, str):
                    answer = self._one(step, found, values)
                else:
                    step.run(sqlite3.Cursor(self.connection))
        except BaseException:
            cursor.execute("ROLLBACK TO _freshdb")
            raise
        finally:
            cursor.execute("RELEASE _freshdb")
        return answer

    def _one(self, sql: str, found: Compiled, values: dict[str, Any]) -> Answer:
        cursor = sqlite3.Cursor(self.connection).execute(sql, values)
        if found.upserts:
            return self._upserted(cursor.fetchall(), found)
        if found.verb == "change" and not found.outputs:
            # The driver does not count the rows of a change that begins with WITH.
            count = cursor.rowcount if cursor.rowcount >= 0 else _count(self.connection)
            return Answer(None, [], count)
        if found.verb != "select" and not found.outputs:
            return Answer(None, [], cursor.rowcount if found.verb == "schema" else -1)
        return _converted(cursor.fetchall(), found)

    def _changed(self, one: Compiled, values: dict[str, Any]) -> list[Any]:
        """Run a change in WITH, and return its rows as they travel."""
        rows = sqlite3.Cursor(self.connection).execute(str(one.sql[0]), values).fetchall()
        return _once(rows) if one.upserts else rows

    def _upserted(self, rows: list[Any], found: Compiled) -> Answer:
        rows = _once(rows)
        if not found.outputs:
            return Answer(None, [], len(rows))
        return _converted(rows, found)

    def _begin(self) -> None:
        if not self.connection.in_transaction and self.connection.isolation_level is not None:
            sqlite3.Cursor(self.connection).execute(f"BEGIN {self.connection.isolation_level}")

    def plan(self, text: str) -> Any:
        """Return what SQLite is given for a statement."""
        from freshdb.emulation.plan import Plan

        try:
            sql = self.compiled(text)
        except PostgresError as error:
            raise driver_error(error) from None
        return Plan(lambda session, values: Answer(), [sql])

    def compiled(self, text: str) -> str:
        """Return what SQLite is given for a statement whose values are not known.

        Raises:
            PostgresError: the server would refuse it.
            EmulationError: it uses what is not supported.
        """
        if _TRANSACTION.fullmatch(text) or answered(text) is not None:
            return text
        return ";\n".join(map(str, self._compiled(numbered(text, None)[0], ()).sql))

    def _compiled(self, text: str, kinds: tuple[Any, ...]) -> Compiled:
        return compile_statement(text, kinds, self.catalog, self._referring())

    # The schema

    @property
    def catalog(self) -> catalogs.Catalog:
        """The tables and views that there are."""
        if self._catalog is None:
            self._catalog = catalogs.read(self.connection)
        return self._catalog

    def _referring(self) -> dict[str, set[str]]:
        """Return of each table the others with a foreign key to it."""
        found: dict[str, set[str]] = {}
        cursor = sqlite3.Cursor(self.connection)
        for name in self.catalog.tables:
            for row in cursor.execute(f"PRAGMA foreign_key_list({quote_name(name)})").fetchall():
                if row[2] != name:
                    found.setdefault(row[2], set()).add(name)
        return found

    def schema_changed(self) -> None:
        """Read the schema anew before the next statement."""
        self._catalog = None
        self._plans.clear()

    def reload(self) -> None:
        """Read the schema anew."""
        self.schema_changed()

    def forget(self) -> None:
        """Forget what the last user of the connection has left."""
        self.schema_changed()
        self.sequences.forget()

    # Errors

    def _translated(self, error: sqlite3.Error) -> Exception:
        if isinstance(self.pending, EmulationError):
            return self.pending
        if isinstance(self.pending, PostgresError):
            return driver_error(self.pending)
        text = str(error)
        found = from_sqlite(text, self.catalog)
        if found is not None:
            return driver_error(found)
        if "locked" in text:
            return error
        return refused(f"what the statement became ({text})")


def _count(connection: sqlite3.Connection) -> int:
    return int(sqlite3.Cursor(connection).execute("SELECT changes()").fetchone()[0])


def _once(rows: list[Any]) -> list[Any]:
    """Return the rows of an upsert without their numbers, none of which may come twice."""
    numbers = [row[-1] for row in rows]
    if len(set(numbers)) != len(numbers):
        text = "ON CONFLICT DO UPDATE command cannot affect row a second time"
        raise PostgresError("21000", text)
    return [row[:-1] for row in rows]


_latest: list[Any] = [None]
"""The session that was begun last."""


def latest_catalog() -> catalogs.Catalog:
    """Return the tables that the latest session knows; none where another thread has it."""
    session = _latest[0]() if _latest[0] is not None else None
    try:
        return session.catalog if session is not None else catalogs.Catalog()
    except sqlite3.ProgrammingError:  # it is closed, or another thread's
        return catalogs.Catalog()


def _converted(rows: list[Any], found: Compiled) -> Answer:
    kinds = [kind for _, kind in found.outputs]
    try:
        converted = [
            tuple(v.to_python(kind, value) for value, kind in zip(row, kinds, strict=True))
            if kinds
            else ()
            for row in rows
        ]
    except OverflowError as error:
        raise PostgresError("22008", f"Python cannot hold this: {error}") from None
    return Answer([name for name, _ in found.outputs], converted, len(rows))
