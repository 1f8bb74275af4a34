"""Let the application's raw SQL run on SQLite as it was written for another server.

SQL that the application wrote itself (`text()`, `exec_driver_sql`) is marked, and a connection of
ours runs it in the emulated dialect; fragments of text inside Core are rewritten where they stand.
What SQLAlchemy compiled is SQLite's already, and passes through.
"""

from __future__ import annotations

import datetime as dt
import re
import weakref
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, event, types
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.pool import Pool
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import TextualSelect

from freshdb.emulation import require_sqlglot
from freshdb.emulation.flavors import flavor_of
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.connection import Connection

# What SQLAlchemy sends by `exec_driver_sql` on its own account, in SQLite's words.
_OF_SQLITE = re.compile(
    r"\s*(PRAGMA|ATTACH|DETACH|VACUUM|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b|.*\bsqlite_(temp_)?(master|schema)\b",
    re.IGNORECASE | re.DOTALL,
)
_TEXT = re.compile(r"(VARCHAR|CHAR|TEXT|NVARCHAR|NCHAR|CLOB)\b", re.IGNORECASE)


class Emulating:
    """The listeners that make SQLite engines speak another server's SQL.

    Args:
        product: the setting `emulate`: `mysql`, `mariadb` or `postgres`.
    """

    def __init__(self, product: str) -> None:
        self._flavor = flavor_of(product)
        self._is_postgres = self._flavor == "postgres"
        self._listening: list[tuple[Any, str, Callable[..., Any], bool]] = []
        self._compiling: Any = None
        self._agreed: weakref.WeakKeyDictionary[Dialect, Callable[[Dialect], None]]
        self._agreed = weakref.WeakKeyDictionary()

    def start(self) -> None:
        """Begin; after the redirect, whose changes to the arguments ours are added to."""
        from freshdb.backends.sqlite import merge

        require_sqlglot()
        from freshdb.emulation.fragments import watch_fragments

        self._listen(Engine, "do_connect", self._do_connect)
        self._listen(Engine, "before_cursor_execute", self._before_cursor_execute, retval=True)
        self._listen(Pool, "checkin", self._checkin)
        if self._is_postgres:
            from freshdb.emulation.postgres.fragments import PostgresSpeaker

            self._compiling = watch_fragments(PostgresSpeaker())
            merge.PREPARE.append(_with_postgres_functions)
            return
        from freshdb.emulation.fragments.mysql import MySQLSpeaker

        self._compiling = watch_fragments(MySQLSpeaker(self._flavor))
        merge.PREPARE.append(_with_functions)

    def stop(self) -> None:
        """End: engines speak SQLite's SQL again."""
        from freshdb.backends.sqlite import merge

        for dialect, undo in list(self._agreed.items()):
            undo(dialect)

        for target, name, function, _ in reversed(self._listening):
            event.remove(target, name, function)
        self._listening.clear()
        if self._compiling is not None:
            self._compiling()
        for prepare in (_with_functions, _with_postgres_functions):
            if prepare in merge.PREPARE:
                merge.PREPARE.remove(prepare)

    def _listen(
        self, target: Any, name: str, function: Callable[..., Any], *, retval: bool = False
    ) -> None:
        event.listen(target, name, function, **({"retval": True} if retval else {}))
        self._listening.append((target, name, function, retval))

    # The listeners

    def _do_connect(
        self, dialect: Dialect, record: Any, positional: list[Any], keywords: dict[str, Any]
    ) -> None:
        if dialect.name != "sqlite" or "factory" in keywords:
            return
        from freshdb.emulation.connection import Connection, Options

        if dialect not in self._agreed and not self._is_postgres:
            self._agreed[dialect] = _agree_on_stored_forms(dialect, rounds=self._flavor == "mysql8")
        options = Options(flavor=self._flavor, always=False, found_rows=True)
        if self._is_postgres:
            options = Options(dialect="postgres", always=False)
        keywords["factory"] = partial(Connection, emulation=options)

    def _before_cursor_execute(
        self,
        connection: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,
    ) -> tuple[str, Any]:
        if connection.dialect.name != "sqlite" or not is_raw(context, statement):
            return statement, parameters
        from freshdb.emulation.connection import RawText

        if _emulated(connection.connection.driver_connection) is None:
            raise EmulationError(
                f"{connection.engine!r} makes its connections itself (`creator=` or `factory`), so "
                "they do not speak the emulated dialect",
                hint="make the engine from a URL, or run this suite without `emulate`",
            )
        return RawText(statement), parameters

    def _checkin(self, dbapi_connection: Any, record: Any) -> None:
        found = _emulated(getattr(dbapi_connection, "driver_connection", dbapi_connection))
        if found is not None:
            found.session.forget()


def is_raw(context: Any, statement: str) -> bool:
    """Tell whether the application wrote a statement itself."""
    compiled = getattr(context, "compiled", None)
    if compiled is not None:
        return isinstance(getattr(compiled, "statement", None), (TextClause, TextualSelect))
    return _OF_SQLITE.match(statement) is None


def _emulated(driver_connection: Any) -> Connection | None:
    """Return the connection that speaks the dialect, also of an async driver."""
    from freshdb.emulation.connection import Connection

    if isinstance(driver_connection, Connection):
        return driver_connection
    inner = getattr(driver_connection, "_connection", None)
    return inner if isinstance(inner, Connection) else None


def _with_functions(connection: Any) -> None:
    """Register what tables may name: collations, and functions in CHECK and triggers."""
    from freshdb.emulation.connection import Options, Session
    from freshdb.emulation.functions import register

    session = Session(connection, Options(always=False))
    register(connection, session.context)


def _with_postgres_functions(connection: Any) -> None:
    """Register what tables of Postgres's SQL may name in CHECK, defaults and indexes."""
    from freshdb.emulation.connection import Options
    from freshdb.emulation.postgres.session import PostgresSession

    PostgresSession(connection, Options(dialect="postgres", always=False))


# SQLAlchemy's own types


def _agree_on_stored_forms(dialect: Any, *, rounds: bool) -> Callable[[Any], None]:
    """Let SQLAlchemy's columns hold values as raw SQL compares them; return what ends that."""
    compiler, specs = dialect.type_compiler_instance, dialect.colspecs
    kind = type(compiler)

    def undo(dialect: Any) -> None:
        dialect.colspecs = specs
        dialect._type_memos.clear()
        compiler.__class__ = kind

    dialect.colspecs = {**dialect.colspecs, **_stored_types(rounds=rounds)}
    dialect._type_memos.clear()
    compiler.__class__ = type(kind.__name__, (_Collating, kind), {})
    return undo


class _Collating:
    """A compiler of types: columns of text compare as MySQL's, in SQLAlchemy's tables too.

    A unique key then takes `Ada` and `ada` for the same, for raw SQL and for Core.
    """

    def process(self, type_: Any, **keywords: Any) -> str:
        """Return a type; of a column in CREATE TABLE with the collation."""
        found = str(super().process(type_, **keywords))  # type: ignore[misc]
        is_column = isinstance(keywords.get("type_expression"), Column)
        if is_column and _TEXT.match(found) and "COLLATE" not in found.upper():
            return f"{found} COLLATE mysql_ci"
        return found


def _stored_types(*, rounds: bool) -> dict[Any, Any]:
    from sqlalchemy.dialects import sqlite

    day = "%(year)04d-%(month)02d-%(day)02d"
    clock = "%(hour)02d:%(minute)02d:%(second)02d"

    def tolerant(base: Any, kind: type, storage: str) -> type:
        """Return a type that stores by MySQL's form, and takes what raw SQL has converted."""

        class Stored(base):  # type: ignore[misc]
            def __init__(self, *args: Any, **keywords: Any) -> None:
                keywords.setdefault("storage_format", storage)
                super().__init__(*args, **keywords)

            def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:
                process = super().bind_processor(dialect)
                return lambda value: process(_to_the_second(value) if rounds else value)

            def result_processor(self, dialect: Any, coltype: object) -> Callable[[Any], Any]:
                process = super().result_processor(dialect, coltype)
                return lambda value: (
                    process(value) if isinstance(value, str) else _as_kind(value, kind)
                )

        return Stored

    return {
        types.DateTime: tolerant(sqlite.DATETIME, dt.datetime, f"{day} {clock}"),
        types.Date: tolerant(sqlite.DATE, dt.date, day),
        types.Time: tolerant(sqlite.TIME, dt.time, clock),
    }


def _to_the_second(value: Any) -> Any:
    """Return a moment as MySQL's DATETIME without digits keeps it; MariaDB cuts what is more."""
    if not isinstance(value, (dt.datetime, dt.time)) or not value.microsecond:
        return value
    more = dt.timedelta(seconds=int(value.microsecond >= 500_000))
    whole = value.replace(microsecond=0)
    if isinstance(whole, dt.datetime):
        return whole + more
    return (dt.datetime.combine(dt.date.min, whole) + more).time()


def _as_kind(value: Any, kind: type) -> Any:
    if kind is dt.time and isinstance(value, dt.timedelta):
        return (dt.datetime.min + value).time()
    return value
