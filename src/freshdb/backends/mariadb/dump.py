"""All that a MariaDB or MySQL database holds, as values that can be compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

from freshdb.backends.mariadb.admin import Admin, Row, quoted
from freshdb.backends.mariadb.schema import Definition, read_definition


@dataclass(frozen=True)
class Dump:
    """A database, whatever its name.

    Attributes:
        definition: its tables with their next AUTO_INCREMENT, and all else but rows.
        rows: those of each table, in an order of their own.
    """

    definition: Definition
    rows: dict[str, list[Row]]


def dump(admin: Admin, name: str) -> Dump:
    """Read a whole database."""
    definition = read_definition(admin, name)
    rows = {
        table.name: sorted(
            admin.rows(f"SELECT * FROM {quoted(name)}.{quoted(table.name)}"), key=repr
        )
        for table in definition.tables
    }
    return Dump(replace(definition, name=""), rows)
