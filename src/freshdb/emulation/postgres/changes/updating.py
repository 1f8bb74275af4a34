"""UPDATE, of one table with the rows of others where FROM names some."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.changes.common import (
    facts,
    is_default,
    kind_of,
    returning,
    stored,
    target,
    where,
)
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.sources.joins import joined
from freshdb.emulation.postgres.scope import name_of, only, quote_name, refused
from freshdb.emulation.postgres.writer import Outputs, Writer


def update(writer: Writer, node: Any, catalog: Catalog) -> tuple[str, Outputs]:
    """Return an UPDATE."""
    only(node, "this", "expressions", "where", "returning", "from_", "with_")
    table, alias = target(node.this, catalog)
    prefix = writer.with_clause(node)
    with writer.for_table(table, alias):
        own = writer.scope.sources.pop()
        found = node.args.get("from_")
        others = f" FROM {joined(writer, found.this, ())}" if found is not None else ""
        writer.scope.sources.insert(0, own)
        sets = settings(writer, node.expressions, catalog, table)
        sql = f"{prefix}UPDATE {quote_name(table)} AS {quote_name(alias)} SET {sets}{others}"
        return returning(writer, node, sql + where(writer, node))


def settings(writer: Writer, nodes: list[Any], catalog: Catalog, table: str) -> str:
    """Return what SET says.

    Raises:
        PostgresError: 42601, where a column is set twice.
    """
    parts: dict[str, str] = {}
    for one in nodes:
        for column, value in _pairs(one):
            name = name_of(column.this)
            kind_of(catalog, table, name)
            if name in parts:
                text = f'multiple assignments to same column "{name}"'
                raise PostgresError("42601", text)
            if name in facts(catalog, table).always and not is_default(value):
                text = f'column "{name}" can only be updated to DEFAULT'
                raise PostgresError("428C9", text)
            parts[name] = f"{quote_name(name)} = {stored(writer, catalog, table, name, value)}"
    return ", ".join(parts.values())


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    if not isinstance(node, exp.EQ):
        raise refused("this form of SET")
    columns, value = node.this, node.expression
    if isinstance(columns, exp.Column):
        return [(columns, value)]
    if isinstance(columns, (exp.Tuple, exp.Paren)) and isinstance(value, (exp.Tuple, exp.Paren)):
        listed = columns.expressions or [columns.this]
        values = value.expressions or [value.this]
        if len(listed) != len(values):
            raise PostgresError("42601", "number of columns does not match number of values")
        return list(zip(listed, values, strict=True))
    raise refused("SET of several columns by a query", "set them one by one")
