"""The select list, and the names that the server gives to its columns."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.names import output_name
from freshdb.emulation.postgres.queries.sources.functions import ROWS, list_of
from freshdb.emulation.postgres.scope import (
    Written,
    name_of,
    only,
    refused,
)
from freshdb.emulation.postgres.writer import Writer

Items = list[tuple[str, Written]]
"""Of each column of a result the name, and what it is written as."""


def select_list(writer: Writer, node: Any) -> Items:
    """Return the items of a select list, each star as the columns that it means."""
    items: Items = []
    if not node.expressions:
        raise refused("an empty list of columns", "write SELECT 1")
    for one in node.expressions:
        if isinstance(one, exp.Star) or (
            isinstance(one, exp.Column) and isinstance(one.this, exp.Star)
        ):
            items += _star(writer, one)
            continue
        name = name_of(one.args["alias"]) if isinstance(one, exp.Alias) else output_name(one)
        inner = one.this if isinstance(one, exp.Alias) else one
        written = _rows(writer, inner) or writer.write(inner)
        if "any" in written.kind:
            raise refused(f"the type of the column {name}")
        items.append((name, written))
    return items


def _rows(writer: Writer, node: Any) -> Written | None:
    """Return what a function that returns rows gives to each row; None for other items."""
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    if name not in ROWS:
        return None
    if writer.rows is not None:
        raise refused("several functions that return rows", "write them in FROM")
    _, sql, columns = list_of(writer, node)
    if len(columns) != 1:
        raise refused(f"{name} among columns", f"write FROM …, {name}(…)")
    writer.rows = f"json_each({sql}) AS _fd_rows"
    return Written("_fd_rows.value", columns[0][1])


def _star(writer: Writer, node: Any) -> Items:
    only(node, "this", "table")
    table = name_of(node.args["table"]) if node.args.get("table") else None
    if table is not None and not any(one.name == table for one in writer.scope.sources):
        raise PostgresError("42P01", f'missing FROM-clause entry for table "{table}"')
    if not writer.scope.sources:
        raise PostgresError("42601", "SELECT * with no tables specified is not valid")
    return [
        (name, written)
        for source in writer.scope.sources
        if table is None or source.name == table
        for name, written in source.columns.items()
        if table is not None or name not in source.hidden
    ]
