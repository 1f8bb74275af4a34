"""Calls of aggregates, with DISTINCT, ORDER BY, FILTER and WITHIN GROUP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.json import as_json, row_or_value
from freshdb.emulation.postgres.ordering import direction_of
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import (
    INTEGERS,
    NUMBERS,
    STAMPS,
    Written,
    emits,
    name_of,
    only,
    quote,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.writer import Writer

_SPREADS = ("stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop")
_JSON = ("json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg")
AGGREGATES = frozenset(
    [
        *("count", "sum", "avg", "min", "max", "string_agg", "array_agg", "bool_and", "bool_or"),
        *("every", "bit_and", "bit_or", "bit_xor", *_SPREADS, *_JSON),
        *("percentile_cont", "percentile_disc", "mode"),
    ]
)
_FAMILY = (*NUMBERS, *STAMPS, "text", "bool", "interval", "jsonb", "time", "uuid")


@dataclass
class _Arguments:
    """What an aggregate is called with."""

    nodes: list[Any]
    distinct: bool = False
    keys: list[Any] = field(default_factory=list)


def _arguments(nodes: list[Any]) -> _Arguments:
    found = _Arguments(list(nodes))
    if nodes and isinstance(nodes[-1], exp.Order):
        found.keys = nodes[-1].expressions
        found.nodes[-1] = nodes[-1].this
    if found.nodes and isinstance(found.nodes[0], exp.Distinct):
        only(found.nodes[0], "expressions")
        found.distinct = True
        found.nodes[:1] = found.nodes[0].expressions
    return found


def _is_row_of_table(nodes: list[Any]) -> bool:
    return (
        len(nodes) == 1 and isinstance(nodes[0], exp.Column) and isinstance(nodes[0].this, exp.Star)
    )


def _counted_rows(writer: Writer, node: Any) -> Written:
    """Return count(t.*): the rows of a table, without those that an outer join has made up."""
    name = name_of(node.args["table"])
    source = next((one for one in writer.scope.sources if one.name == name), None)
    if source is None or source.table is None:
        raise refused("count of a row that is no table's", "count one of its columns")
    return Written(f"COUNT({quote_name(name)}._rowid_)", "int8")


def aggregate(writer: Writer, name: str, nodes: list[Any]) -> Written:
    """Return an aggregate.

    Raises:
        PostgresError: 42883, where the server has none of such arguments.
    """
    writer.has_aggregate = True
    called = _arguments(nodes)
    if name in ("percentile_cont", "percentile_disc", "mode"):
        raise PostgresError("42809", f"WITHIN GROUP is required for ordered-set aggregate {name}")
    if len(called.nodes) == 1 and isinstance(called.nodes[0], exp.Star):
        if name != "count":
            raise PostgresError("42883", f"function {name}() does not exist")
        return Written("COUNT(*)", "int8")
    if name == "count" and not called.distinct and _is_row_of_table(called.nodes):
        return _counted_rows(writer, called.nodes[0])
    if name in ("json_agg", "jsonb_agg"):
        (node,) = called.nodes
        prefix = name.partition("_")[0]
        if isinstance(node, (exp.Literal, exp.Null)) and (node.is_string or not node.name):
            raise PostgresError("42804", "could not determine data type for argument 1")
        given = [Written(row_or_value(writer, node), prefix)]
        return _folded(writer, name, given, called, prefix)
    given = [writer.write(one) for one in called.nodes]
    if any("any" in one.kind for one in given):
        raise refused("a column of a type that is not known")
    if name in ("json_object_agg", "jsonb_object_agg"):
        return _objects(writer, name, given, called)
    if name == "string_agg":
        return _strings(writer, given, called)
    if len(given) != 1:
        raise no_aggregate(name, given)
    make = _MAKERS.get(name)
    if make is not None and not (called.distinct and name in ("sum", "avg", "array_agg")):
        made: Written = make(writer, name, given[0], called)
        return made
    return _by_folding(writer, name, given[0], called)


def no_aggregate(name: str, given: list[Written]) -> PostgresError:
    """Return 42883 for an aggregate of such types."""
    listed = ", ".join(types.shown(one.kind) for one in given)
    return PostgresError("42883", f"function {name}({listed}) does not exist")


def _count(writer: Writer, name: str, one: Written, called: _Arguments) -> Written:
    if not called.distinct:
        return Written(f"COUNT({one.sql})", "int8")
    return Written(f"COUNT(DISTINCT {types.collated(one)})", "int8")


def _truth(writer: Writer, name: str, one: Written, called: _Arguments) -> Written:
    if one.kind not in ("bool", "unknown", "null"):
        raise no_aggregate(name, [one])
    word = "MAX" if name == "bool_or" else "MIN"
    return Written(f"{word}({types.as_kind(one, 'bool').sql})", "bool")


def _extreme(writer: Writer, name: str, one: Written, called: _Arguments) -> Written:
    if one.kind in ("unknown", "null"):
        one = types.as_kind(one, "text")
    if one.kind in ("numeric", "interval") or types.element(one.kind):
        return Written(f"pg_{name}('{one.kind}', {one.sql})", one.kind)
    if one.kind in ("text", "float8", "time", *INTEGERS, *STAMPS):
        return Written(f"{name.upper()}({one.sql})", one.kind)
    raise no_aggregate(name, [one])


def _sum(writer: Writer, name: str, one: Written, called: _Arguments) -> Written:
    if one.kind not in (*NUMBERS, "interval"):
        raise no_aggregate(name, [one])
    return Written(f"pg_{name}('{one.kind}', {one.sql})", _kind_of_sum(name, one.kind))


def _kind_of_sum(name: str, kind: str) -> str:
    if kind in ("float8", "interval"):
        return kind
    return "int8" if name == "sum" and kind in ("int2", "int4") else "numeric"


_MAKERS: dict[str, Any] = {
    "count": _count, "bool_and": _truth, "bool_or": _truth, "every": _truth,
    "min": _extreme, "max": _extreme, "sum": _sum, "avg": _sum,
}  # fmt: skip


def _by_folding(writer: Writer, name: str, one: Written, called: _Arguments) -> Written:
    if name in ("sum", "avg"):
        if one.kind not in NUMBERS:
            raise no_aggregate(name, [one])
        return _folded(writer, name, [one], called, _kind_of_sum(name, one.kind))
    if name == "array_agg":
        if types.element(one.kind) or one.kind == "bytea":
            raise refused(f"array_agg of {types.shown(one.kind)}", "use jsonb_agg")
        if one.kind in ("unknown", "null"):
            raise PostgresError("42725", "function array_agg(unknown) is not unique")
        return _folded(writer, name, [one], called, f"{one.kind}[]")
    if name in _SPREADS:
        if one.kind not in NUMBERS:
            raise no_aggregate(name, [one])
        kind = "float8" if one.kind == "float8" else "numeric"
        return _folded(writer, name, [one], called, kind)
    if name.startswith("bit_") and one.kind in INTEGERS:
        return _folded(writer, name, [one], called, one.kind)
    raise no_aggregate(name, [one])


def _objects(writer: Writer, name: str, given: list[Written], called: _Arguments) -> Written:
    if len(given) != 2:
        raise no_aggregate(name, given)
    if called.distinct:
        raise refused(f"{name}(DISTINCT …)", "take the distinct rows in a subquery")
    key, value = given
    pair = [types.as_kind(key, "text"), Written(as_json(value), "json")]
    return _folded(writer, name, pair, called, name.partition("_")[0])


def _strings(writer: Writer, given: list[Written], called: _Arguments) -> Written:
    if len(given) != 2 or any(one.kind not in ("text", "unknown", "null") for one in given):
        raise no_aggregate("string_agg", given)
    parts = [types.as_kind(one, "text") for one in given]
    return _folded(writer, "string_agg", parts, called, "text")


def _folded(
    writer: Writer, name: str, given: list[Written], called: _Arguments, kind: str
) -> Written:
    """Return a call of the aggregate that keeps all rows, and folds them in their order."""
    spec, keys = [], []
    for one in called.keys:
        key = writer.write(one.this)
        if key.kind in ("unknown", "null"):
            raise refused("a constant in ORDER BY of an aggregate", "leave it out")
        if called.distinct and key.sql != given[0].sql:
            text = (
                "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list"
            )
            raise PostgresError("42P10", text)
        types.collated(key)
        descends, first = direction_of(one)
        spec.append(f"{key.kind}/{int(descends)}/{int(first)}")
        keys.append(key.sql)
    if called.distinct:
        types.collated(given[0])
    if len(given) == 1:
        given = [*given, Written("NULL", "null")]
    values = ", ".join(one.sql for one in given)
    head = f"{quote(name)}, {quote(given[0].kind)}, {int(called.distinct)}, {quote(','.join(spec))}"
    return Written(f"pg_fold({', '.join([head, values, *keys])})", kind)


@emits(exp.GroupConcat)
def _string_agg(writer: Writer, node: Any) -> Written:
    only(node, "this", "separator")
    inner, keys = node.this, []
    if isinstance(inner, exp.Order):
        inner, keys = inner.this, inner.expressions
    called = _Arguments([inner], keys=keys)
    if isinstance(inner, exp.Distinct):
        called = _Arguments(list(inner.expressions), distinct=True, keys=keys)
    separator = node.args.get("separator")
    if separator is not None:
        called.nodes.append(separator)
    writer.has_aggregate = True
    return _strings(writer, [writer.write(one) for one in called.nodes], called)


@emits(exp.Filter)
def _filter(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    condition = writer.condition(node.expression.this)
    return Written(f"{this.sql} FILTER (WHERE {condition})", this.kind)


@emits(exp.WithinGroup)
def _within(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    name = str(node.this.this).lower() if isinstance(node.this, exp.Anonymous) else ""
    if name not in ("percentile_cont", "percentile_disc", "mode"):
        raise refused(f"WITHIN GROUP of {name}")
    writer.has_aggregate = True
    (order,) = node.expression.expressions
    one = writer.write(order.this)
    if one.kind not in _FAMILY:
        raise no_aggregate(name, [one])
    fraction, kind = Written("0", "int4"), one.kind
    if name != "mode":
        (given,) = node.this.expressions
        if types.element(writer.write(given).kind):
            raise refused(f"{name} of several fractions", "write one call for each fraction")
        fraction = writer.number(given)
    if name == "percentile_cont":
        if one.kind not in (*NUMBERS, "interval"):
            raise no_aggregate(name, [fraction, one])
        kind = "interval" if one.kind == "interval" else "float8"
        one = types.as_kind(one, kind)
    return _folded(writer, name, [one, fraction], _Arguments([], keys=[order]), kind)
