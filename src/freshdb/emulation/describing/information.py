"""What information_schema tells: the columns of each of its tables, and their rows."""

from __future__ import annotations

from collections.abc import Iterator

from freshdb.emulation.catalog import Catalog, Column, Table, quote_name
from freshdb.emulation.describing.shown import (
    PRIVILEGES,
    Raw,
    Row,
    base_tables,
    default_text,
    extra_text,
    has_characters,
    index_rows,
    key_word,
    keys_in_order,
    type_text,
)
from freshdb.emulation.functions.context import Context
from freshdb.emulation.types import BLOB_LENGTHS, CI, TEXT_LENGTHS

_PRECISION = {"tinyint": 3, "smallint": 5, "mediumint": 7, "int": 10, "bigint": 19}


INFORMATION: dict[str, tuple[str, ...]] = {
    "SCHEMATA": (
        "CATALOG_NAME", "SCHEMA_NAME", "DEFAULT_CHARACTER_SET_NAME", "DEFAULT_COLLATION_NAME",
        "SQL_PATH",
    ),
    "TABLES": (
        "TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_TYPE", "ENGINE", "VERSION",
        "ROW_FORMAT", "TABLE_ROWS", "AVG_ROW_LENGTH", "DATA_LENGTH", "MAX_DATA_LENGTH",
        "INDEX_LENGTH", "DATA_FREE", "AUTO_INCREMENT", "CREATE_TIME", "UPDATE_TIME", "CHECK_TIME",
        "TABLE_COLLATION", "CHECKSUM", "CREATE_OPTIONS", "TABLE_COMMENT",
    ),
    "COLUMNS": (
        "TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION",
        "COLUMN_DEFAULT", "IS_NULLABLE", "DATA_TYPE", "CHARACTER_MAXIMUM_LENGTH",
        "CHARACTER_OCTET_LENGTH", "NUMERIC_PRECISION", "NUMERIC_SCALE", "DATETIME_PRECISION",
        "CHARACTER_SET_NAME", "COLLATION_NAME", "COLUMN_TYPE", "COLUMN_KEY", "EXTRA", "PRIVILEGES",
        "COLUMN_COMMENT", "IS_GENERATED", "GENERATION_EXPRESSION",
    ),
    "STATISTICS": (
        "TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "NON_UNIQUE", "INDEX_SCHEMA", "INDEX_NAME",
        "SEQ_IN_INDEX", "COLUMN_NAME", "COLLATION", "CARDINALITY", "SUB_PART", "PACKED", "NULLABLE",
        "INDEX_TYPE", "COMMENT", "INDEX_COMMENT", "IGNORED",
    ),
    "KEY_COLUMN_USAGE": (
        "CONSTRAINT_CATALOG", "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME", "TABLE_CATALOG",
        "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION",
        "POSITION_IN_UNIQUE_CONSTRAINT", "REFERENCED_TABLE_SCHEMA", "REFERENCED_TABLE_NAME",
        "REFERENCED_COLUMN_NAME",
    ),
    "TABLE_CONSTRAINTS": (
        "CONSTRAINT_CATALOG", "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME", "TABLE_SCHEMA", "TABLE_NAME",
        "CONSTRAINT_TYPE",
    ),
    "REFERENTIAL_CONSTRAINTS": (
        "CONSTRAINT_CATALOG", "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME", "UNIQUE_CONSTRAINT_CATALOG",
        "UNIQUE_CONSTRAINT_SCHEMA", "UNIQUE_CONSTRAINT_NAME", "MATCH_OPTION", "UPDATE_RULE",
        "DELETE_RULE", "TABLE_NAME", "REFERENCED_TABLE_NAME",
    ),
    "VIEWS": (
        "TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", "VIEW_DEFINITION", "CHECK_OPTION",
        "IS_UPDATABLE",
    ),
    "ROUTINES": ("SPECIFIC_NAME", "ROUTINE_SCHEMA", "ROUTINE_NAME", "ROUTINE_TYPE"),
    "TRIGGERS": ("TRIGGER_SCHEMA", "TRIGGER_NAME", "EVENT_MANIPULATION", "EVENT_OBJECT_TABLE"),
    "EVENTS": ("EVENT_SCHEMA", "EVENT_NAME"),
    "PARTITIONS": ("TABLE_SCHEMA", "TABLE_NAME", "PARTITION_NAME"),
}  # fmt: skip


def information_rows(name: str, catalog: Catalog, context: Context) -> list[Row]:
    """Return the rows of a table of information_schema."""
    database = context.database or ""
    tables = base_tables(catalog)
    match name:
        case "SCHEMATA":
            charset = ("utf8mb4", CI, None)
            return [("def", one, *charset) for one in ("information_schema", database)]
        case "TABLES":
            return [_table_row(one, database) for one in tables]
        case "COLUMNS":
            return [row for one in tables for row in _columns(one, context)]
        case "STATISTICS":
            return [row for one in tables for row in _statistics(one, database)]
        case "KEY_COLUMN_USAGE":
            return [row for one in tables for row in _key_usage(one, database)]
        case "TABLE_CONSTRAINTS":
            return [row for one in tables for row in _constraints(one, database)]
        case "REFERENTIAL_CONSTRAINTS":
            return [
                (
                    "def",
                    database,
                    key.name,
                    "def",
                    database,
                    "PRIMARY",
                    "NONE",
                    key.on_update,
                    key.on_delete,
                    one.name,
                    key.table,
                )
                for one in tables
                for key in one.foreign
            ]
        case "VIEWS":
            return [
                ("def", database, one.name, one.view_text, "NONE", "NO")
                for one in tables
                if one.is_view
            ]
    return []


def _table_row(one: Table, database: str) -> Row:
    if one.is_view:
        return ("def", database, one.name, "VIEW", *[None] * 16, "VIEW")
    rows = Raw(f"(SELECT COUNT(*) FROM {quote_name(one.name)})")
    counter = None
    if one.auto_increment is not None and one.is_ours:
        name = one.name.replace("'", "''")
        counter = Raw(f"COALESCE((SELECT seq + 1 FROM sqlite_sequence WHERE name = '{name}'), 1)")
    comment = one.options.get("comment", "")
    return (
        "def", database, one.name, "BASE TABLE", "InnoDB", 10, "Dynamic", rows, 0, 16384, 0, 0, 0,
        counter, None, None, None, CI, None, "", comment,
    )  # fmt: skip


def _columns(table: Table, context: Context) -> Iterator[Row]:
    for number, one in enumerate(table.columns, 1):
        kind = one.type
        text = has_characters(one)
        length = kind.length if kind.name in ("char", "varchar", "binary", "varbinary") else None
        length = length or TEXT_LENGTHS.get(kind.name) or BLOB_LENGTHS.get(kind.name)
        if kind.members:
            length = (
                max(map(len, kind.members)) if kind.kind == "enum" else len(",".join(kind.members))
            )
        wide = kind.name in ("char", "varchar", "enum", "set")
        precision, scale = _numeric(one)
        yield (
            "def", context.database, table.name, one.name, number, _information_default(one,
            context), "YES" if one.is_nullable else "NO", _data_type(one, context), length, length *
            4 if length and wide else length, precision, scale, (kind.scale or 0) if kind.kind in
            ("datetime", "time") else None, "utf8mb4" if text else None, kind.collation if text else
            None, type_text(one, context), key_word(table, one), extra_text(one, context),
            PRIVILEGES, one.comment, "ALWAYS" if one.generated is not None else "NEVER",
            one.generated,
        )  # fmt: skip


def _data_type(one: Column, context: Context) -> str:
    is_text = not one.type.name or (one.type.name == "json" and not context.is_mysql8)
    return "longtext" if is_text else one.type.name


def _information_default(one: Column, context: Context) -> str | None:
    shown = default_text(one, context)
    if context.is_mysql8:
        return shown
    if shown is None:
        return "NULL" if one.is_nullable else None
    if not one.default_is_text or one.type.kind in ("int", "uint", "double", "decimal", "year"):
        return shown
    return f"'{shown}'"


def _numeric(one: Column) -> tuple[int | None, int | None]:
    kind = one.type
    if kind.name in _PRECISION:
        more = 1 if kind.unsigned and kind.name == "bigint" else 0
        return _PRECISION[kind.name] + more, 0
    if kind.kind == "decimal":
        return kind.length or 10, kind.scale or 0
    if kind.kind == "double":
        return 12 if kind.name == "float" else 22, None
    if kind.kind == "bit":
        return kind.length or 1, None
    return None, None


def _statistics(table: Table, database: str) -> Iterator[Row]:
    for row in index_rows(table):
        _, non_unique, name, number, column, order, rows, _, _, null, kind, *_ = row
        yield (
            "def", database, table.name, non_unique, database, name, number, column, order, rows,
            None, None, null, kind, "", "", "NO",
        )  # fmt: skip


def _key_usage(table: Table, database: str) -> Iterator[Row]:
    for key in keys_in_order(table):
        if key.is_unique:
            for number, name in enumerate(key.columns, 1):
                yield (
                    "def",
                    database,
                    key.name,
                    "def",
                    database,
                    table.name,
                    name,
                    number,
                    None,
                    None,
                    None,
                    None,
                )
    for foreign in table.foreign:
        for number, name in enumerate(foreign.columns, 1):
            referred = foreign.referred[number - 1] if number <= len(foreign.referred) else None
            yield (
                "def", database, foreign.name, "def", database, table.name, name, number, number,
                database, foreign.table, referred,
            )  # fmt: skip


def _constraints(table: Table, database: str) -> Iterator[Row]:
    for key in keys_in_order(table):
        if key.is_unique:
            word = "PRIMARY KEY" if key.name == "PRIMARY" else "UNIQUE"
            yield ("def", database, key.name, database, table.name, word)
    for foreign in table.foreign:
        yield ("def", database, foreign.name, database, table.name, "FOREIGN KEY")
    for name, _ in table.checks:
        yield ("def", database, name, database, table.name, "CHECK")
