"""Roads: the fastest way that a database product has for many rows at once.

A product's own road is one class here, entered in `ROADS` by its dialect and driver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Dialect, Table


class Road(Protocol):
    """How rows of one shape get into a table."""

    def start(self, connection: Connection) -> None:
        """Do what must come before the first row."""

    def insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert rows that all have the same keys.

        Raises:
            SQLAlchemyError: the database refuses one of them.
        """

    def finish(self, connection: Connection, tables: Iterable[Table]) -> None:
        """Do what is left to do when all rows are in their tables."""


class ManyParameters:
    """One prepared statement with many sets of parameters: the driver's `executemany`."""

    def start(self, connection: Connection) -> None:
        pass

    def insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        connection.execute(table.insert(), rows if rows[0] else [{} for _ in rows])

    def finish(self, connection: Connection, tables: Iterable[Table]) -> None:
        pass


class Sequenced(ManyParameters):
    """For Postgres: a sequence does not notice keys that are given, so it is set past them."""

    def finish(self, connection: Connection, tables: Iterable[Table]) -> None:
        from sqlalchemy import func, select, text

        for table in tables:
            column = table._autoincrement_column
            if column is None:
                continue
            name = connection.dialect.identifier_preparer.format_table(table)
            find = select(func.pg_get_serial_sequence(name, column.name))
            sequence = connection.execute(find).scalar()
            highest = connection.execute(select(func.max(column))).scalar()
            if sequence is not None and highest is not None:
                connection.execute(
                    text("SELECT setval(CAST(:name AS regclass), GREATEST(:value, 1))"),
                    {"name": sequence, "value": highest},
                )


class OfSQLite(ManyParameters):
    """For SQLite: its driver's `executemany`, past what SQLAlchemy does for each row."""

    def start(self, connection: Connection) -> None:
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


class Copied(Sequenced):
    """For Postgres with psycopg: `COPY`, where that means the same as `INSERT`."""

    def insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        values = _plain_values(connection.dialect, table, rows)
        if values is None:
            super().insert(connection, table, rows)
        else:
            self._copy(connection, table, list(rows[0]), values)

    def _copy(
        self, connection: Connection, table: Table, keys: list[str], values: list[Any]
    ) -> None:
        from sqlalchemy.exc import DBAPIError

        preparer = connection.dialect.identifier_preparer
        names = ", ".join(preparer.format_column(table.columns[key]) for key in keys)
        statement = f"COPY {preparer.format_table(table)} ({names}) FROM STDIN"
        driver: Any = connection.connection.driver_connection
        try:
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                for row in values:
                    copy.write_row(row)
        except connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError(statement, None, error) from error


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


ROADS: dict[tuple[str, str], Road] = {("postgresql", "psycopg"): Copied()}
_DEFAULT: dict[str, Road] = {"postgresql": Sequenced(), "sqlite": OfSQLite()}


def road_for(connection: Connection) -> Road:
    """Return the fastest road to the database of a connection."""
    dialect = connection.dialect
    road = ROADS.get((dialect.name, dialect.driver)) or _DEFAULT.get(dialect.name)
    return road or ManyParameters()
