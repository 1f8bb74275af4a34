"""Calls of functions, by the types of their arguments."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.expressions import part_of
from freshdb.emulation.postgres.scope import (
    INTEGERS,
    NUMBERS,
    STAMPS,
    Written,
    emits,
    only,
    quote,
    refused,
)
from freshdb.emulation.postgres.values import PostgresError

Make = Callable[[Any, list[Any]], Written]
CALLS: dict[str, Make] = {}
AGGREGATES = frozenset(["count", "sum", "avg", "min", "max", "string_agg", "bool_and", "bool_or"])


def call(*names: str) -> Callable[[Make], Make]:
    """Declare what writes calls of these functions."""

    def declare(make: Make) -> Make:
        for name in names:
            CALLS[name] = make
        return make

    return declare


@emits(exp.Anonymous)
def _call(writer: Any, node: Any) -> Written:
    only(node, "this", "expressions")
    name = str(node.this).lower()
    if name in AGGREGATES:
        return aggregate(writer, name, node.expressions)
    make = CALLS.get(name)
    if make is None:
        near = difflib.get_close_matches(name, CALLS, n=1)
        raise refused(f"the function {name}", f"did you mean {near[0]}?" if near else "")
    try:
        return make(writer, node.expressions)
    except (ValueError, IndexError):
        raise PostgresError(
            "42883", f"function {name} with such arguments does not exist"
        ) from None


def _texts(name: str, count: int, kind: str = "text") -> None:
    """Declare a function whose arguments are texts."""

    def make(writer: Any, arguments: list[Any]) -> Written:
        if len(arguments) != count:
            raise ValueError
        return Written(f"pg_{name}({', '.join(map(writer.text, arguments))})", kind)

    CALLS[name] = make


_texts("replace", 3)


@call("upper", "lower", "length", "char_length", "octet_length", "reverse", "md5", "ascii")
def _of_text(writer: Any, arguments: list[Any]) -> Written:
    raise ValueError


def _one_text(name: str, real: str, kind: str) -> None:
    def make(writer: Any, arguments: list[Any]) -> Written:
        (one,) = arguments
        return Written(f"pg_text('{real}', {writer.text(one)})", kind)

    CALLS[name] = make


for _name in ("upper", "lower", "reverse", "md5"):
    _one_text(_name, _name, "text")
for _name in ("length", "octet_length", "ascii"):
    _one_text(_name, _name, "int4")
_one_text("char_length", "length", "int4")


def _with_count(name: str, registered: str, least: int, most: int, *more: str) -> None:
    """Declare a function of a text, an integer, and perhaps more texts."""

    def make(writer: Any, arguments: list[Any]) -> Written:
        if not least <= len(arguments) <= most:
            raise ValueError
        first, count, *rest = arguments
        listed = [*more, writer.text(first), writer.integer(count), *map(writer.text, rest)]
        return Written(f"{registered}({', '.join(listed)})", "text")

    CALLS[name] = make


_with_count("left", "pg_left", 2, 2)
_with_count("right", "pg_right", 2, 2)
_with_count("repeat", "pg_repeat", 2, 2)
_with_count("lpad", "pg_pad", 2, 3, "'l'")
_with_count("rpad", "pg_pad", 2, 3, "'r'")


@call("substr", "substring")
def _substr(writer: Any, arguments: list[Any]) -> Written:
    text, *numbers = arguments
    listed = [writer.text(text), *map(writer.integer, numbers)]
    return Written(f"pg_substring({', '.join(listed)})", "text")


@emits(exp.Substring)
def _substring(writer: Any, node: Any) -> Written:
    only(node, "this", "start", "length")
    start = writer.integer(node.args["start"]) if node.args.get("start") else "1"
    parts = [writer.text(node.this), start]
    if node.args.get("length"):
        parts.append(writer.integer(node.args["length"]))
    return Written(f"pg_substring({', '.join(parts)})", "text")


@emits(exp.Trim)
def _trim(writer: Any, node: Any) -> Written:
    only(node, "this", "expression", "position")
    where = node.args.get("position") or "BOTH"
    parts = [writer.text(node.this)]
    if node.args.get("expression"):
        parts.append(writer.text(node.args["expression"]))
    return Written(f"pg_trim('{where}', {', '.join(parts)})", "text")


@call("btrim", "ltrim", "rtrim")
def _trims(writer: Any, arguments: list[Any]) -> Written:
    raise ValueError


for _name, _where in (("btrim", "BOTH"), ("ltrim", "LEADING"), ("rtrim", "TRAILING")):
    CALLS[_name] = lambda writer, arguments, where=_where: Written(  # type: ignore[misc]
        f"pg_trim('{where}', {', '.join(map(writer.text, arguments))})", "text"
    )


@emits(exp.StrPosition)
def _position(writer: Any, node: Any) -> Written:
    only(node, "this", "substr")
    return Written(
        f"pg_position({writer.text(node.args['substr'])}, {writer.text(node.this)})", "int4"
    )


@call("strpos")
def _strpos(writer: Any, arguments: list[Any]) -> Written:
    text, part = arguments
    return Written(f"pg_position({writer.text(part)}, {writer.text(text)})", "int4")


@call("split_part")
def _split_part(writer: Any, arguments: list[Any]) -> Written:
    text, delimiter, number = arguments
    listed = [writer.text(text), writer.text(delimiter), writer.integer(number)]
    return Written(f"pg_split_part({', '.join(listed)})", "text")


@emits(exp.Initcap)
def _initcap(writer: Any, node: Any) -> Written:
    return Written(f"pg_text('initcap', {writer.text(node.this)})", "text")


@call("concat", "concat_ws")
def _concat(writer: Any, arguments: list[Any]) -> Written:
    raise ValueError


def _joining(name: str) -> Make:
    def make(writer: Any, arguments: list[Any]) -> Written:
        parts = [writer.write(one) for one in arguments]
        if any(one.kind == "bool" for one in parts):
            raise refused(f"{name} of a boolean", "cast it to text")
        listed = ", ".join(types.as_kind(one, "text").sql for one in parts)
        return Written(f"pg_{name}({listed})", "text")

    return make


CALLS["concat"], CALLS["concat_ws"] = _joining("concat"), _joining("concat_ws")


# Numbers


@call("abs")
def _abs(writer: Any, arguments: list[Any]) -> Written:
    one = writer.number(*arguments)
    return Written(f"pg_abs('{one.kind}', {one.sql})", one.kind)


@call("round")
def _round(writer: Any, arguments: list[Any]) -> Written:
    one = writer.number(arguments[0])
    kind = "float8" if one.kind == "float8" else "numeric"
    if len(arguments) == 2 and kind == "float8":
        raise PostgresError("42883", "function round(double precision, integer) does not exist")
    if one.kind in INTEGERS and len(arguments) == 1:
        kind = "float8"
    digits = f", {writer.integer(arguments[1])}" if len(arguments) == 2 else ""
    return Written(f"pg_round('{kind}', {types.as_kind(one, kind).sql}{digits})", kind)


def _whole(writer: Any, name: str, node: Any) -> Written:
    one = writer.number(node)
    kind = "numeric" if one.kind == "numeric" else "float8"
    return Written(f"pg_whole('{name}', '{kind}', {types.as_kind(one, kind).sql})", kind)


@emits(exp.Floor, exp.Ceil)
def _floor(writer: Any, node: Any) -> Written:
    only(node, "this")
    return _whole(writer, "floor" if isinstance(node, exp.Floor) else "ceil", node.this)


@call("trunc")
def _trunc(writer: Any, arguments: list[Any]) -> Written:
    (one,) = arguments
    return _whole(writer, "trunc", one)


@call("ceiling")
def _ceiling(writer: Any, arguments: list[Any]) -> Written:
    (one,) = arguments
    return _whole(writer, "ceil", one)


@call("mod")
def _mod(writer: Any, arguments: list[Any]) -> Written:
    one, other = map(writer.number, arguments)
    kind, parts = types.settled([one, other], "mod")
    return Written(f"pg_calc('%', '{kind}', {parts[0].sql}, {parts[1].sql})", kind)


@call("sqrt")
def _sqrt(writer: Any, arguments: list[Any]) -> Written:
    one = writer.number(*arguments)
    if one.kind == "numeric":
        raise refused("sqrt of a numeric", "cast it to double precision")
    return Written(f"pg_sqrt({types.as_kind(one, 'float8').sql})", "float8")


@call("random")
def _random(writer: Any, arguments: list[Any]) -> Written:
    return Written("(abs(random() % 9007199254740992) / 9007199254740992.0)", "float8")


# Choices


@call("coalesce", "greatest", "least")
def _choice(writer: Any, arguments: list[Any]) -> Written:
    raise ValueError


def _choosing(name: str) -> Make:
    def make(writer: Any, arguments: list[Any]) -> Written:
        kind, parts = types.settled([writer.write(one) for one in arguments], name.upper())
        listed = [one.sql for one in parts]
        if name == "coalesce":
            return Written(f"COALESCE({', '.join([*listed, 'NULL'])})", kind)
        if kind not in (*INTEGERS, "float8", *STAMPS):
            raise refused(f"{name} of {kind}", "write it as CASE")
        # NULL counts for nothing: an aggregate over the values says so.
        rows = " UNION ALL ".join(f"SELECT {one} AS x" for one in listed)
        word = "MAX" if name == "greatest" else "MIN"
        return Written(f"(SELECT {word}(x) FROM ({rows}))", kind)

    return make


for _name in ("coalesce", "greatest", "least"):
    CALLS[_name] = _choosing(_name)


@call("nullif")
def _nullif(writer: Any, arguments: list[Any]) -> Written:
    from freshdb.emulation.postgres.expressions import compared

    one, other = (writer.write(each) for each in arguments)
    kind = "text" if one.kind == "unknown" else one.kind
    return Written(f"(CASE WHEN {compared('=', one, other)} THEN NULL ELSE {one.sql} END)", kind)


# Dates


@call("now", "transaction_timestamp", "statement_timestamp")
def _now(writer: Any, arguments: list[Any]) -> Written:
    return Written("pg_now('timestamp')", "timestamptz")


@call("date_trunc")
def _date_trunc(writer: Any, arguments: list[Any]) -> Written:
    unit, value = arguments
    this = writer.write(value)
    if not isinstance(unit, exp.Literal) or this.kind not in STAMPS:
        raise refused(f"date_trunc of {this.kind}", "cast it to timestamp")
    kind = "timestamptz" if this.kind != "timestamp" else "timestamp"
    return Written(f"pg_trunc_stamp({quote(unit.this)}, {this.sql})", kind)


@call("date_part")
def _date_part(writer: Any, arguments: list[Any]) -> Written:
    unit, value = arguments
    found = part_of(str(unit.this).lower(), writer.write(value))
    return types.as_kind(found, "float8")


@call("to_char")
def _to_char(writer: Any, arguments: list[Any]) -> Written:
    value, form = arguments
    this = writer.write(value)
    if this.kind not in STAMPS:
        raise refused(f"to_char of {this.kind}", "format it in Python")
    return Written(f"pg_to_char({this.sql}, {writer.text(form)})", "text")


# JSON and UUIDs


@call("gen_random_uuid", "uuid_generate_v4")
def _uuid(writer: Any, arguments: list[Any]) -> Written:
    return Written("pg_uuid_new()", "uuid")


@call("jsonb_build_object", "jsonb_build_array")
def _build(writer: Any, arguments: list[Any]) -> Written:
    raise ValueError


def _building(kind: str) -> Make:
    def make(writer: Any, arguments: list[Any]) -> Written:
        if kind == "object" and len(arguments) % 2:
            raise PostgresError("22023", "argument list must have even number of elements")
        parts = [writer.write(one) for one in arguments]
        listed = "".join(f", pg_to_json({one.sql}, '{one.kind}')" for one in parts)
        return Written(f"pg_json_build('{kind}'{listed})", "jsonb")

    return make


CALLS["jsonb_build_object"], CALLS["jsonb_build_array"] = _building("object"), _building("array")


@call("jsonb_array_length", "json_array_length")
def _json_length(writer: Any, arguments: list[Any]) -> Written:
    one = types.as_kind(writer.write(*arguments), "jsonb")
    return Written(f"pg_json_about('length', {one.sql})", "int4")


@call("jsonb_typeof")
def _json_type(writer: Any, arguments: list[Any]) -> Written:
    one = types.as_kind(writer.write(*arguments), "jsonb")
    return Written(f"pg_json_about('type', {one.sql})", "text")


# Aggregates


def aggregate(writer: Any, name: str, arguments: list[Any]) -> Written:
    """Return an aggregate, with DISTINCT where its argument has it."""
    writer.has_aggregate = True
    distinct = ""
    if len(arguments) == 1 and isinstance(arguments[0], exp.Distinct):
        only(arguments[0], "expressions")
        distinct, arguments = "DISTINCT ", arguments[0].expressions
    if len(arguments) != 1:
        raise refused(f"{name} of several values")
    if isinstance(arguments[0], exp.Star):
        return Written("COUNT(*)", "int8")
    one = writer.write(arguments[0])
    if name == "count":
        by = " COLLATE pg_numeric" if one.kind == "numeric" else ""
        if distinct and one.kind in ("interval", "json"):
            raise refused(f"COUNT(DISTINCT …) of {one.kind}")
        return Written(f"COUNT({distinct}{one.sql}{by})", "int8")
    if name in ("bool_and", "bool_or"):
        word = "MIN" if name == "bool_and" else "MAX"
        return Written(f"{word}({writer.condition(arguments[0])})", "bool")
    if name in ("min", "max"):
        return _extreme(name, one)
    if distinct:
        raise refused(f"{name}(DISTINCT …)", "take the distinct values in a subquery")
    if one.kind not in NUMBERS:
        raise refused(f"{name} of {one.kind}")
    kind = "float8" if one.kind == "float8" else "numeric"
    if name == "sum" and one.kind in ("int2", "int4"):
        kind = "int8"
    return Written(f"pg_{name}('{one.kind}', {one.sql})", kind)


def _extreme(name: str, one: Written) -> Written:
    if one.kind in ("numeric", "interval"):
        return Written(f"pg_{name}('{one.kind}', {one.sql})", one.kind)
    if one.kind in ("text", "unknown", "float8", *INTEGERS, *STAMPS):
        return Written(f"{name.upper()}({one.sql})", "text" if one.kind == "unknown" else one.kind)
    raise refused(f"{name} of {one.kind}")


@emits(exp.GroupConcat)
def _string_agg(writer: Any, node: Any) -> Written:
    only(node, "this", "separator")
    writer.has_aggregate = True
    inner, key, descends = node.this, "NULL", "-1"
    if isinstance(inner, exp.Order):
        (order,) = inner.expressions
        found = writer.write(order.this)
        if found.kind not in ("text", *INTEGERS, *STAMPS) or isinstance(inner.this, exp.Distinct):
            raise refused("string_agg in such an order")
        key, descends, inner = found.sql, str(int(bool(order.args.get("desc")))), inner.this
    if isinstance(inner, exp.Distinct):
        raise refused("string_agg(DISTINCT …)")
    separator = node.args.get("separator")
    if separator is None:
        raise PostgresError("42883", "function string_agg(text) does not exist")
    listed = [writer.text(inner), writer.text(separator), descends, key]
    return Written(f"pg_string_agg({', '.join(listed)})", "text")


@emits(exp.Filter)
def _filter(writer: Any, node: Any) -> Written:
    this = writer.write(node.this)
    condition = writer.condition(node.expression.this)
    return Written(f"{this.sql} FILTER (WHERE {condition})", this.kind)


_RANKS = {"row_number": "int8", "rank": "int8", "dense_rank": "int8"}


@emits(exp.Window)
def _window(writer: Any, node: Any) -> Written:
    only(node, "this", "partition_by", "order", "over")
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
    if node.args.get("partition_by"):
        keys = [writer.key(one) for one in node.args["partition_by"]]
        parts.append(f"PARTITION BY {', '.join(keys)}")
    if node.args.get("order"):
        parts.append("ORDER BY " + ", ".join(map(writer.ordered, node.args["order"].expressions)))
    return Written(f"{found.sql} OVER ({' '.join(parts)})", found.kind)
