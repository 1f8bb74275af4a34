"""Calls of functions of numbers."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call
from freshdb.emulation.postgres.scope import INTEGERS, Written, emits, only, refused
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Writer


@call("abs")
def _abs(writer: Writer, arguments: list[Any]) -> Written:
    one = writer.number(*arguments)
    return Written(f"pg_abs('{one.kind}', {one.sql})", one.kind)


@call("round")
def _round(writer: Writer, arguments: list[Any]) -> Written:
    one = writer.number(arguments[0])
    kind = "float8" if one.kind == "float8" else "numeric"
    if len(arguments) == 2 and kind == "float8":
        raise PostgresError("42883", "function round(double precision, integer) does not exist")
    if one.kind in INTEGERS and len(arguments) == 1:
        kind = "float8"
    digits = f", {writer.integer(arguments[1])}" if len(arguments) == 2 else ""
    return Written(f"pg_round('{kind}', {types.as_kind(one, kind).sql}{digits})", kind)


def _whole(writer: Writer, name: str, node: Any) -> Written:
    one = writer.number(node)
    kind = "numeric" if one.kind == "numeric" else "float8"
    return Written(f"pg_whole('{name}', '{kind}', {types.as_kind(one, kind).sql})", kind)


@emits(exp.Floor, exp.Ceil)
def _floor(writer: Writer, node: Any) -> Written:
    only(node, "this")
    return _whole(writer, "floor" if isinstance(node, exp.Floor) else "ceil", node.this)


@call("trunc")
def _trunc(writer: Writer, arguments: list[Any]) -> Written:
    (one,) = arguments
    return _whole(writer, "trunc", one)


@call("ceiling")
def _ceiling(writer: Writer, arguments: list[Any]) -> Written:
    (one,) = arguments
    return _whole(writer, "ceil", one)


@call("mod")
def _mod(writer: Writer, arguments: list[Any]) -> Written:
    one, other = map(writer.number, arguments)
    kind, parts = types.settled([one, other], "mod")
    return Written(f"pg_calc('%', '{kind}', {parts[0].sql}, {parts[1].sql})", kind)


@call("sqrt")
def _sqrt(writer: Writer, arguments: list[Any]) -> Written:
    one = writer.number(*arguments)
    if one.kind == "numeric":
        raise refused("sqrt of a numeric", "cast it to double precision")
    return Written(f"pg_sqrt({types.as_kind(one, 'float8').sql})", "float8")


@call("random")
def _random(writer: Writer, arguments: list[Any]) -> Written:
    return Written("(abs(random() % 9007199254740992) / 9007199254740992.0)", "float8")
