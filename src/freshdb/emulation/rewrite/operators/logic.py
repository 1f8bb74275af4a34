"""Conditions joined: AND, OR, XOR, NOT."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.nodes import Calm
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written, boolean


@emits(exp.And, exp.Or)
def _logic(writer: Writer, node: Any) -> Written:
    # A long chain leans to the left: walk it, so that its length costs no depth.
    kind, word = type(node), "AND" if isinstance(node, exp.And) else "OR"
    chain = []
    while type(node) is kind:
        chain.append(node.args["expression"])
        node = node.this
    parts = [writer.write(one) for one in (node, *reversed(chain))]
    sql = f" {word} ".join(f"({one.truth})" if " " in one.truth else one.truth for one in parts)
    return boolean(f"({sql})", *parts)


@emits(exp.Xor)
def _xor(writer: Writer, node: Any) -> Written:
    left, right = writer.write(node.this), writer.write(node.args["expression"])
    return boolean(f"my_xor({left.number}, {right.number})", left, right)


@emits(exp.Not)
def _not(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    return boolean(f"(NOT {this.truth})", this)


@emits(Calm)
def _calm(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    # SQLite calculates CASE from left to right, and an argument before the call.
    return boolean(f"fd_calm(CASE WHEN fd_calm() THEN {this.truth} END)", this)
