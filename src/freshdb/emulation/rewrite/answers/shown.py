"""What each SHOW shows: the names of its columns, and its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation import values
from freshdb.emulation.catalog import Table
from freshdb.emulation.describing import (
    Raw,
    base_tables,
    column_rows,
    create_text,
    index_rows,
    information_rows,
)
from freshdb.emulation.functions.context import Context
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.variables import SYSTEM_VARIABLES, read_variable
from freshdb.errors import EmulationError

Rows = tuple[list[str], Iterable[tuple[Any, ...]]]


def _tables(writer: Writer, this: s.Show) -> Rows:
    pattern = f" ({this.like})" if this.like is not None else ""
    names = [f"Tables_in_{writer.context.database}{pattern}"]
    if not this.full:
        return names, [(one.name,) for one in base_tables(writer.catalog)]
    rows = [
        (one.name, "VIEW" if one.is_view else "BASE TABLE") for one in base_tables(writer.catalog)
    ]
    return [*names, "Table_type"], rows


def _known(table: Table) -> Table:
    """Return a table whose types were declared.

    Raises:
        EmulationError: CREATE TABLE … SELECT calculated some, which are the server's to choose.
    """
    if "calculated" in table.options:
        raise EmulationError(
            f"the types that CREATE TABLE … SELECT gave the columns of `{table.name}` are unknown",
            hint="declare the columns, and fill them by INSERT … SELECT",
        )
    return table


def _columns(writer: Writer, this: s.Show) -> Rows:
    assert this.table is not None
    if (this.table.database or "").lower() == "information_schema":
        raise EmulationError(
            "DESCRIBE of information_schema is not supported", hint="select from it"
        )
    table = _known(writer.table(this.table.name, this.table.database))
    names = ["Field", "Type", "Null", "Key", "Default", "Extra"]
    if this.full:
        names = [
            "Field",
            "Type",
            "Collation",
            "Null",
            "Key",
            "Default",
            "Extra",
            "Privileges",
            "Comment",
        ]
    return names, column_rows(table, writer.context, full=this.full)


def _index(writer: Writer, this: s.Show) -> Rows:
    assert this.table is not None
    names = [
        "Table",
        "Non_unique",
        "Key_name",
        "Seq_in_index",
        "Column_name",
        "Collation",
        "Cardinality",
        "Sub_part",
        "Packed",
        "Null",
        "Index_type",
        "Comment",
        "Index_comment",
        "Ignored",
    ]
    return names, index_rows(writer.table(this.table.name, this.table.database))


def _create_table(writer: Writer, this: s.Show) -> Rows:
    assert this.table is not None
    table = _known(writer.table(this.table.name, this.table.database))
    if table.is_view:
        return ["View", "Create View"], [
            (table.name, f"CREATE VIEW `{table.name}` AS {table.view_text}")
        ]
    if table.checks:
        raise EmulationError(
            f"SHOW CREATE TABLE of `{table.name}`, which has CHECK constraints, is not supported",
            hint="DESCRIBE it, or ask information_schema",
        )
    return ["Table", "Create Table"], [(table.name, _with_counter(table, writer.context))]


def _with_counter(table: Table, context: Context) -> str:
    """Return CREATE TABLE with the number that the next row will have, where it is not 1."""
    text = create_text(table, context)
    if table.auto_increment is None or not table.is_ours:
        return text
    before, engine, after = text.rpartition("\n) ENGINE=InnoDB")
    name = values.quote(table.name)
    counter = f"(SELECT seq + 1 FROM sqlite_sequence WHERE name = {name} AND seq > 0)"
    counted = f"COALESCE(' AUTO_INCREMENT=' || {counter}, '')"
    return Raw(f"({values.quote(before + engine)} || {counted} || {values.quote(after)})")


def _variables(writer: Writer, this: s.Show) -> Rows:
    context = writer.context
    rows = [
        (name, _value_text(read_variable(context, name), default))
        for name, default in sorted(SYSTEM_VARIABLES.items())
    ]
    return ["Variable_name", "Value"], rows


def _value_text(value: Any, default: Any) -> str:
    if isinstance(default, int) and default in (0, 1) and value in (0, 1):
        return "ON" if value else "OFF"
    return "" if value is None else str(value)


def _warnings(writer: Writer, this: s.Show) -> Rows:
    return ["Level", "Code", "Message"], list(writer.context.warnings)


def _databases(writer: Writer, this: s.Show) -> Rows:
    return ["Database"], [("information_schema",), (writer.context.database,)]


def _table_status(writer: Writer, this: s.Show) -> Rows:
    names = [
        "Name",
        "Engine",
        "Version",
        "Row_format",
        "Rows",
        "Avg_row_length",
        "Data_length",
        "Max_data_length",
        "Index_length",
        "Data_free",
        "Auto_increment",
        "Create_time",
        "Update_time",
        "Check_time",
        "Collation",
        "Checksum",
        "Create_options",
        "Comment",
    ]
    more: tuple[Any, ...] = ()
    if not writer.context.is_mysql8:
        names += ["Max_index_length", "Temporary"]
        more = (0, "N")
    rows = [
        (row[2], *row[4:], *more)
        for row in information_rows("TABLES", writer.catalog, writer.context)
    ]
    return names, rows


def _engines(writer: Writer, this: s.Show) -> Rows:
    names = ["Engine", "Support", "Comment", "Transactions", "XA", "Savepoints"]
    comment = "Supports transactions, row-level locking, foreign keys and encryption for tables"
    return names, [("InnoDB", "DEFAULT", comment, "YES", "YES", "YES")]


def _charset(writer: Writer, this: s.Show) -> Rows:
    names = ["Charset", "Description", "Default collation", "Maxlen"]
    return names, [
        ("utf8mb4", "UTF-8 Unicode", read_variable(writer.context, "collation_server"), 4)
    ]


def _collation(writer: Writer, this: s.Show) -> Rows:
    names = ["Collation", "Charset", "Id", "Default", "Compiled", "Sortlen"]
    return names, [
        ("utf8mb4_general_ci", "utf8mb4", 45, "Yes", "Yes", 1),
        ("utf8mb4_bin", "utf8mb4", 46, "", "Yes", 1),
    ]


def _status(writer: Writer, this: s.Show) -> Rows:
    return ["Variable_name", "Value"], [("Threads_connected", "1"), ("Uptime", "1")]


def _nothing(names: list[str]) -> Callable[[Writer, s.Show], Rows]:
    return lambda writer, this: (names, [])


SHOWN: dict[str, Callable[[Writer, s.Show], Rows]] = {
    "tables": _tables,
    "columns": _columns,
    "fields": _columns,
    "index": _index,
    "indexes": _index,
    "keys": _index,
    "create table": _create_table,
    "create view": _create_table,
    "variables": _variables,
    "warnings": _warnings,
    "errors": _warnings,
    "databases": _databases,
    "schemas": _databases,
    "table status": _table_status,
    "engines": _engines,
    "storage engines": _engines,
    "charset": _charset,
    "character set": _charset,
    "collation": _collation,
    "status": _status,
    "triggers": _nothing(
        ["Trigger", "Event", "Table", "Statement", "Timing", "Created", "sql_mode", "Definer"]
    ),
    "events": _nothing(["Db", "Name", "Definer", "Time zone", "Type"]),
}
