"""What rows are grouped and ordered by, and how many of them there are."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.ordering import position_of, with_nulls
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.items import Items
from freshdb.emulation.postgres.scope import (
    name_of,
    only,
    refused,
)
from freshdb.emulation.postgres.writer import Writer


def group_by(writer: Writer, node: Any, items: Items) -> str:
    """Return GROUP BY."""
    group = node.args.get("group")
    if group is None:
        return ""
    only(group, "expressions")
    keys: list[str] = []
    for one in _flat(group.expressions):
        position = position_of(one)
        if position is not None:
            if not 0 < position <= len(items):
                text = f"GROUP BY position {position} is not in select list"
                raise PostgresError("42P10", text)
            keys.append(types.collated(items[position - 1][1]))
        else:
            keys.append(_key_or_alias(writer, one, items))
    return f" GROUP BY {', '.join(keys)}"


def _flat(nodes: list[Any]) -> list[Any]:
    """Return keys without the parentheses around several of them."""
    found: list[Any] = []
    for one in nodes:
        if isinstance(one, (exp.Rollup, exp.Cube, exp.GroupingSets)):
            raise refused(f"GROUP BY {type(one).__name__.upper()}", "write UNION ALL of queries")
        found += one.expressions if isinstance(one, exp.Tuple) else [one]
    return found


def _key_or_alias(writer: Writer, node: Any, items: Items) -> str:
    """Return a key: a column, or where there is none the item of that name."""
    if isinstance(node, exp.Column) and not node.args.get("table"):
        name = name_of(node.this)
        if not any(name in source.columns for source in writer.scope.sources):
            for alias, written in items:
                if alias == name:
                    return types.collated(written)
    return writer.key(node)


def order_by(writer: Writer, node: Any, items: Items) -> list[str]:
    """Return the keys of ORDER BY."""
    order = node.args.get("order")
    return (
        [_order_key(writer, one, items) for one in order.expressions] if order is not None else []
    )


def _order_key(writer: Writer, node: Any, items: Items) -> str:
    this, written = node.this, None
    position = position_of(this)
    if position is not None:
        if not 0 < position <= len(items):
            raise PostgresError("42P10", f"ORDER BY position {position} is not in select list")
        written = items[position - 1][1]
    elif isinstance(this, exp.Literal) or (
        isinstance(this, exp.Neg) and isinstance(this.this, exp.Literal)
    ):
        raise PostgresError("42601", "non-integer constant in ORDER BY")
    elif isinstance(this, exp.Column) and not this.args.get("table"):
        name = name_of(this.this)
        named = {one.sql: one for label, one in items if label == name}
        if len(named) > 1:
            raise PostgresError("42702", f'ORDER BY "{name}" is ambiguous')
        written = next(iter(named.values()), None)
    if written is None:
        return writer.ordered(node)
    found = types.collated(written)
    sql = found if found != written.sql else f"({found})"
    return with_nulls(sql, node, descends=bool(node.args.get("desc")))


def _fetched(node: Any) -> Any:
    options = node.args.get("limit_options")
    if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
        raise refused("FETCH FIRST … PERCENT or WITH TIES", "write LIMIT")
    return node.args.get("count") or exp.Literal.number(1)


def limit_of(writer: Writer, node: Any) -> str:
    """Return LIMIT and OFFSET."""
    limit, offset = node.args.get("limit"), node.args.get("offset")
    sql = ""
    if limit is not None:
        count = limit.expression if isinstance(limit, exp.Limit) else _fetched(limit)
        sql = f" LIMIT {_count(writer, count, 'LIMIT')}"
    if offset is not None:
        sql += "" if limit is not None else " LIMIT -1"
        sql += f" OFFSET {_count(writer, offset.expression, 'OFFSET')}"
    return sql


def _count(writer: Writer, node: Any, word: str) -> str:
    if isinstance(node, (exp.Var, exp.Null)) or (
        isinstance(node, exp.Column) and node.name.upper() == "ALL"
    ):
        return "-1" if word == "LIMIT" else "0"
    one = types.as_kind(writer.write(node), "int8")
    return f"pg_count('{word}', {one.sql})"
