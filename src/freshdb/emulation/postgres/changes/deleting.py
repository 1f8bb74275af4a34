"""DELETE; what USING names is a subquery to SQLite."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.changes.common import returning, target, where
from freshdb.emulation.postgres.queries.sources.joins import joined
from freshdb.emulation.postgres.scope import only, quote_name
from freshdb.emulation.postgres.writer import Outputs, Writer


def delete(writer: Writer, node: Any, catalog: Catalog) -> tuple[str, Outputs]:
    """Return a DELETE."""
    only(node, "this", "where", "returning", "using", "with_")
    table, alias = target(node.this, catalog)
    using = node.args.get("using") or []
    prefix = writer.with_clause(node)
    with writer.for_table(table, alias):
        own = writer.scope.sources.pop()
        listed = [joined(writer, one, ()) for one in using]
        writer.scope.sources.insert(0, own)
        condition = where(writer, node)
        if listed:
            condition = f" WHERE EXISTS (SELECT 1 FROM {', '.join(listed)}{condition})"
        sql = f"{prefix}DELETE FROM {quote_name(table)} AS {quote_name(alias)}{condition}"
        return returning(writer, node, sql)
