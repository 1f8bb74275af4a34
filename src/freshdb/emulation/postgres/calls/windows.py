"""Window functions, and OVER with its frames."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.aggregates import AGGREGATES
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, emits, name_of, only, refused
from freshdb.emulation.postgres.writer import Writer

_RANKS = {
    "row_number": "int8", "rank": "int8", "dense_rank": "int8", "percent_rank": "float8",
    "cume_dist": "float8",
}  # fmt: skip
_OF_ROWS = ("lag", "lead", "first_value", "last_value", "nth_value")


@emits(exp.Window)
def _window(writer: Writer, node: Any) -> Written:
    only(node, "this", "partition_by", "order", "over", "alias", "spec")
    over = node
    if node.args.get("alias") is not None:
        named = writer.windows.get(name_of(node.args["alias"]))
        if named is None:
            name = name_of(node.args["alias"])
            raise PostgresError("42704", f'window "{name}" does not exist')
        if node.args.get("partition_by") or node.args.get("order") or node.args.get("spec"):
            raise refused("OVER that adds to a named window", "write the window out")
        only(named, "this", "partition_by", "order", "spec", "over")
        over = named
    before = writer.has_aggregate
    found = _function(writer, node.this)
    parts = []
    if over.args.get("partition_by"):
        keys = [writer.key(one) for one in over.args["partition_by"]]
        parts.append(f"PARTITION BY {', '.join(keys)}")
    if over.args.get("order"):
        parts.append("ORDER BY " + ", ".join(map(writer.ordered, over.args["order"].expressions)))
    if over.args.get("spec") is not None:
        parts.append(_frame(writer, over.args["spec"]))
    writer.has_aggregate = before
    return Written(f"{found.sql} OVER ({' '.join(parts)})", found.kind)


def _function(writer: Writer, node: Any) -> Written:
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    if name in _RANKS:
        return Written(f"{name}()", _RANKS[name])
    if name == "ntile":
        (count,) = node.expressions
        return Written(f"ntile({writer.integer(count)})", "int4")
    if name in _OF_ROWS:
        return _of_rows(writer, name, node.expressions)
    inner = node.this if isinstance(node, exp.Filter) else node
    called = str(inner.this).lower() if isinstance(inner, exp.Anonymous) else ""
    if called in AGGREGATES or isinstance(inner, exp.GroupConcat):
        found = writer.write(node)
        if "DISTINCT" in found.sql[:20] or ", 1, '" in found.sql[:60]:
            raise PostgresError("0A000", "DISTINCT is not implemented for window functions")
        return found
    raise refused(f"the window function {name or type(node).__name__}")


def _of_rows(writer: Writer, name: str, arguments: list[Any]) -> Written:
    one, *more = arguments
    this = writer.write(one)
    if this.kind in ("unknown", "null"):
        text = "could not determine polymorphic type because input has type unknown"
        raise PostgresError("42804", text)
    listed = [this.sql, *map(writer.integer, more[:1])]
    if len(more) > 1:
        default = writer.write(more[1])
        kind, (_, value) = types.settled([this, default], name)
        if kind != this.kind:
            this = types.as_kind(this, kind)
            listed[0] = this.sql
        listed.append(value.sql)
    return Written(f"{name}({', '.join(listed)})", this.kind)


_ENDS = {"UNBOUNDED", "CURRENT ROW"}


def _frame(writer: Writer, node: Any) -> str:
    only(node, "kind", "start", "start_side", "end", "end_side", "exclude")
    if node.args.get("exclude"):
        raise refused("EXCLUDE in a window", "write a narrower frame")
    kind = node.args["kind"]
    ends = [
        _end(writer, node.args.get(name), node.args.get(f"{name}_side"), kind)
        for name in ("start", "end")
    ]
    if node.args.get("end") is None:
        return f"{kind} {ends[0]}"
    return f"{kind} BETWEEN {ends[0]} AND {ends[1]}"


def _end(writer: Writer, value: Any, side: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        if value not in _ENDS:
            raise refused(f"the frame {value}")
        return value if not side else f"{value} {side}"
    if kind == "RANGE":
        raise refused("RANGE with a distance", "use ROWS, or a join")
    return f"{writer.integer(value)} {side}"
