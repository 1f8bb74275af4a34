"""What stands between FROM's commas: a table, a query, VALUES, or a function."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.information import information
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.sources.functions import of_function
from freshdb.emulation.postgres.queries.sources.laterally import of_lateral
from freshdb.emulation.postgres.scope import Scope, name_of, only, quote_name, refused
from freshdb.emulation.postgres.writer import Writer, renamed

_OWN_SCHEMAS = ("public", "pg_temp")


def source(writer: Writer, node: Any) -> str:
    """Return something that FROM names, and bring its columns into scope."""
    if isinstance(node, exp.Lateral):
        return of_lateral(writer, node)
    if isinstance(node, exp.Unnest):
        return of_function(writer, node, node)
    if isinstance(node, (exp.Subquery, exp.Values)):
        return _query(writer, node)
    if not isinstance(node, exp.Table):
        raise refused(f"{type(node).__name__} in FROM")
    if not isinstance(node.this, exp.Identifier):
        return of_function(writer, node, node.this)
    return _table(writer, node)


def _query(writer: Writer, node: Any) -> str:
    alias = node.args.get("alias")
    if isinstance(node, exp.Subquery):
        only(node, "this", "alias")
        if isinstance(node.this, exp.Table):
            raise refused("a join in parentheses", "write the joins one after another")
    name = name_of(alias.this) if alias is not None and alias.this is not None else ""
    if not name:
        raise PostgresError("42601", "subquery in FROM must have an alias")
    scope, writer.scope = writer.scope, Scope()
    sql, outputs = writer.query(node if isinstance(node, exp.Values) else node.this)
    writer.scope = scope
    listed = renamed(outputs, alias)
    writer.add_source(name, listed)
    if listed != outputs:
        columns = ", ".join(quote_name(column) for column, _ in listed)
        return f"(WITH q({columns}) AS ({sql}) SELECT * FROM q) AS {quote_name(name)}"
    return f"({sql}) AS {quote_name(name)}"


def _table(writer: Writer, node: Any) -> str:
    only(node, "this", "alias", "db", "joins")
    table = name_of(node.this)
    alias = node.args.get("alias")
    name = name_of(alias.this) if alias is not None else table
    if alias is not None and alias.args.get("columns"):
        raise refused("names of columns behind a table", "name them in a subquery")
    schema = name_of(node.args["db"]) if node.args.get("db") else ""
    if schema and schema not in _OWN_SCHEMAS:
        sql, outputs = information(schema, table, writer.tables, writer.required)
        writer.add_source(name, outputs)
        writer.scope.sources[-1].is_partial = True
        return f"({sql}) AS {quote_name(name)}"
    if not schema and table in writer.ctes:
        writer.add_source(name, writer.ctes[table])
    else:
        writer.add_table(table, name)
    return f"{quote_name(table)} AS {quote_name(name)}"
