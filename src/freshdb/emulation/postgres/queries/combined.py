"""UNION, INTERSECT and EXCEPT."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.ordering import with_nulls
from freshdb.emulation.postgres.queries.keys import limit_of
from freshdb.emulation.postgres.scope import (
    name_of,
    only,
    refused,
)
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Outputs, Writer, composes


@composes(exp.Union, exp.Intersect, exp.Except)
def _combined(writer: Writer, node: Any) -> tuple[str, Outputs]:
    only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
    sides = [writer.query(one) for one in (node.this, node.expression)]
    kinds = [[kind for _, kind in outputs] for _, outputs in sides]
    if len(kinds[0]) != len(kinds[1]):
        raise PostgresError("42601", "each query must have the same number of columns")
    is_all = isinstance(node, exp.Union) and not node.args.get("distinct")
    if kinds[0] != kinds[1] or ("numeric" in kinds[0] and not is_all):
        raise refused("a set operation of such types", "cast the columns to the same types")
    word = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}[type(node)]
    sql = f" {word}{' ALL' if is_all else ''} ".join(f"SELECT * FROM ({one})" for one, _ in sides)
    outputs = sides[0][1]
    order = ""
    if node.args.get("order"):
        order = " ORDER BY " + ", ".join(
            _by_position(one, outputs) for one in node.args["order"].expressions
        )
    return sql + order + limit_of(writer, node), outputs


def _by_position(node: Any, outputs: Outputs) -> str:
    names = [name for name, _ in outputs]
    this = node.this
    if isinstance(this, exp.Literal) and not this.is_string and this.this.isdigit():
        place = int(this.this)
    elif isinstance(this, exp.Column) and name_of(this.this) in names:
        place = names.index(name_of(this.this)) + 1
    else:
        raise refused("ORDER BY an expression behind a set operation")
    if outputs[place - 1][1] == "numeric":
        return with_nulls(f"{place} COLLATE pg_numeric", node, descends=node.args.get("desc"))
    return with_nulls(str(place), node, descends=bool(node.args.get("desc")))


@composes(exp.Subquery)
def _in_parentheses(writer: Writer, node: Any) -> tuple[str, Outputs]:
    only(node, "this")
    return writer.query(node.this)
