"""Queries inside expressions."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, emits, only
from freshdb.emulation.postgres.writer import Writer


@emits(exp.Exists)
def _exists(writer: Writer, node: Any) -> Written:
    query = node.this
    if isinstance(query, exp.Select) and not query.expressions:
        query = query.select("1")
    return Written(f"EXISTS ({writer.subquery(query)[0]})", "bool")


@emits(exp.Subquery)
def _subquery(writer: Writer, node: Any) -> Written:
    only(node, "this")
    sql, outputs = writer.subquery(node.this)
    if len(outputs) != 1:
        raise PostgresError("42601", "subquery must return only one column")
    return Written(f"({writer.single(sql)})", outputs[0].kind)
