"""LATERAL: a query that names what stands before it.

SQLite has no such thing for queries, but for functions that return rows. So the query's rows
become one list, which such a function takes apart.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.queries.sources.functions import of_function
from freshdb.emulation.postgres.scope import (
    Scope,
    Source,
    Written,
    name_of,
    only,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.writer import Writer, renamed


def of_lateral(writer: Writer, node: Any) -> str:
    """Return LATERAL of a query or a function, and bring its columns into scope."""
    only(node, "this", "alias")
    if not isinstance(node.this, exp.Subquery):
        return of_function(writer, node, node.this)
    alias = node.args.get("alias")
    if alias is None:
        raise refused("LATERAL without a name", "name it")
    name = name_of(alias.this)
    scope = writer.scope
    writer.scope = Scope(sources=[], outer=scope)
    sql, outputs = writer.query(node.this.this)
    writer.scope = scope
    listed = renamed(outputs, alias)
    if any(kind == "bytea" for _, kind in listed):
        raise refused("bytea in LATERAL", "write it as a join")
    inner = ", ".join(f"c{at}" for at in range(len(listed)))
    rows = f"WITH q({inner}) AS ({sql}) SELECT json_group_array(json_array({inner})) FROM q"
    writer.scope.sources.append(
        Source(
            name,
            {
                column: Written(f"json_extract({quote_name(name)}.value, '$[{at}]')", kind)
                for at, (column, kind) in enumerate(listed)
            },
        )
    )
    return f"json_each(({rows})) AS {quote_name(name)}"
