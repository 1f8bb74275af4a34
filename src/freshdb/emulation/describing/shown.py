"""What SHOW tells of a table: its columns, its indexes, its CREATE TABLE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from freshdb.emulation.catalog import Catalog, Column, Key, Table, quote_name
from freshdb.emulation.functions.context import Context
from freshdb.emulation.types import CI, INTEGER_BITS

Row = tuple[Any, ...]
PRIVILEGES = "select,insert,update,references"


def base_tables(catalog: Catalog) -> list[Table]:
    """Return the tables and views that are told of, by name."""
    found = [one for one in catalog.tables.values() if not one.is_temporary]
    return sorted(found, key=lambda one: one.name)


def keys_in_order(table: Table) -> list[Key]:
    """Return the keys as the server lists them: primary, unique, others."""
    return sorted(table.keys, key=lambda one: (one.name != "PRIMARY", not one.is_unique))


def key_word(table: Table, column: Column) -> str:
    """Return PRI, UNI, MUL or nothing."""
    name = column.name.lower()
    if name in (one.lower() for one in table.primary):
        return "PRI"
    for key in table.keys:
        if key.is_unique and [one.lower() for one in key.columns] == [name]:
            return "UNI"
    for key in table.keys:
        if key.columns and key.columns[0].lower() == name:
            return "MUL"
    return ""


def type_text(column: Column, context: Context) -> str:
    """Return a type as the server shows it; MySQL 8 shows integers without a width."""
    text = column.type.declared()
    if column.type.name == "json" and not context.is_mysql8:
        return "longtext"
    if context.is_mysql8 and column.type.name in (*INTEGER_BITS, "year"):
        name = column.type.name
        if name == "tinyint" and column.type.length == 1:
            return text
        text = name + (" unsigned" if column.type.unsigned else "")
    return text


def default_text(column: Column, context: Context) -> str | None:
    """Return a default as SHOW tells it."""
    if column.default is None or column.default_is_text:
        return column.default
    if "fd_now" in column.default or column.default == "CURRENT_TIMESTAMP":
        digits = column.type.scale or 0
        if context.is_mysql8:
            return f"CURRENT_TIMESTAMP({digits})" if digits else "CURRENT_TIMESTAMP"
        return f"current_timestamp({digits or ''})"
    return column.default


def extra_text(column: Column, context: Context) -> str:
    """Return what SHOW says under Extra."""
    parts = []
    if column.auto_increment:
        parts.append("auto_increment")
    is_now = column.default is not None and not column.default_is_text
    if is_now and context.is_mysql8:
        parts.append("DEFAULT_GENERATED")
    if column.on_update:
        digits = column.type.scale or 0
        if context.is_mysql8:
            parts.append("on update CURRENT_TIMESTAMP" + (f"({digits})" if digits else ""))
        else:
            parts.append(f"on update current_timestamp({digits or ''})")
    if column.generated is not None:
        parts.append("STORED GENERATED" if column.is_stored else "VIRTUAL GENERATED")
    return " ".join(parts)


def has_characters(column: Column) -> bool:
    """Tell whether a column has a character set and a collation."""
    return column.type.kind in ("text", "enum", "set", "json")


def column_rows(table: Table, context: Context, *, full: bool) -> Iterator[Row]:
    """Yield the rows of SHOW COLUMNS."""
    for one in table.columns:
        short = (
            "YES" if one.is_nullable else "NO",
            key_word(table, one),
            default_text(one, context),
            extra_text(one, context),
        )
        kind = type_text(one, context)
        if full:
            collation = one.type.collation if has_characters(one) else None
            yield (one.name, kind, collation, *short, PRIVILEGES, one.comment)
        else:
            yield (one.name, kind, *short)


class Raw(str):
    """A piece of SQL among values."""

    __slots__ = ()


def index_rows(table: Table) -> Iterator[Row]:
    """Yield the rows of SHOW INDEX."""
    for key in keys_in_order(table):
        for number, name in enumerate(key.columns, 1):
            column = table.column(name)
            null = "YES" if column is not None and column.is_nullable else ""
            is_text = key.kind == "fulltext"
            order, rows = (None, None) if is_text else ("A", _cardinality(table, key, number))
            yield (
                table.name, int(not key.is_unique), key.name, number, name, order, rows, None, None,
                null, "FULLTEXT" if is_text else "BTREE", "", "", "NO",
            )  # fmt: skip


def _cardinality(table: Table, key: Key, number: int) -> Raw:
    """Return what counts the values of a key's first columns, as InnoDB estimates them.

    It takes a value for half as frequent as it is, and never for less than one row.
    """
    name = quote_name(table.name)
    listed = ", ".join(quote_name(one) for one in key.columns[:number])
    counts = f"(SELECT COUNT(*) AS n FROM {name}), "
    counts += f"(SELECT COUNT(*) AS d FROM (SELECT DISTINCT {listed} FROM {name}))"
    return Raw(f"(SELECT CASE WHEN d THEN n / MAX(1, n / d / 2) ELSE 0 END FROM {counts})")


def create_text(table: Table, context: Context) -> str:
    """Return what SHOW CREATE TABLE tells."""
    lines = [_column_line(one, context) for one in table.columns]
    for key in keys_in_order(table):
        listed = ",".join(f"`{one}`" for one in key.columns)
        if key.name == "PRIMARY":
            lines.append(f"PRIMARY KEY ({listed})")
        else:
            word = {"fulltext": "FULLTEXT KEY"}.get(
                key.kind, "UNIQUE KEY" if key.is_unique else "KEY"
            )
            lines.append(f"{word} `{key.name}` ({listed})")
    for one in table.foreign:
        columns = ",".join(f"`{name}`" for name in one.columns)
        referred = ",".join(f"`{name}`" for name in one.referred)
        line = (
            f"CONSTRAINT `{one.name}` FOREIGN KEY ({columns}) REFERENCES `{one.table}` ({referred})"
        )
        line += f" ON DELETE {one.on_delete}" if one.on_delete != "RESTRICT" else ""
        line += f" ON UPDATE {one.on_update}" if one.on_update != "RESTRICT" else ""
        lines.append(line)
    lines += [f"CONSTRAINT `{name}` CHECK ({text})" for name, text in table.checks]
    charset = "utf8mb4"
    collation = "utf8mb4_0900_ai_ci" if context.is_mysql8 else CI
    body = ",\n  ".join(lines)
    options = f"ENGINE=InnoDB DEFAULT CHARSET={charset} COLLATE={collation}"
    text = f"CREATE TABLE `{table.name}` (\n  {body}\n) {options}"
    comment = table.options.get("comment")
    return text + (f" COMMENT='{_escaped(comment)}'" if comment else "")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")


def _column_line(one: Column, context: Context) -> str:
    line = f"`{one.name}` {type_text(one, context)}"
    if has_characters(one) and one.type.collation != CI:
        charset = one.type.collation.partition("_")[0]
        line += f" CHARACTER SET {charset} COLLATE {one.type.collation}"
    if one.generated is not None:
        line += f" GENERATED ALWAYS AS ({one.generated}) {'STORED' if one.is_stored else 'VIRTUAL'}"
        return line
    if not one.is_nullable:
        line += " NOT NULL"
    elif one.type.name == "timestamp":
        line += " NULL"
    shown = default_text(one, context)
    if one.auto_increment:
        line += " AUTO_INCREMENT"
    elif one.default is None:
        line += (
            " DEFAULT NULL"
            if one.is_nullable and not (context.is_mysql8 and one.type.name.endswith("text"))
            else ""
        )
    elif not one.default_is_text:
        line += f" DEFAULT {shown}"
    elif one.type.kind in ("int", "uint", "double", "decimal", "year"):
        line += f" DEFAULT {shown}" if not context.is_mysql8 else f" DEFAULT '{shown}'"
    else:
        line += f" DEFAULT '{_escaped(shown or '')}'"
    if one.on_update:
        line += f" ON UPDATE {extra_text(one, context).partition('on update ')[2]}"
    if one.comment:
        line += f" COMMENT '{_escaped(one.comment)}'"
    is_checked = one.type.name == "json" and not context.is_mysql8
    return line + (f" CHECK (json_valid(`{one.name}`))" if is_checked else "")
