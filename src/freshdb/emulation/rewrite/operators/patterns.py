"""Texts that match a pattern: LIKE and REGEXP."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written, boolean
from freshdb.emulation.types import CI


@emits(exp.Like)
def _like(writer: Writer, node: Any) -> Written:
    return _like_with(writer, node, None)


@emits(exp.Escape)
def _escape(writer: Writer, node: Any) -> Written:
    inner = node.this
    negated = False
    if isinstance(inner, exp.Not):
        negated, inner = True, inner.this
    if not isinstance(inner, exp.Like):
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'ESCAPE'")
    written = _like_with(writer, inner, node.args["expression"])
    if negated:
        written.sql = f"(NOT {written.sql})"
    return written


def _like_with(writer: Writer, node: Any, escape: Any) -> Written:
    this, pattern = writer.write(node.this), writer.write(node.args["expression"])
    collation, _ = pick_collation(this, pattern)
    arguments = [this.typed, pattern.typed]
    if escape is not None or collation != CI:
        arguments.append(writer.write(escape).typed if escape is not None else "'\\'")
    if collation != CI:
        arguments.append(f"'{collation}'")
    sql = f"my_like({', '.join(arguments)})"
    if node.args.get("negate"):
        sql = f"(NOT {sql})"
    return boolean(sql, this, pattern)


@emits(exp.RegexpLike)
def _regexp(writer: Writer, node: Any) -> Written:
    this, pattern = writer.write(node.this), writer.write(node.args["expression"])
    collation, _ = pick_collation(this, pattern)
    if {"bytes", "hex"} & {this.kind, pattern.kind}:
        collation = "binary"
    more = f", '{collation}'" if collation != CI else ""
    return boolean(f"my_regexp({this.typed}, {pattern.typed}{more})", this, pattern)
