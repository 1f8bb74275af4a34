"""Window functions, and OVER."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.calls.aggregates import AGGREGATES
from freshdb.emulation.postgres.scope import Written, emits, name_of, only, refused
from freshdb.emulation.postgres.writer import Writer

_RANKS = {"row_number": "int8", "rank": "int8", "dense_rank": "int8"}


@emits(exp.Window)
def _window(writer: Writer, node: Any) -> Written:
    only(node, "this", "partition_by", "order", "over", "alias")
    over = node
    if node.args.get("alias") is not None:
        named = writer.windows.get(name_of(node.args["alias"]))
        if named is None or node.args.get("partition_by") or node.args.get("order"):
            raise refused("OVER with such a name", "write the window out")
        only(named, "this", "partition_by", "order")
        over = named
    before = writer.has_aggregate
    name = str(node.this.this).lower() if isinstance(node.this, exp.Anonymous) else ""
    if name in _RANKS:
        found = Written(f"{name}()", _RANKS[name])
    elif name in ("lag", "lead", "first_value"):
        one, *more = node.this.expressions
        this = writer.write(one)
        listed = [this.sql, *map(writer.integer, more[:1])]
        if len(more) > 1:
            raise refused(f"{name} with a default", "use COALESCE")
        found = Written(f"{name}({', '.join(listed)})", this.kind)
    elif name in AGGREGATES or isinstance(node.this, exp.Filter):
        found = writer.write(node.this)
    else:
        raise refused(f"the window function {name or type(node.this).__name__}")
    writer.has_aggregate = before
    parts = []
    if over.args.get("partition_by"):
        keys = [writer.key(one) for one in over.args["partition_by"]]
        parts.append(f"PARTITION BY {', '.join(keys)}")
    if over.args.get("order"):
        parts.append("ORDER BY " + ", ".join(map(writer.ordered, over.args["order"].expressions)))
    return Written(f"{found.sql} OVER ({' '.join(parts)})", found.kind)
