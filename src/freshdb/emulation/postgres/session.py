"""What a connection that speaks Postgres's SQL remembers, and how it runs statements."""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError
from sqlglot.parsers.postgres import PostgresParser

from freshdb.emulation.functions.context import utc_now
from freshdb.emulation.plan import Answer
from freshdb.emulation.postgres import (  # noqa: F401  # calls, expressions, queries declare
    calls,
    changes,
    expressions,
    queries,
    tables,
    types,
)
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions import register
from freshdb.emulation.postgres.scope import refused
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Columns, Outputs, Writer
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.connection import Options


class _Parser(PostgresParser):
    FUNCTIONS: ClassVar[dict[str, Any]] = {}  # every function keeps its name
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: parser
        for name, parser in PostgresParser.FUNCTION_PARSERS.items()
        if name != "DATE_PART"
    }

    def _warn_unsupported(self) -> None:
        """Say nothing: what sqlglot does not know is refused."""


class Dialect(Postgres):
    """Postgres, as freshdb reads it: no function is renamed."""

    Parser = _Parser


_PLACES = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|/\*.*?\*/|--[^\n]*|::"""
    r"""|%%|%s|%\((?P<format>\w+)\)s|\?|(?<![:\w]):(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)
_CLASSES = {"23": "IntegrityError", "22": "DataError", "42": "ProgrammingError"}
_TRANSACTION = re.compile(
    r"\s*((?P<end>COMMIT|ROLLBACK|END)|BEGIN)(\s+(WORK|TRANSACTION))?\s*;?\s*"
    r"|\s*(SAVEPOINT|RELEASE(\s+SAVEPOINT)?|ROLLBACK\s+TO(\s+SAVEPOINT)?)\s+\w+\s*;?\s*",
    re.IGNORECASE,
)
_STRINGS = re.compile(r"\b[eEuUbBxX]&?'|\$\w*\$")


# sqlglot takes `DATE '…'::text` for `DATE ('…'::text)`.
_LITERALS = re.compile(
    r"(?P<typed>\b(?:DATE|TIMESTAMP|TIMESTAMPTZ|INTERVAL)\s*'(?:[^']|'')*')(?=\s*::)"
    r"""|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?P<odd>\b\d+_\d)""",
    re.IGNORECASE,
)


def _in_parentheses(match: re.Match[str]) -> str:
    if match["odd"]:
        raise refused("a number with underscores", "leave them out")
    return f"({match['typed']})" if match["typed"] else match.group()


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
        places, bound = _bound(text, parameters)
        kinds = tuple(_kind(one) for one in bound)
        key = (text, kinds)
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = self._compiled(places, kinds)
        sql, outputs, verb = found
        if verb not in ("select", "create", "drop"):
            self._begin()
        cursor = sqlite3.Cursor(self.connection).execute(sql, _values(bound))
        rows = cursor.fetchall() if outputs else []
        if verb in ("create", "drop"):
            self.schema_changed()
        if not outputs:
            return Answer(None, [], max(cursor.rowcount, 0))
        converted = [
            tuple(v.to_python(kind, value) for value, (_, kind) in zip(row, outputs, strict=True))
            for row in rows
        ]
        return Answer([name for name, _ in outputs], converted, len(rows))

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
        return self._compiled(_bound(text, None)[0], ())[0]

    def _compiled(self, text: str, kinds: tuple[Any, ...]) -> tuple[str, Outputs, str]:
        if _STRINGS.search(re.sub(r"'(?:[^']|'')*'(?!')", "''", text)):
            raise refused("E'…', $$…$$ and their kin", "write the text between single quotes")
        node = parsed(_LITERALS.sub(_in_parentheses, text))
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


def parsed(text: str) -> Any:
    """Return the one statement of a text.

    Raises:
        PostgresError: 42601, where it does not parse or holds several.
        EmulationError: it is too deep.
    """
    try:
        found = [one for one in sqlglot.parse(text, dialect=Dialect) if one is not None]
    except SqlglotError as error:
        facts = (getattr(error, "errors", None) or [{}])[0]
        near = facts.get("highlight") or ""
        raise PostgresError("42601", f'syntax error at or near "{near}"') from None
    except RecursionError:
        raise refused("so deep a statement", "nest it less deep") from None
    except (AttributeError, TypeError, ValueError, IndexError, KeyError, AssertionError):
        raise PostgresError("42601", "syntax error") from None
    if len(found) != 1:
        raise PostgresError("42601", "cannot insert multiple commands into a prepared statement")
    return found[0]


def _bound(text: str, parameters: Any) -> tuple[str, list[Any]]:
    """Return the text with `$1` for every parameter, and the values in that order."""
    if not parameters and parameters is not None:
        return text, []
    values: list[Any] = []
    rest = iter(() if isinstance(parameters, Mapping) or parameters is None else parameters)
    names: dict[str, int] = {}
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        word, name = match.group(), match["format"] or match["name"]
        if word in ("%s", "?"):
            count += 1
            if parameters is not None:
                values.append(_next(rest))
            return f"${count}"
        if name is None or not (isinstance(parameters, Mapping) or parameters is None):
            return "%" if word == "%%" else word
        if name not in names:
            count += 1
            names[name] = count
            if parameters is not None:
                if name not in parameters:
                    raise PostgresError("08P01", f"there is no value for `{name}`")
                values.append(parameters[name])
        return f"${names[name]}"

    made = _PLACES.sub(replace, text)
    if next(rest, rest) is not rest:
        raise PostgresError("08P01", "there are more values than places")
    return made, values


def _next(rest: Any) -> Any:
    try:
        return next(rest)
    except StopIteration:
        raise PostgresError("08P01", "there are fewer values than places") from None


_KINDS: Sequence[tuple[type, str]] = (
    (bool, "bool"), (float, "float8"), (str, "unknown"), (bytes, "bytea"), (Decimal, "numeric"),
    (dt.date, "date"), (dt.timedelta, "interval"), (uuid.UUID, "uuid"), (dict, "jsonb"),
)  # fmt: skip


def _kind(value: Any) -> Any:
    """Return the type that psycopg sends a value as."""
    if value is None:
        return "null"
    if isinstance(value, (list, tuple)):
        return tuple(_kind(one) for one in value)
    if isinstance(value, dt.datetime):
        return "timestamp" if value.tzinfo is None else "timestamptz"
    if isinstance(value, int) and not isinstance(value, bool):
        size = abs(value)
        return (
            "int2"
            if size < 2**15
            else "int4"
            if size < 2**31
            else "int8"
            if size < 2**63
            else "numeric"
        )
    for kind, name in _KINDS:
        if isinstance(value, kind):
            return name
    raise refused(f"a bound value of type {type(value).__name__}", "bind text or a number")


def _values(bound: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, value in enumerate(bound, 1):
        if isinstance(value, (list, tuple)):
            found |= {f"p{number}_{at}": _stored(one) for at, one in enumerate(value)}
        else:
            found[f"p{number}"] = _stored(value)
    return found


def _stored(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return v.stamp_text(
            (value if value.tzinfo is None else value.astimezone(dt.UTC)).replace(tzinfo=None)
        )
    if isinstance(value, (dt.date, uuid.UUID)):
        return str(value)
    if isinstance(value, Decimal):
        return v.numeric_text(v.numeric(value))
    if isinstance(value, dt.timedelta):
        return f"0 {value.days} {value.seconds * 1_000_000 + value.microseconds}"
    if isinstance(value, dict):
        return v.jsonb_text(value)
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    return int(value) if isinstance(value, bool) else value
