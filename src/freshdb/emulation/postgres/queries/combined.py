"""UNION, INTERSECT and EXCEPT."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.ordering import with_nulls
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.keys import limit_of
from freshdb.emulation.postgres.scope import Written, name_of, only, quote_name, refused
from freshdb.emulation.postgres.writer import Outputs, Writer, composes

_WORDS = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}


@composes(*_WORDS)
def _combined(writer: Writer, node: Any) -> tuple[str, Outputs]:
    only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
    is_all = not node.args.get("distinct")
    if is_all and not isinstance(node, exp.Union):
        raise refused(f"{_WORDS[type(node)]} ALL", "number the rows by ROW_NUMBER")
    sides = [writer.query(one) for one in (node.this, node.expression)]
    sql, outputs = combined(sides, _WORDS[type(node)], is_all=is_all)
    order = ""
    if node.args.get("order"):
        keys = [_by_position(one, outputs) for one in node.args["order"].expressions]
        order = f" ORDER BY {', '.join(keys)}"
    return sql + order + limit_of(writer, node), outputs


def combined(sides: list[tuple[str, Outputs]], word: str, *, is_all: bool) -> tuple[str, Outputs]:
    """Return two queries as one, their columns brought to the same types."""
    (_, one), (_, other) = sides
    if len(one) != len(other):
        raise PostgresError("42601", f"each {word} query must have the same number of columns")
    kinds = [types.shared([_typed(a), _typed(b)], word) for a, b in zip(one, other, strict=True)]
    parts = [_side(sql, outputs, kinds, is_all=is_all) for sql, outputs in sides]
    joined = f" {word}{' ALL' if is_all else ''} ".join(parts)
    return joined, [(name, kind) for (name, _), kind in zip(one, kinds, strict=True)]


def _typed(output: tuple[str, str]) -> Written:
    return Written("", output[1])


def _side(sql: str, outputs: Outputs, kinds: list[str], *, is_all: bool) -> str:
    names = [f"c{at}" for at in range(len(outputs))]
    shown = []
    for name, kind, (label, had) in zip(names, kinds, outputs, strict=True):
        one = types.as_kind(Written(name, had), kind)
        shown.append(f"{one.sql if is_all else types.collated(one)} AS {quote_name(label)}")
    inner = f"WITH q({', '.join(names)}) AS ({sql}) SELECT {', '.join(shown)} FROM q"
    return f"SELECT * FROM ({inner})"


def _by_position(node: Any, outputs: Outputs) -> str:
    names = [name for name, _ in outputs]
    this = node.this
    if isinstance(this, exp.Literal) and not this.is_string and this.this.isdigit():
        place = int(this.this)
        if not 0 < place <= len(outputs):
            raise PostgresError("42P10", f"ORDER BY position {place} is not in select list")
    elif isinstance(this, exp.Column) and name_of(this.this) in names:
        place = names.index(name_of(this.this)) + 1
    elif isinstance(this, exp.Column):
        raise PostgresError("42703", f'column "{name_of(this.this)}" does not exist')
    else:
        raise refused("ORDER BY an expression behind a set operation", "put it into a subquery")
    found = types.collation(outputs[place - 1][1])
    sql = f"{place} COLLATE {found}" if found else str(place)
    return with_nulls(sql, node, descends=bool(node.args.get("desc")))


@composes(exp.Subquery)
def _in_parentheses(writer: Writer, node: Any) -> tuple[str, Outputs]:
    only(node, "this", "with_", "order", "limit", "offset")
    sql, outputs = writer.query(node.this)
    order = ""
    if node.args.get("order"):
        keys = [_by_position(one, outputs) for one in node.args["order"].expressions]
        order = f" ORDER BY {', '.join(keys)}"
    more = order + limit_of(writer, node)
    return (f"SELECT * FROM ({sql}){more}" if more else sql), outputs
