"""WITH: the tables that a query defines for itself."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.queries.branches import branches_of
from freshdb.emulation.rewrite.queries.model import (
    derived,
    merged_query,
    widened,
    write_query,
)
from freshdb.emulation.rewrite.scope import Output
from freshdb.emulation.rewrite.writer import Writer


def write_ctes(writer: Writer, node: Any) -> str:
    """Write WITH; names stay known until the query has been written."""
    with_ = node.args.get("with_")
    if with_ is None:
        return ""
    recursive = bool(with_.args.get("recursive"))
    parts = [_cte(writer, one, recursive=recursive) for one in with_.expressions]
    return f"WITH {'RECURSIVE ' if recursive else ''}{', '.join(parts)} "


def _cte(writer: Writer, node: Any, *, recursive: bool) -> str:
    name = node.args["alias"].this.name
    given = [alias_name(one) for one in node.args["alias"].args.get("columns") or ()]
    body = node.this
    if recursive and isinstance(body, exp.SetOperation) and _names_table(body, name):
        body = _anchor_first(body, name)
        body.meta["is_recursive"] = name
        anchor = write_query(writer, _leftmost(body))
        columns = given or anchor.names
        outputs = [
            Output(label, derived(name, label, widened(one.written)))
            for label, one in zip(columns, anchor.outputs, strict=False)
        ]
        writer.ctes[name.lower()] = outputs
    query = merged_query(write_query(writer, body))
    columns = given or query.names
    if len(columns) != len(query.outputs):
        raise MySQLError(
            1222, "21000", "The used SELECT statements have a different number of columns"
        )
    writer.ctes[name.lower()] = [
        Output(label, derived(name, label, one.written))
        for label, one in zip(columns, query.outputs, strict=True)
    ]
    listed = ", ".join(map(quote_name, [*columns, *query.hidden]))
    return f"{quote_name(name)} ({listed}) AS ({query.sql})"


def _names_table(node: Any, name: str) -> bool:
    return any(one.name.lower() == name.lower() for one in node.find_all(exp.Table))


def _anchor_first(node: Any, name: str) -> Any:
    """Return the union with the branches first that do not name the CTE itself, as SQLite asks."""
    branches, words = branches_of(node)
    if not _names_table(branches[0], name) or len(set(words)) != 1 or "UNION" not in words[0]:
        return node
    ordered = sorted(branches, key=lambda one: _names_table(one, name))
    found = ordered[0]
    for one in ordered[1:]:
        found = exp.Union(this=found, expression=one, distinct=words[0] == "UNION")
    return found


def _leftmost(node: Any) -> Any:
    while isinstance(node, exp.SetOperation):
        node = node.this
    while isinstance(node, exp.Subquery):
        node = node.this
    return node


def alias_name(node: Any) -> str:
    return str(node.this.name if isinstance(node, exp.ColumnDef) else node.name)
