"""AND, OR, NOT, and the choice of CASE."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.comparing import compared
from freshdb.emulation.postgres.scope import Written, emits, only
from freshdb.emulation.postgres.writer import Writer


@emits(exp.And, exp.Or)
def _logic(writer: Writer, node: Any) -> Written:
    word = "AND" if isinstance(node, exp.And) else "OR"
    parts = writer.condition(node.this), writer.condition(node.expression)
    return Written(f"({parts[0]} {word} {parts[1]})", "bool")


@emits(exp.Not)
def _not(writer: Writer, node: Any) -> Written:
    return Written(f"(NOT {writer.condition(node.this)})", "bool")


@emits(exp.Case)
def _case(writer: Writer, node: Any) -> Written:
    only(node, "this", "ifs", "default")
    base = writer.write(node.this) if node.this is not None else None
    conditions = [
        writer.condition(one.this) if base is None else compared("=", base, writer.write(one.this))
        for one in node.args["ifs"]
    ]
    default = node.args.get("default")
    found = [writer.write(one.args["true"]) for one in node.args["ifs"]]
    found.append(writer.write(default) if default is not None else Written("NULL", "null"))
    kind, parts = types.settled(found, "CASE")
    body = " ".join(
        f"WHEN {condition} THEN {part.sql}"
        for condition, part in zip(conditions, parts, strict=False)
    )
    return Written(f"CASE {body} ELSE {parts[-1].sql} END", kind)
