"""Roads: the fastest way that a database product has for many rows at once.

A product's own road is one class here, entered in `ROADS` by its dialect and driver.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


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


class OfSQLite(ManyParameters):
    """For SQLite, whose driver begins no transaction for a savepoint: it would commit by itself."""

    def start(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN")


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


ROADS: dict[tuple[str, str], Road] = {}
_DEFAULT: dict[str, Road] = {"postgresql": Sequenced(), "sqlite": OfSQLite()}


def road_for(connection: Connection) -> Road:
    """Return the fastest road to the database of a connection."""
    dialect = connection.dialect
    road = ROADS.get((dialect.name, dialect.driver)) or _DEFAULT.get(dialect.name)
    return road or ManyParameters()
