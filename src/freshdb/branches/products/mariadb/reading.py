"""An open MariaDB or MySQL database: its schema by `SHOW CREATE`, its rows as text and bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from freshdb.backends.mariadb.admin import quoted
from freshdb.backends.mariadb.schema import CODE_IS_DONE, Code, Definition, read_definition
from freshdb.backends.mariadb.script import statements_of
from freshdb.branches.products import (
    Buckets,
    Column,
    Database,
    Digests,
    Result,
    Row,
    SchemaObject,
    Selection,
    Table,
)
from freshdb.branches.products.mariadb.server import admin_of, target_of
from freshdb.branches.records import Place

BATCH = 2000
_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
_NEXT_ID = re.compile(r" AUTO_INCREMENT=\d+")
_CONSTANT = re.compile(r"'([^'\\]|'')*'|-?[\d.]+(e[+-]?\d+)?|NULL", re.IGNORECASE)
_COLUMNS = """
SELECT table_name, column_name, column_type, character_set_name, column_default
FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY ordinal_position
"""
_UNIQUE = """
SELECT DISTINCT table_name FROM information_schema.statistics
WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY' AND non_unique = 0
"""


class MariaDBDatabase:
    """One open database; a read-only one is a transaction that sees one state."""

    # To tell only whether anything differs takes this server as long.
    buckets: tuple[int, ...] = (1 << 14,)

    def __init__(self, connection: Any, place: Place) -> None:
        self.connection = connection
        self.place = place

    @cached_property
    def definition(self) -> Definition:
        """What the database consists of."""
        with admin_of(self.place) as admin:
            return read_definition(admin, target_of(self.place).database)

    def objects(self) -> list[SchemaObject]:
        return list(objects_of(self.definition))

    def tables(self) -> dict[str, Table]:
        columns: dict[tuple[str, str], Column] = {}
        for table, name, kind, charset, default in self._rows(_COLUMNS):
            columns[table, name] = Column(name, f"{kind} {charset or ''}".strip(), default)
        has_unique = {name for (name,) in self._rows(_UNIQUE)}
        return {
            one.name: Table(
                one.name, tuple(columns[one.name, name] for name in one.columns), one.key,
                is_unique=bool(one.key), has_unique=one.name in has_unique,
            )
            for one in self.definition.tables
        }  # fmt: skip

    def unread(self) -> dict[str, str]:
        return {}

    def rows(self, table: Table, selection: Selection) -> Iterator[list[Row]]:
        values = _Values(table, selection)
        numbers = values.integers
        order = [one if at in numbers else f"BINARY {one}" for at, one in enumerate(values.key)]
        sql = (
            f"SELECT {', '.join(values.all)} FROM {quoted(table.name)}{values.where()} "
            f"ORDER BY {', '.join(order)}"
        )
        for batch in self.batches(sql, BATCH):
            yield [_with_numbers(row, numbers) for row in batch] if numbers else batch

    def batches(self, sql: str, size: int) -> Iterator[list[Row]]:
        """Yield the rows of a query in lists, as they come."""
        from pymysql.cursors import SSCursor

        with self.connection.cursor(SSCursor) as cursor:
            cursor.execute(sql)
            while batch := cursor.fetchmany(size):
                yield list(batch)

    def digests(self, table: Table, selection: Selection, number: int) -> Digests:
        values = _Values(table, selection)
        found = self._rows(
            "SELECT bucket, COUNT(*), SUM(CAST(CONV(LEFT(hash, 16), 16, 10) AS UNSIGNED)) FROM ("
            f"SELECT {values.bucket(number)} AS bucket, MD5({_image(values.all)}) AS hash "
            f"FROM {quoted(table.name)}) AS rows_with_hashes GROUP BY bucket"
        )
        return {int(bucket): tuple(digest) for bucket, *digest in found}

    def alike(self, other: Database) -> set[str]:
        return set()

    def query(self, sql: str, parameters: Sequence[Any], max_rows: int) -> Result:
        from pymysql.cursors import SSCursor

        with self.connection.cursor(SSCursor) as cursor:
            # What is left of an answer would have to be read before the connection can be closed.
            cursor.execute("SET SESSION sql_select_limit = %s", (max_rows + 1,))
            changed = cursor.execute(sql, tuple(parameters) or None)
            if cursor.description is None:
                return Result((), (), changed=changed)
            names = tuple(column[0] for column in cursor.description)
            return Result.capped(names, cursor.fetchmany(max_rows + 1), max_rows)

    def run_script(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            for text in statements_of(sql):
                cursor.execute(text)
                while cursor.nextset():
                    pass

    def _rows(self, sql: str) -> Sequence[Row]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            found: Sequence[Row] = cursor.fetchall()
            return found


class _Values:
    """The SQL for the values of a selection, and for what is made of them.

    Attributes:
        all: all of them.
        key: those of the key.
        integers: which of the key are integers.
    """

    def __init__(self, table: Table, selection: Selection) -> None:
        own = {column.name: column for column in table.columns}
        self.all = selection.values(table, value_of, stand_in)
        self.key = self.all[: len(selection.key)]
        self.integers = {
            at
            for at, name in enumerate(selection.key)
            if name in selection.alike and _is_integer(own[name])
        }
        self._only = selection.only

    def bucket(self, number: int) -> str:
        return f"CRC32({_image(self.key)}) & {number - 1}"

    def where(self) -> str:
        only: Buckets | None = self._only
        if only is None:
            return ""
        wanted = ", ".join(map(str, sorted(only.wanted)))
        return f" WHERE {self.bucket(only.number)} IN ({wanted})"


def _is_integer(column: Column) -> bool:
    return column.type.partition("(")[0].split(" ")[0] in _INTEGERS


def value_of(column: Column) -> str:
    """Return the SQL for a column's value in a form that tells all of it."""
    kind, name = column.type, quoted(column.name)
    if kind.startswith("float"):
        return f"CAST({name} AS DOUBLE)"  # as itself it is rounded to six digits
    if " " in kind and not kind.endswith(("unsigned", "zerofill")):
        return f"CONVERT({name} USING utf8mb4)"
    return name


def stand_in(column: Column) -> str:
    """Return the value that rows get in a column when it is added to their table."""
    default = column.default
    return default if default is not None and _CONSTANT.fullmatch(default) else "NULL"


def _image(values: Sequence[str]) -> str:
    """Return the SQL for bytes that are the same for the same values, and for no others."""
    return f"CONCAT({', '.join(f'QUOTE(BINARY {one})' for one in values)})"


def _with_numbers(row: Row, numbers: set[int]) -> Row:
    return tuple(
        int(value) if at in numbers and value is not None else value for at, value in enumerate(row)
    )


def objects_of(definition: Definition) -> Iterator[SchemaObject]:
    """Yield the things of a database, in an order in which they can be made."""
    for sequence in definition.sequences:
        yield SchemaObject("sequence", sequence.name, "", sequence.create, sequence.create)
    for table in definition.tables:
        create = _NEXT_ID.sub("", table.create)
        yield SchemaObject("table", table.name, table.name, create, create)
    for one in (*definition.routines, *definition.triggers, *definition.events):
        yield SchemaObject(one.kind.lower(), one.name, one.table, one.create, _script(one))
    for name, create in definition.views:
        yield SchemaObject("view", name, "", create, create)


def _script(code: Code) -> str:
    """Return code as a script has it, under a delimiter of its own; the last `;` is yet to come."""
    statements = ";;\n".join((*code.statements(), *CODE_IS_DONE))
    return f"DELIMITER ;;\n{statements};;\nDELIMITER "
