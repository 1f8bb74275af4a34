"""Calls of functions of numbers."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call, no_function, plain
from freshdb.emulation.postgres.expressions.arithmetic import power
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, emits, only
from freshdb.emulation.postgres.writer import Writer


@call("abs")
def _abs(writer: Writer, arguments: list[Any]) -> Written:
    (one,) = map(writer.number, arguments)
    return Written(f"pg_abs('{one.kind}', {one.sql})", one.kind)


@call("round")
def _round(writer: Writer, arguments: list[Any]) -> Written:
    if len(arguments) not in (1, 2):
        raise ValueError
    one = writer.number(arguments[0])
    if len(arguments) == 1:
        kind = "numeric" if one.kind == "numeric" else "float8"
        return Written(f"pg_round('{kind}', {types.as_kind(one, kind).sql})", kind)
    if one.kind == "float8":
        raise PostgresError("42883", "function round(double precision, integer) does not exist")
    digits = writer.integer(arguments[1])
    return Written(f"pg_round('numeric', {types.as_kind(one, 'numeric').sql}, {digits})", "numeric")


def _whole(name: str, one: Written) -> Written:
    kind = "numeric" if one.kind == "numeric" else "float8"
    return Written(f"pg_whole('{name}', '{kind}', {types.as_kind(one, kind).sql})", kind)


@emits(exp.Floor, exp.Ceil)
def _floor(writer: Writer, node: Any) -> Written:
    only(node, "this")
    return _whole("floor" if isinstance(node, exp.Floor) else "ceil", writer.number(node.this))


@call("trunc")
def _trunc(writer: Writer, arguments: list[Any]) -> Written:
    one, *more = arguments
    found = writer.number(one)
    if not more:
        return _whole("trunc", found)
    if found.kind == "float8" or len(more) > 1:
        raise no_function("trunc", [found, *map(writer.write, more)])
    digits = writer.integer(more[0])
    return Written(f"pg_trunc({types.as_kind(found, 'numeric').sql}, {digits})", "numeric")


def _wholes(name: str, real: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        (one,) = arguments
        return _whole(real, writer.number(one))


_wholes("ceiling", "ceil")
_wholes("ceil", "ceil")
_wholes("floor", "floor")


@call("mod")
def _mod(writer: Writer, arguments: list[Any]) -> Written:
    one, other = map(writer.number, arguments)
    kind, parts = types.settled([one, other], "mod")
    if kind == "float8":
        raise no_function("mod", [one, other])
    return Written(f"pg_calc('%', '{kind}', {parts[0].sql}, {parts[1].sql})", kind)


@call("power", "pow")
def _power(writer: Writer, arguments: list[Any]) -> Written:
    one, other = map(writer.number, arguments)
    return power(one, other)


def _by_kind(name: str) -> None:
    """Declare a function of a numeric or a double; integers become doubles."""

    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        (one,) = map(writer.number, arguments)
        kind = "numeric" if one.kind == "numeric" else "float8"
        return Written(f"pg_{name}('{kind}', {types.as_kind(one, kind).sql})", kind)


for _name in ("sqrt", "sign", "exp", "ln"):
    _by_kind(_name)


@call("log", "log10")
def _log(writer: Writer, arguments: list[Any]) -> Written:
    if len(arguments) == 2:
        parts = [types.as_kind(writer.number(one), "numeric").sql for one in arguments]
        return Written(f"pg_log_of({', '.join(parts)})", "numeric")
    (one,) = map(writer.number, arguments)
    kind = "numeric" if one.kind == "numeric" else "float8"
    return Written(f"pg_log10('{kind}', {types.as_kind(one, kind).sql})", kind)


for _name in (
    *("sin", "cos", "tan", "asin", "acos", "atan", "cot", "degrees", "radians", "cbrt"),
    *("sinh", "cosh", "tanh"),
):
    plain(_name, "float8", "float8", f"pg_float('{_name}'")
plain("atan2", "float8 float8", "float8", "pg_float2('atan2'")
plain("pi", "", "float8")
for _name in ("gcd", "lcm"):
    plain(_name, "int2 int2", "int2", "pg_not_unique(")
for _kind in ("int4", "int8"):
    plain("gcd", f"{_kind} {_kind}", _kind, f"pg_divisor('{_kind}'")
    plain("lcm", f"{_kind} {_kind}", _kind, f"pg_multiple('{_kind}'")
plain("div", "numeric numeric", "numeric")
plain("factorial", "int8", "numeric")
plain("scale", "numeric", "int4")
plain("min_scale", "numeric", "int4")
plain("trim_scale", "numeric", "numeric")
plain("width_bucket", "numeric numeric numeric int4", "int4")
plain("width_bucket", "float8 float8 float8 int4", "int4", "pg_width_bucket_float(")
plain("to_hex", "int4", "text", "pg_to_hex(32")
plain("to_hex", "int8", "text", "pg_to_hex(64")


@call("random")
def _random(writer: Writer, arguments: list[Any]) -> Written:
    if arguments:
        raise ValueError
    return Written("(abs(random() % 9007199254740992) / 9007199254740992.0)", "float8")
