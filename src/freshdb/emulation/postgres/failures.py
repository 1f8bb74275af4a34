"""SQLite's errors as the server's: its SQLSTATE, words and names of constraints."""

from __future__ import annotations

import re

from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.tables import TOO_LONG


def from_sqlite(text: str, catalog: Catalog) -> PostgresError | None:
    """Return the server's error for one of SQLite's; None where there is no such error."""
    if TOO_LONG in text:
        length = text.rpartition("_")[2]
        return PostgresError("22001", f"value too long for type character varying({length})")
    what, _, rest = text.partition(" constraint failed: ")
    if what == "UNIQUE":
        return _unique(rest, catalog)
    if what == "NOT NULL":
        table, _, column = rest.partition(".")
        message = f'null value in column "{column}" of relation "{table}" violates not-null'
        return PostgresError("23502", f"{message} constraint")
    if what == "CHECK":
        message = f'new row violates check constraint "{rest}"'
        return PostgresError("23514", message, rest)
    if text.startswith("FOREIGN KEY constraint failed"):
        return PostgresError("23503", "insert, update or delete violates foreign key constraint")
    if match := re.match(
        r"(?:table|index) (\S+) already exists|.*already a table named (\S+)", text
    ):
        return PostgresError("42P07", f'relation "{match[1] or match[2]}" already exists')
    if match := re.match(r"no such (table|index|view): (\S+)", text):
        state = "42P01" if match[1] != "index" else "42704"
        return PostgresError(state, f'{match[1]} "{match[2]}" does not exist')
    if text.startswith("no such savepoint"):
        return PostgresError(
            "3B001", text.replace("no such savepoint: ", "savepoint does not exist: ")
        )
    return None


def _unique(rest: str, catalog: Catalog) -> PostgresError:
    name = rest.partition("index '")[2].rstrip("'")
    if not name:
        table = rest.partition(".")[0]
        columns = tuple(one.partition(".")[2] for one in rest.split(", "))
        facts = catalog.tables.get(table)
        found = facts.constraints.items() if facts else ()
        name = next((label for label, listed in found if listed == columns), "")
        if not name:
            is_key = facts is not None and tuple(facts.key) == columns
            name = f"{table}_pkey" if is_key else f"{table}_{'_'.join(columns)}_key"
    message = f'duplicate key value violates unique constraint "{name}"'
    return PostgresError("23505", message, name)
