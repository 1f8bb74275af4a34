"""FROM: tables, joins, queries and `generate_series`."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.scope import (
    Scope,
    name_of,
    only,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.writer import Writer, renamed


def from_clause(writer: Writer, node: Any) -> str:
    """Return FROM, and bring what it names into scope."""
    found = node.args.get("from_")
    if found is None:
        return ""
    sql = " FROM " + source(writer, found.this)
    for join in node.args.get("joins") or ():
        only(join, "this", "side", "kind", "on")
        side, kind = join.args.get("side") or "", join.args.get("kind") or ""
        if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER", "CROSS"):
            raise refused(f"a {side or kind} JOIN")
        joined = source(writer, join.this)
        on = join.args.get("on")
        word = f"{side} JOIN" if side else ("CROSS JOIN" if on is None else "JOIN")
        sql += f" {word} {joined}" + (f" ON {writer.condition(on)}" if on is not None else "")
    return sql


def source(writer: Writer, node: Any) -> str:
    """Return a table or query of FROM, and bring its columns into scope."""
    if isinstance(node, exp.Subquery):
        only(node, "this", "alias")
        alias = node.args.get("alias")
        if alias is None:
            raise refused("a subquery in FROM without a name")
        scope, writer.scope = writer.scope, Scope()
        sql, outputs = writer.query(node.this)
        writer.scope = scope
        name = name_of(alias.this)
        listed = renamed(outputs, alias)
        writer.add_source(name, listed)
        if listed != outputs:
            raise refused("names of columns behind an alias")
        return f"({sql}) AS {quote_name(name)}"
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        return _series(writer, node)
    only(node, "this", "alias", "db")
    if node.args.get("db") and node.args["db"].name != "public":
        raise refused("a schema other than public")
    table = name_of(node.this)
    alias = name_of(node.args["alias"].this) if node.args.get("alias") else table
    if table in writer.ctes:
        writer.add_source(alias, writer.ctes[table])
    else:
        writer.add_table(table, alias)
    return f"{quote_name(table)} AS {quote_name(alias)}"


def _series(writer: Writer, node: Any) -> str:
    call = getattr(node, "this", None)
    name = str(getattr(call, "this", "")).lower()
    is_series = isinstance(call, (exp.Anonymous, exp.GenerateSeries)) and (
        name == "generate_series" or isinstance(call, exp.GenerateSeries)
    )
    if not is_series or not node.args.get("alias"):
        raise refused(f"{type(call or node).__name__} in FROM")
    only(node, "this", "alias")
    assert call is not None
    parts = call.expressions or [call.args["start"], call.args["end"]]
    if len(parts) != 2:
        raise refused("generate_series with a step")
    start, end = map(writer.integer, parts)
    alias = node.args["alias"]
    table = name_of(alias.this)
    column = name_of(alias.columns[0]) if alias.args.get("columns") else table
    writer.add_source(table, [(column, "int4")])
    return (
        f"(WITH RECURSIVE s(n) AS (SELECT {start} WHERE {start} <= {end} UNION ALL "
        f"SELECT n + 1 FROM s WHERE n < {end}) SELECT n AS {quote_name(column)} FROM s) "
        f"AS {quote_name(table)}"
    )
