"""The choice that CASE makes."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.rewrite.comparing import compare, json_as_text
from freshdb.emulation.rewrite.unions import converted
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import NULL


@emits(exp.Case)
def _case(writer: Writer, node: Any) -> Written:
    base = json_as_text(writer, writer.write(node.this)) if node.this is not None else None
    pairs = []
    for one in node.args["ifs"]:
        when = writer.write(one.this)
        condition = compare("=", base, when) if base is not None else when.truth
        pairs.append((condition, writer.write(one.args["true"]), when))
    default = node.args.get("default")
    last = writer.write(default) if default is not None else Written("NULL", NULL, literal=None)
    found = [value for _, value, _ in pairs] + [last]
    kind, sqls, is_raw = converted(found)
    conditions, wide = [pair[0] for pair in pairs], None
    if kind.kind == "decimal" and any(one.wide for one in found):
        wide = _chosen(conditions, [one.wide or one.typed for one in found])
    parts = [*found, *(pair[2] for pair in pairs), *([base] if base else [])]
    return Written(
        _chosen(conditions, sqls),
        kind,
        is_raw=is_raw,
        has_aggregate=any(one.has_aggregate for one in parts),
        strength=min((one.strength for one in found if one.is_text), default=4),
        wide=wide,
    )


def _chosen(conditions: list[str], sqls: list[str]) -> str:
    """Return CASE; the last value is that of ELSE."""
    pairs = zip(conditions, sqls, strict=False)
    body = " ".join(f"WHEN {condition} THEN {sql}" for condition, sql in pairs)
    return f"CASE {body} ELSE {sqls[-1]} END"
