"""What changes of rows have in common: the table, values as columns keep them, RETURNING."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.assigning import assigned
from freshdb.emulation.postgres.catalog import Catalog, Table
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.items import select_list
from freshdb.emulation.postgres.scope import Written, name_of, only, quote_name, refused
from freshdb.emulation.postgres.writer import Outputs, Writer


def target(node: Any, catalog: Catalog) -> tuple[str, str]:
    """Return a table that is changed, and its alias.

    Raises:
        PostgresError: 42P01, where there is no such table.
    """
    only(node, "this", "alias", "db")
    table = name_of(node.this)
    if table not in catalog.columns:
        raise PostgresError("42P01", f'relation "{table}" does not exist')
    if table in catalog.views:
        raise refused("a change of a view", "change its table")
    return table, name_of(node.args["alias"].this) if node.args.get("alias") else table


def facts(catalog: Catalog, table: str) -> Table:
    """Return what is known of a table beside its columns' types."""
    return catalog.tables[table]


def kind_of(catalog: Catalog, table: str, name: str) -> str:
    """Return the type of a column.

    Raises:
        PostgresError: 42703, where there is none.
    """
    columns = catalog.columns[table]
    if name not in columns:
        raise PostgresError("42703", f'column "{name}" of relation "{table}" does not exist')
    return str(columns[name][0])


def is_default(node: Any) -> bool:
    """Tell whether a value is the word DEFAULT."""
    if isinstance(node, exp.Var):
        return bool(node.name.upper() == "DEFAULT")
    return (
        isinstance(node, exp.Column)
        and not node.args.get("table")
        and node.name.upper() == "DEFAULT"
        and not node.this.quoted
    )


def stored(writer: Writer, catalog: Catalog, table: str, name: str, node: Any) -> str:
    """Return a value as a column keeps it."""
    if is_default(node):
        return f"({facts(catalog, table).defaults.get(name, 'NULL')})"
    if name in facts(catalog, table).generated:
        raise PostgresError("428C9", f'column "{name}" can only be updated to DEFAULT')
    return kept(catalog, table, name, writer.write(node))


def kept(catalog: Catalog, table: str, name: str, one: Written) -> str:
    """Return what is written already as a column keeps it."""
    kind, form = catalog.columns[table][name]
    value = assigned(one, kind, name).sql
    if kind == "numeric" and value != "NULL":
        first, second = facts(catalog, table).digits.get(name, (-1, -1))
        return f"pg_stored_numeric({value}, {first}, {second})"
    return f"replace({value}, '-', '')" if kind == "uuid" and form == 32 else value


def where(writer: Writer, node: Any) -> str:
    """Return WHERE."""
    found = node.args.get("where")
    if found is None:
        return ""
    if found.this.__class__.__name__ == "CurrentOf":
        raise refused("WHERE CURRENT OF", "name the row by its key")
    return f" WHERE {writer.condition(found.this)}"


def returning(writer: Writer, node: Any, sql: str) -> tuple[str, Outputs]:
    """Return a change with its RETURNING; SQLite knows no alias there."""
    found = node.args.get("returning")
    if found is None:
        return sql, []
    items = select_list(writer, found)
    source = writer.scope.sources[0]
    others = [f"{quote_name(one.name)}." for one in writer.scope.sources[1:]]
    if any(other in one.sql for _, one in items for other in others):
        raise refused("RETURNING of another table's columns", "select them afterwards")
    prefix = f"{quote_name(source.name)}."
    listed = ", ".join(
        f"{one.sql.replace(prefix, '')} AS {quote_name(name)}" for name, one in items
    )
    outputs = [
        (name, "text" if one.kind in ("unknown", "null") else one.kind) for name, one in items
    ]
    return f"{sql} RETURNING {listed}", outputs
