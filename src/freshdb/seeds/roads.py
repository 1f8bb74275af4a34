"""Roads: the fastest way that a database product has for many rows at once.

A product's own road is one class here, entered in `ROADS` by its dialect, or that and a driver.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Dialect, Table


class Road(Protocol):
    """How the rows of one load get into their tables.

    Attributes:
        leaves_keys: whether foreign keys are not looked at, so that whoever loads must.
    """

    leaves_keys: bool

    def start(self, connection: Connection, tables: Collection[Table], rows: int) -> None:
        """Do what must come before the first of so many rows."""

    def insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows that all have the same keys.

        Raises:
            SQLAlchemyError: the database refuses one of them.
        """

    def finish(self, connection: Connection, tables: Collection[Table]) -> None:
        """Do what is left to do when all rows are in their tables."""


class ManyParameters:
    """One prepared statement with many sets of parameters: the driver's `executemany`."""

    leaves_keys = False

    def start(self, connection: Connection, tables: Collection[Table], rows: int) -> None:
        pass

    def insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        connection.execute(table.insert(), rows if rows[0] else [{} for _ in rows])

    def finish(self, connection: Connection, tables: Collection[Table]) -> None:
        pass


class OfSQLite(ManyParameters):
    """For SQLite: its driver's `executemany`, past what SQLAlchemy does for each row."""

    leaves_keys = True

    def start(self, connection: Connection, tables: Collection[Table], rows: int) -> None:
        # The driver begins no transaction for a savepoint: it would commit by itself.
        driver: Any = connection.connection.driver_connection
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN")

    def insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        values = _plain_values(connection.dialect, table, rows)
        if values is None:
            super().insert(connection, table, rows)
            return
        insert = table.insert().inline()  # nobody wants to know the keys that the database makes
        statement = insert.compile(dialect=connection.dialect, column_keys=list(rows[0]))
        connection.exec_driver_sql(str(statement), values)


UNCHECKED_FROM = 1_000
"""Fewer rows are not worth asking whether foreign keys may be looked at all together."""

_MAY_BE_UNCHECKED = """
SELECT current_setting('is_superuser') = 'on'
  AND NOT EXISTS (SELECT FROM pg_class WHERE oid = ANY (named) AND relkind <> 'r')
  AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ANY (named)
    AND NOT tgisinternal AND tgenabled <> 'D' AND NOT starts_with(tgname, 'freshdb_'))
  AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = ANY (named))
  AND NOT EXISTS (SELECT FROM pg_constraint
    WHERE conrelid = ANY (named) AND (NOT convalidated OR contype <> 'f' AND condeferrable))
  AND :keys = (SELECT count(*) FROM pg_constraint
    WHERE conrelid = ANY (named) AND contype = 'f' AND conparentid = 0)
FROM (SELECT ARRAY(SELECT CAST(name AS regclass) FROM unnest(:names) AS name)) AS _ (named)
"""


class OfPostgres(ManyParameters):
    """For Postgres: looking each foreign key up takes longer than all the rest of an insert.

    A superuser can do without, in a session that plays a replica, and all keys are then looked at
    in one query. Triggers, rules and deferred constraints would not be heeded either, so this is
    for tables that have none; nor for those with keys that are not in the metadata.
    """

    def __init__(self) -> None:
        self.leaves_keys = False

    def start(self, connection: Connection, tables: Collection[Table], rows: int) -> None:
        if rows < UNCHECKED_FROM:
            return
        from sqlalchemy import ARRAY, Text, bindparam, text

        format_table = connection.dialect.identifier_preparer.format_table
        asked = text(_MAY_BE_UNCHECKED).bindparams(
            bindparam("names", [format_table(table) for table in tables], ARRAY(Text)),
            keys=sum(len(table.foreign_key_constraints) for table in tables),
        )
        self.leaves_keys = bool(connection.execute(asked).scalar())
        if self.leaves_keys:
            connection.execute(text("SET LOCAL session_replication_role = replica"))

    def finish(self, connection: Connection, tables: Collection[Table]) -> None:
        from sqlalchemy import text

        if self.leaves_keys:
            connection.execute(text("SET LOCAL session_replication_role = origin"))
        for table in tables:
            _set_sequence(connection, table)


def _set_sequence(connection: Connection, table: Table) -> None:
    """Set a sequence past the keys that were given: it does not notice them."""
    from sqlalchemy import func, select, text

    column = table._autoincrement_column
    if column is None:
        return
    name = connection.dialect.identifier_preparer.format_table(table)
    find = select(func.pg_get_serial_sequence(name, column.name))
    sequence = connection.execute(find).scalar()
    highest = connection.execute(select(func.max(column))).scalar()
    if sequence is not None and highest is not None:
        connection.execute(
            text("SELECT setval(CAST(:name AS regclass), GREATEST(:value, 1))"),
            {"name": sequence, "value": highest},
        )


class Copied(OfPostgres):
    """For Postgres: `COPY`, where that means the same as `INSERT`."""

    def insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        from sqlalchemy.exc import DBAPIError

        values = _plain_values(connection.dialect, table, rows)
        if values is None or not self._takes(values):
            super().insert(connection, table, rows)
            return
        names = [table.columns[key].name for key in rows[0]]
        try:
            self._copy(connection, table, names, values)
        except Exception as error:
            raise DBAPIError(f"COPY {table.name}", None, error) from error

    def _takes(self, values: list[tuple[Any, ...]]) -> bool:
        """Tell whether all values can be copied."""
        return True

    def _copy(
        self, connection: Connection, table: Table, names: list[str], values: list[Any]
    ) -> None:
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(_copy_of(connection, table, names)) as copy:
            for row in values:
                copy.write_row(row)


class CopiedByAsyncPsycopg(Copied):
    def _copy(
        self, connection: Connection, table: Table, names: list[str], values: list[Any]
    ) -> None:
        async def copy(driver: Any) -> None:
            statement = _copy_of(connection, table, names)
            async with driver.cursor() as cursor, cursor.copy(statement) as copied:
                for row in values:
                    await copied.write_row(row)

        _run_async(connection, copy)


class CopiedByAsyncpg(Copied):
    def _copy(
        self, connection: Connection, table: Table, names: list[str], values: list[Any]
    ) -> None:
        _run_async(
            connection,
            lambda driver: driver.copy_records_to_table(
                table.name, records=values, columns=names, schema_name=table.schema
            ),
        )


class CopiedByPsycopg2(Copied):
    """psycopg2 writes no rows: what is copied must be text, and some values are none of ours."""

    def _takes(self, values: list[tuple[Any, ...]]) -> bool:
        return all(type(one) in _AS_TEXT for row in values for one in row)

    def _copy(
        self, connection: Connection, table: Table, names: list[str], values: list[Any]
    ) -> None:
        lines = ("\t".join([_AS_TEXT[type(one)](one) for one in row]) for row in values)
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor:
            cursor.copy_expert(_copy_of(connection, table, names), StringIO("\n".join(lines)))


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_AS_TEXT: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: "\\N",
    str: lambda text: text.translate(_ESCAPES),
    bool: str,
    int: str,
    float: repr,
    Decimal: str,
    UUID: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
    time: time.isoformat,
    timedelta: lambda value: f"{value.days} days {value.seconds}.{value.microseconds:06} seconds",
}
"""How `COPY` reads values, of exactly these types."""


def _copy_of(connection: Connection, table: Table, names: list[str]) -> str:
    preparer = connection.dialect.identifier_preparer
    columns = ", ".join(preparer.quote(name) for name in names)
    return f"COPY {preparer.format_table(table)} ({columns}) FROM STDIN"


def _run_async(connection: Connection, function: Callable[[Any], Awaitable[Any]]) -> None:
    adapted: Any = connection.connection.dbapi_connection
    adapted.run_async(function)


PLAIN_FROM = 100
"""Fewer rows are not worth a road of their own."""


def _plain_values(
    dialect: Dialect, table: Table, rows: list[dict[str, Any]]
) -> list[tuple[Any, ...]] | None:
    """Return the rows as the driver takes them, if that is all that an `INSERT` would write."""
    columns = [table.columns[key] for key in rows[0]]
    if len(rows) < PLAIN_FROM or not columns or not _are_plain(table, columns, dialect):
        return None
    by_column: Any = zip(*(row.values() for row in rows), strict=True)
    bound = [
        values if bind is None else list(map(bind, values))
        for bind, values in zip((_binder(one, dialect) for one in columns), by_column, strict=True)
    ]
    return list(zip(*bound, strict=True))


def _are_plain(table: Table, columns: list[Column[Any]], dialect: Dialect) -> bool:
    """Tell whether values go in as they are: no defaults of SQLAlchemy's, no expressions around."""
    from sqlalchemy.types import TypeDecorator, TypeEngine

    for column in table.columns:
        if column not in columns and column.default is not None:
            return False
    for column in columns:
        kind = column.type.dialect_impl(dialect)
        plain = TypeDecorator if isinstance(kind, TypeDecorator) else TypeEngine
        if type(kind).bind_expression is not plain.bind_expression:
            return False
    return True


def _binder(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what makes a value of a column's type into one that the driver takes, if needed."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


ROADS: dict[str, type[Road]] = {
    "postgresql+psycopg": Copied,
    "postgresql+psycopg_async": CopiedByAsyncPsycopg,
    "postgresql+asyncpg": CopiedByAsyncpg,
    "postgresql+psycopg2": CopiedByPsycopg2,
    "postgresql": OfPostgres,
    "sqlite": OfSQLite,
}


def road_for(connection: Connection) -> Road:
    """Return the fastest road to the database of a connection, for one load."""
    dialect = connection.dialect
    road = ROADS.get(f"{dialect.name}+{dialect.driver}") or ROADS.get(dialect.name)
    return road() if road is not None else ManyParameters()
