"""From the catalog's table to SQLite's DDL."""

from __future__ import annotations

from freshdb.emulation import values
from freshdb.emulation.catalog import Column, Foreign, Table, collation_of, quote_name


def now_sql(column: Column) -> str:
    if column.type.kind == "datetime" and not column.type.scale:
        return "CURRENT_TIMESTAMP"
    return f"(fd_now('{column.type.kind}', {column.type.scale or 0}))"


def create_statements(table: Table, name: str | None = None) -> list[str]:
    """Return what makes the table: itself, its indexes, and its triggers."""
    label = name or table.name
    counter = table.auto_increment
    parts = [_column_sql(table, one, counter) for one in table.columns]
    primary = table.primary
    if primary and not is_rowid_key(table):
        listed = ", ".join(quote_name(one) for one in primary)
        parts.append(f"{'UNIQUE' if counter is not None else 'PRIMARY KEY'} ({listed})")
    parts += [f"CONSTRAINT {quote_name(one[0])} CHECK ({one[1]})" for one in table.checks]
    parts += [_foreign_sql(one) for one in table.foreign]
    temporary = "TEMPORARY " if table.is_temporary else ""
    found = [f"CREATE {temporary}TABLE {quote_name(label)} ({table.facts()} {', '.join(parts)})"]
    found += index_statements(table, label)
    found += trigger_statements(table, label)
    return found


def is_rowid_key(table: Table) -> bool:
    """Tell whether the primary key is SQLite's own row number."""
    primary = table.primary
    if len(primary) != 1:
        return False
    counter, column = table.auto_increment, table.column(primary[0])
    if counter is not None:
        return column is counter
    return column is not None and column.type.fits_rowid


def _column_sql(table: Table, column: Column, counter: Column | None) -> str:
    name = quote_name(column.name)
    if column is counter:
        return f"{name} INTEGER PRIMARY KEY AUTOINCREMENT"
    if is_rowid_key(table) and table.primary == [column.name]:
        # So that rows come in the order of the key, as the server's do.
        return f"{name} INTEGER PRIMARY KEY NOT NULL"
    sql = f"{name} {column.type.storage()}"
    if not column.is_nullable:
        sql += " NOT NULL"
    if column.type.kind in ("text", "enum", "set"):
        sql += f" COLLATE {collation_of(column.type.collation)}"
    elif column.type.is_long_decimal or (
        column.type.kind == "uint" and column.type.name == "bigint"
    ):
        sql += " COLLATE mysql_ci"
    if column.generated is not None:
        kept = "STORED" if column.is_stored else "VIRTUAL"
        return f"{sql} GENERATED ALWAYS AS ({column.generated}) {kept}"
    if column.default is not None:
        sql += f" DEFAULT {_default_sql(column)}"
    return sql


def _default_sql(column: Column) -> str:
    default = column.default or ""
    if not column.default_is_text:
        return default
    if (
        column.type.kind in ("int", "uint", "double", "year", "bit", "decimal")
        and not column.type.is_long_decimal
    ):
        return f"({default})" if default.startswith("-") else default
    return values.quote(default)


def _foreign_sql(one: Foreign) -> str:
    columns = ", ".join(quote_name(name) for name in one.columns)
    referred = f" ({', '.join(quote_name(name) for name in one.referred)})" if one.referred else ""
    sql = f"CONSTRAINT {quote_name(one.name)} FOREIGN KEY ({columns})"
    sql += f" REFERENCES {quote_name(one.table)}{referred}"
    return f"{sql} ON DELETE {one.on_delete} ON UPDATE {one.on_update}"


def index_name(table: str, key: str) -> str:
    """Return what an index is called in SQLite, where its name must be unlike all others."""
    return f"{table}.{key}"


def index_statements(table: Table, label: str) -> list[str]:
    """Return CREATE INDEX for every key but the primary one."""
    found = []
    for key in table.keys:
        if key.name == "PRIMARY" or key.kind in ("fulltext", "spatial"):
            continue
        columns = ", ".join(quote_name(one) for one in key.columns)
        unique = "UNIQUE " if key.is_unique else ""
        found.append(
            f"CREATE {unique}INDEX {quote_name(index_name(label, key.name))} "
            f"ON {quote_name(label)} ({columns})"
        )
    return found


def trigger_statements(table: Table, label: str) -> list[str]:
    """Return the triggers of ON UPDATE CURRENT_TIMESTAMP: a row that changes gets the time."""
    found = []
    for column in table.columns:
        if not column.on_update:
            continue
        others = [one for one in table.columns if one is not column and one.generated is None]
        changed = " OR ".join(
            f"OLD.{quote_name(one.name)} IS NOT NEW.{quote_name(one.name)}" for one in others
        )
        name = quote_name(f"{label}.{column.name}.on_update")
        moment = now_sql(column)
        target = quote_name(column.name)
        found.append(
            f"CREATE {'TEMPORARY ' if table.is_temporary else ''}TRIGGER {name} "
            f"AFTER UPDATE ON {quote_name(label)} "
            f"WHEN OLD.{target} IS NEW.{target} AND ({changed or '0'}) BEGIN "
            f"UPDATE {quote_name(label)} SET {target} = {moment} WHERE _rowid_ = NEW._rowid_; END"
        )
    return found


def rename_statements(table: Table, name: str) -> list[str]:
    """Return what renames a table with its indexes and triggers."""
    found = [
        f"DROP INDEX {quote_name(index_name(table.name, key.name))}"
        for key in table.keys
        if table.is_ours and key.name != "PRIMARY" and key.kind not in ("fulltext", "spatial")
    ]
    found += [
        f"DROP TRIGGER {quote_name(f'{table.name}.{column.name}.on_update')}"
        for column in table.columns
        if column.on_update
    ]
    found.append(f"ALTER TABLE {quote_name(table.name)} RENAME TO {quote_name(name)}")
    if table.is_ours:
        found += index_statements(table, name) + trigger_statements(table, name)
    return found
