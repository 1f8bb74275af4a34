"""What a connection that speaks Postgres's SQL remembers, and how it runs statements."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from freshdb.emulation.functions.context import utc_now
from freshdb.emulation.plan import Answer
from freshdb.emulation.postgres import (  # noqa: F401  # calls, expressions, queries declare
    altering,
    calls,
    changes,
    expressions,
    queries,
    tables,
    types,
)
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.binding import kind_of, numbered, values_of
from freshdb.emulation.postgres.functions import register
from freshdb.emulation.postgres.parsing import parsed
from freshdb.emulation.postgres.scope import quote_name, refused
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Columns, Outputs, Writer
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.connection import Options


_CLASSES = {"23": "IntegrityError", "22": "DataError", "42": "ProgrammingError"}
_TRANSACTION = re.compile(
    r"\s*((?P<end>COMMIT|ROLLBACK|END)|BEGIN)(\s+(WORK|TRANSACTION))?\s*;?\s*"
    r"|\s*(SAVEPOINT|RELEASE(\s+SAVEPOINT)?|ROLLBACK\s+TO(\s+SAVEPOINT)?)\s+\w+\s*;?\s*",
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
        self._plans: dict[Any, tuple[str, Outputs, str]] = {}
        self._tables: dict[str, Columns] | None = None
        register(connection, self._fail)
        connection.create_function("pg_now", 1, self._now)
        connection.create_function("pg_single", 2, self._single)

    def _fail(self, error: Exception) -> None:
        self.pending = error

    def _now(self, kind: str) -> str:
        return self._moment[:10] if kind == "date" else self._moment

    def _single(self, value: Any, count: int) -> Any:
        if count > 1:
            message = "more than one row returned by a subquery used as an expression"
            self.pending = PostgresError("21000", message)
            raise self.pending
        return value

    # Running

    def execute(self, text: str, parameters: Any = ()) -> Answer:
        """Run one statement.

        Raises:
            an exception of the driver's: the server would have refused it.
            EmulationError: it uses what is not supported.
        """
        now = self._clock()
        aware = now if now.tzinfo else now.replace(tzinfo=dt.UTC)
        self._moment = v.stamp_text(aware.astimezone(dt.UTC).replace(tzinfo=None))
        self.pending = None
        try:
            return self._execute(text, parameters)
        except PostgresError as error:
            raise driver_error(error) from None
        except sqlite3.Error as error:
            raise self._translated(error) from None

    def _execute(self, text: str, parameters: Any) -> Answer:
        match = _TRANSACTION.fullmatch(text)
        if match is not None:
            if not match["end"] or self.connection.in_transaction:
                sqlite3.Cursor(self.connection).execute(text)
            return Answer()
        places, bound = numbered(text, parameters)
        kinds = tuple(kind_of(one) for one in bound)
        key = (text, kinds)
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = self._compiled(places, kinds)
        sql, outputs, verb = found
        if verb not in ("select", "create", "drop", "alter"):
            self._begin()
        if verb == "truncate":
            return self._each(sql)
        cursor = sqlite3.Cursor(self.connection).execute(sql, values_of(bound))
        rows = cursor.fetchall() if outputs else []
        if verb in ("create", "drop", "alter"):
            self.schema_changed()
        if not outputs:
            return Answer(None, [], max(cursor.rowcount, 0))
        converted = [
            tuple(v.to_python(kind, value) for value, (_, kind) in zip(row, outputs, strict=True))
            for row in rows
        ]
        return Answer([name for name, _ in outputs], converted, len(rows))

    def _each(self, sql: str) -> Answer:
        """Run several statements, all of them or none."""
        cursor = sqlite3.Cursor(self.connection)
        cursor.execute("SAVEPOINT _freshdb")
        try:
            for one in sql.split(";\n"):
                cursor.execute(one)
        except BaseException:
            cursor.execute("ROLLBACK TO _freshdb")
            raise
        finally:
            cursor.execute("RELEASE _freshdb")
        return Answer()

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
        if _TRANSACTION.fullmatch(text):
            return text
        return self._compiled(numbered(text, None)[0], ())[0]

    def _compiled(self, text: str, kinds: tuple[Any, ...]) -> tuple[str, Outputs, str]:
        node = parsed(text)
        try:
            return self._written(node, kinds)
        except RecursionError:
            raise refused("so deep a statement", "nest it less deep") from None
        except (AttributeError, ValueError, KeyError, IndexError, TypeError) as error:
            # sqlglot's tree has a form that nobody has foreseen here: better none than wrong.
            raise refused(f"the form of this {type(node).__name__.upper()} ({error})") from error

    def _written(self, node: Any, kinds: tuple[Any, ...]) -> tuple[str, Outputs, str]:
        writer = Writer(self._schema(), kinds)
        if isinstance(node, exp.Query):
            return (*writer.query(node), "select")
        if isinstance(node, exp.Insert):
            return (*changes.insert(writer, node), "insert")
        if isinstance(node, exp.Update):
            return (*changes.update(writer, node), "update")
        if isinstance(node, exp.Delete):
            return (*changes.delete(writer, node), "delete")
        if isinstance(node, exp.Create):
            return tables.create(node), [], "create"
        if isinstance(node, exp.Alter):
            return altering.alter(node, self._schema()), [], "alter"
        if isinstance(node, exp.TruncateTable):
            statements = altering.truncate(node, self._schema(), self._referring())
            return ";\n".join(statements), [], "truncate"
        if isinstance(node, exp.Drop) and node.args.get("kind") in ("TABLE", "INDEX"):
            return tables.drop(node), [], "drop"
        raise refused(f"the statement {type(node).__name__.upper()}")

    # The schema

    def _schema(self) -> dict[str, Columns]:
        if self._tables is None:
            cursor = sqlite3.Cursor(self.connection)
            names = cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            self._tables = {
                name: {
                    row[1]: types.declared(row[2] or "")
                    for row in sqlite3.Cursor(self.connection).execute(
                        f'PRAGMA table_info("{name}")'
                    )
                }
                for (name,) in names.fetchall()
            }
        return self._tables

    def _referring(self) -> dict[str, set[str]]:
        """Return of each table the others with a foreign key to it."""
        found: dict[str, set[str]] = {}
        cursor = sqlite3.Cursor(self.connection)
        for name in self._schema():
            for row in cursor.execute(f"PRAGMA foreign_key_list({quote_name(name)})").fetchall():
                if row[2] != name:
                    found.setdefault(row[2], set()).add(name)
        return found

    def schema_changed(self) -> None:
        """Read the schema anew before the next statement."""
        self._tables = None
        self._plans.clear()

    def reload(self) -> None:
        """Read the schema anew."""
        self.schema_changed()

    def forget(self) -> None:
        """Forget what the last user of the connection has left."""
        self.schema_changed()

    # Errors

    def _translated(self, error: sqlite3.Error) -> Exception:
        if isinstance(self.pending, EmulationError):
            return self.pending
        if isinstance(self.pending, PostgresError):
            return driver_error(self.pending)
        text = str(error)
        if tables.TOO_LONG in text:
            length = text.rpartition("_")[2]
            message = f"value too long for type character varying({length})"
            return driver_error(PostgresError("22001", message))
        for pattern, state in (
            ("UNIQUE", "23505"), ("NOT NULL", "23502"), ("FOREIGN KEY", "23503"),
            ("CHECK", "23514"),
        ):  # fmt: skip
            if text.startswith(f"{pattern} constraint failed"):
                return driver_error(PostgresError(state, text))
        if "locked" in text:
            return error
        return refused(f"what the statement became ({text})")


def driver_error(error: PostgresError) -> Exception:
    """Return the exception of the driver's, with the server's SQLSTATE as its first argument."""
    name = _CLASSES.get(error.state[:2], "OperationalError")
    found: type[Exception] = getattr(sqlite3, name)
    made = found(error.state, error.message)
    made.sqlstate = error.state  # type: ignore[attr-defined]
    return made
