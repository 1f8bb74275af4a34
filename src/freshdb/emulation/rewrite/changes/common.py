"""What statements that change rows share: DEFAULT, RETURNING, ORDER BY and LIMIT."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import Table, quote_name
from freshdb.emulation.plan import converter
from freshdb.emulation.rewrite import sources
from freshdb.emulation.rewrite.queries.items import write_item
from freshdb.emulation.rewrite.queries.model import unique_names
from freshdb.emulation.rewrite.queries.order import order_key, write_limit
from freshdb.emulation.rewrite.scope import Scope, Source
from freshdb.emulation.rewrite.writer import Writer


def is_default(node: Any) -> bool:
    """Tell whether a value is the word DEFAULT."""
    return isinstance(node, exp.Var) and node.name.upper() == "DEFAULT"


def write_returning(writer: Writer, table: Table, nodes: list[Any]) -> Any:
    scope = Scope(sources=[writer.source_of(table, table.name)])
    with writer.in_scope(scope):
        items = []
        for node in nodes:
            if isinstance(node, exp.Star):
                items += list(sources.star(scope, None))
            else:
                items.append(write_item(writer, node))
    sql = ", ".join(
        f"{one.written.sql} AS {quote_name(name)}"
        for one, name in zip(items, unique_names([one.name for one in items]), strict=True)
    )
    converts = [
        converter(
            one.written.type, is_raw=one.written.is_raw, is_column=one.written.column is not None
        )
        for one in items
    ]
    return sql.replace(f"{quote_name(table.name)}.", ""), [one.name for one in items], converts


def limited(writer: Writer, this: Any, source: Source, where: str) -> str:
    """Return the condition with ORDER BY and LIMIT, which SQLite's own build may not have."""
    if this.limit is None and this.order is None:
        return where
    holder = exp.Select()
    holder.set("limit", this.limit)
    limit = write_limit(writer, holder)
    if not limit:
        return where
    keys = _order_keys(writer, this)
    assert source.table is not None
    name = quote_name(source.name)
    inner = f"SELECT {name}._rowid_ FROM {quote_name(source.table.name)} AS {name}"
    inner += f" WHERE {where}" if where else ""
    if not keys:
        # The server goes by the primary key.
        keys = [f"{quote_name(source.name)}.{quote_name(one)}" for one in source.table.primary]
    inner += f" ORDER BY {', '.join(keys)}" if keys else ""
    return f"{quote_name(source.name)}._rowid_ IN ({inner}{limit})"


def tail_of(writer: Writer, this: Any) -> str:
    """Return ORDER BY and LIMIT."""
    holder = exp.Select()
    holder.set("limit", this.limit)
    keys = _order_keys(writer, this)
    return (f" ORDER BY {', '.join(keys)}" if keys else "") + write_limit(writer, holder)


def _order_keys(writer: Writer, this: Any) -> list[str]:
    if this.order is None:
        return []
    with writer.in_clause("order clause"):
        return [
            order_key(writer, one.this, []) + (" DESC" if one.args.get("desc") else "")
            for one in this.order.expressions
        ]
