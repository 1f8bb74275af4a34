"""VALUES as a query of its own."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import quote_name
from freshdb.emulation.postgres.writer import Outputs, Writer, composes


@composes(exp.Values)
def _values(writer: Writer, node: Any) -> tuple[str, Outputs]:
    rows = [
        [writer.write(one) for one in (row.expressions if isinstance(row, exp.Tuple) else [row])]
        for row in node.expressions
    ]
    if len({len(row) for row in rows}) != 1:
        raise PostgresError("42601", "VALUES lists must all be the same length")
    columns = [types.settled(list(column), "VALUES") for column in zip(*rows, strict=True)]
    outputs = [(f"column{at}", kind) for at, (kind, _) in enumerate(columns, 1)]
    listed = ", ".join(
        f"({', '.join(one.sql for one in row)})"
        for row in zip(*(parts for _, parts in columns), strict=True)
    )
    names = ", ".join(quote_name(name) for name, _ in outputs)
    return f"WITH q({names}) AS (VALUES {listed}) SELECT * FROM q", outputs
