"""From what CREATE TABLE says to the catalog's table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import Column, Foreign, Key, Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import Call
from freshdb.emulation.rewrite.scope import Scope
from freshdb.emulation.rewrite.storing import stored
from freshdb.emulation.rewrite.tables.ddl import now_sql
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import NOTHING
from freshdb.emulation.storing import Rules
from freshdb.emulation.values import encode
from freshdb.errors import EmulationError

_NOW = frozenset({"CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"})


def described(writer: Writer, this: s.CreateTable) -> Table:
    """Return the table that a CREATE TABLE describes."""
    table = Table(
        this.table.name, [], options=dict(this.options), is_ours=True, is_temporary=this.temporary
    )
    for one in this.columns:
        add_column(writer, table, one)
    for key in this.keys:
        add_key(table, key)
    for foreign in this.foreign:
        add_foreign(table, foreign)
    for number, check in enumerate(this.checks, 1):
        table.checks.append(
            (check.name or f"CONSTRAINT_{number}", condition_sql(writer, table, check.condition))
        )
    _check_counter(table)
    return table


def add_column(writer: Writer, table: Table, one: s.Column, at: int | None = None) -> Column:
    """Add a column as it was declared; the keys that it declares too."""
    if table.column(one.name) is not None:
        raise MySQLError(1060, "42S21", f"Duplicate column name '{one.name}'")
    _check_type(one)
    column = Column(one.name, one.type, one.is_nullable, comment=one.comment, is_collated=True)
    column.auto_increment = one.auto_increment
    column.on_update = one.on_update
    column.is_stored = one.is_stored
    table.columns.insert(len(table.columns) if at is None else at, column)
    if one.is_primary:
        add_key(table, s.Key("primary", "PRIMARY", [(one.name, None, False)]))
    if one.is_unique:
        add_key(table, s.Key("unique", None, [(one.name, None, False)]))
    if one.auto_increment:
        column.is_nullable = False
    if one.default is not None:
        set_default(writer, table, column, one.default, one.default_text)
    if one.generated is not None:
        column.generated = generated_sql(writer, table, column, one.generated)
    if one.check is not None:
        table.checks.append(
            (f"{table.name}.{one.name}", condition_sql(writer, table, one.check.condition))
        )
    return column


def _check_type(one: s.Column) -> None:
    kind = one.type
    name = one.name
    if len({member.rstrip(" ").lower() for member in kind.members}) < len(kind.members):
        raise EmulationError(
            f"members of `{name}` that differ by case or spaces alone are not supported",
            hint="give the members other names",
        )
    if kind.name == "decimal":
        if (kind.length or 0) > 65:
            raise MySQLError(
                1426, "42000", f"Too big precision specified for '{name}'. Maximum is 65"
            )
        if (kind.scale or 0) > 38:
            raise MySQLError(1425, "42000", f"Too big scale specified for '{name}'. Maximum is 38")
        if (kind.scale or 0) > (kind.length or 0):
            raise MySQLError(
                1427,
                "42000",
                f"For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '{name}')",
            )
    if kind.name == "char" and (kind.length or 0) > 255:
        raise MySQLError(
            1074,
            "42000",
            f"Column length too big for column '{name}' (max = 255); use BLOB or TEXT instead",
        )
    if kind.name == "varchar" and (kind.length or 0) > 16383:
        one.type = replace(kind, name="mediumtext", length=None)
    if kind.kind in ("datetime", "time") and (kind.scale or 0) > 6:
        raise MySQLError(1426, "42000", f"Too big precision specified for '{name}'. Maximum is 6")


def set_default(writer: Writer, table: Table, column: Column, node: Any, text: str | None) -> None:
    """Give a column its default: a constant in stored form, or an expression."""
    if node is None:
        column.default = None
        return
    with writer.in_scope(Scope(sources=[writer.source_of(table, table.name)])):
        written = writer.write(node)
    if written.literal is None:
        column.default = None
        return
    if isinstance(node, Call) and node.this in _NOW:
        column.default, column.default_is_text = now_sql(column), False
        return
    if written.literal is not NOTHING:
        value = encode(written.literal)
        try:
            kept = Rules(column, table.name, writer.context).store(value)
        except MySQLError:
            raise MySQLError(1067, "42000", f"Invalid default value for '{column.name}'") from None
        column.default, column.default_is_text = (
            str(kept) if not isinstance(kept, bytes) else kept.decode("latin1"),
            True,
        )
        if column.type.kind == "decimal" and isinstance(kept, (int, float)):
            column.default = f"{kept:.{column.type.scale or 0}f}"
        if isinstance(kept, bytes):
            column.default, column.default_is_text = f"x'{kept.hex()}'", False
        return
    if node.find(exp.Column) is not None:
        raise EmulationError(
            f"the default of `{column.name}`, which names a column, is not supported",
            hint="give the value in INSERT, or declare a generated column",
        )
    sql = stored(writer, table, column, written, in_schema=True)
    column.default, column.default_is_text = (
        f"({sql})".replace(f"{quote_name(table.name)}.", ""),
        False,
    )


def generated_sql(writer: Writer, table: Table, column: Column, node: Any) -> str:
    with writer.in_scope(Scope(sources=[writer.source_of(table, table.name)])):
        written = writer.write(node)
    sql = stored(writer, table, column, written, in_schema=True)
    return sql.replace(f"{quote_name(table.name)}.", "")


def condition_sql(writer: Writer, table: Table, node: Any) -> str:
    with writer.in_scope(Scope(sources=[writer.source_of(table, table.name)])):
        return writer.write(node).truth.replace(f"{quote_name(table.name)}.", "")


def add_key(table: Table, key: s.Key) -> None:
    """Add an index."""
    columns = []
    for name, length, _ in key.columns:
        column = table.column(name)
        if column is None:
            raise MySQLError(1072, "42000", f"Key column '{name}' doesn't exist in table")
        if (
            length is None
            and key.kind not in ("fulltext", "spatial")
            and column.type.name
            in (
                "text",
                "tinytext",
                "mediumtext",
                "longtext",
                "blob",
                "tinyblob",
                "mediumblob",
                "longblob",
            )
            and column.type.kind in ("text", "bytes")
            and key.kind != "unique"
        ):
            raise MySQLError(
                1170,
                "42000",
                f"BLOB/TEXT column '{name}' used in key specification without a key length",
            )
        columns.append(column.name)
    if key.kind == "primary":
        if table.primary:
            raise MySQLError(1068, "42000", "Multiple primary key defined")
        for name in columns:
            found = table.column(name)
            if found is not None:
                found.is_nullable = False
        table.keys.insert(0, Key("PRIMARY", columns, True, "primary"))
        return
    name = key.name or _free_name(table, columns[0])
    if any(one.name.lower() == name.lower() for one in table.keys):
        raise MySQLError(1061, "42000", f"Duplicate key name '{name}'")
    table.keys.append(Key(name, columns, key.kind == "unique", key.kind))


def _free_name(table: Table, base: str) -> str:
    taken = {one.name.lower() for one in table.keys}
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def add_foreign(table: Table, one: s.Foreign) -> None:
    """Add a foreign key."""
    name = one.name or f"{table.name}_ibfk_{len(table.foreign) + 1}"
    for column in one.columns:
        if table.column(column) is None:
            raise MySQLError(1072, "42000", f"Key column '{column}' doesn't exist in table")
    referred = one.referred or []
    table.foreign.append(
        Foreign(
            name,
            list(one.columns),
            one.table.name,
            list(referred),
            one.on_delete or "RESTRICT",
            one.on_update or "RESTRICT",
        )
    )
    if not any(key.columns[: len(one.columns)] == list(one.columns) for key in table.keys):
        table.keys.append(
            Key(_free_name(table, one.name or one.columns[0]), list(one.columns), False)
        )


def _check_counter(table: Table) -> None:
    counters = [one for one in table.columns if one.auto_increment]
    keyed = {one.columns[0].lower() for one in table.keys}
    if len(counters) > 1 or any(one.name.lower() not in keyed for one in counters):
        if len(counters) == 1 and any(counters[0].name in one.columns for one in table.keys):
            raise EmulationError(
                "an AUTO_INCREMENT column that is not the first of its key is not supported",
                hint="give it a key of its own",
            )
        raise MySQLError(
            1075,
            "42000",
            "Incorrect table definition; there can be only one auto column "
            "and it must be defined as a key",
        )
