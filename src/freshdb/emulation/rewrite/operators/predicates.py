"""Predicates: the operators that compare, BETWEEN, IN, IS, MEMBER OF."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import collation_of
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import Call
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.comparable import as_compared, comparable
from freshdb.emulation.rewrite.comparing import compare, is_numeric, json_as_text, or_zero
from freshdb.emulation.rewrite.rows import row_of
from freshdb.emulation.rewrite.subqueries import compare_rows, in_query, in_rows, quantified
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written, boolean
from freshdb.emulation.types import CI
from freshdb.errors import EmulationError

_COMPARISONS = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS",
}


@emits(*_COMPARISONS)
def _comparison(writer: Writer, node: Any) -> Written:
    operator = _COMPARISONS[type(node)]
    left, right = node.this, node.args["expression"]
    if isinstance(right, (exp.Any, exp.All)):
        return quantified(writer, operator, left, right)
    rows = row_of(left), row_of(right)
    if rows[0] is not None or rows[1] is not None:
        return compare_rows(writer, operator, left, right)
    if isinstance(left, exp.Soundex):
        left, right = (
            Call(this="SOUNDEX", expressions=[left.this]),
            Call(this="SOUNDEX", expressions=[right.this]),
        )
    one, other = writer.write(left), writer.write(right)
    if operator == "=" and writer.is_strict_change:
        _check_key(writer, one, other)
        _check_key(writer, other, one)
    return boolean(f"({compare(operator, one, other)})", one, other)


def _check_key(writer: Writer, column: Written, constant: Written) -> None:
    """Refuse a key that is compared with what is no number, in a statement that writes.

    In strict mode that is an error, but not where the server looks the value up in an index.
    """
    text = constant.literal
    if column.column is None or not column.is_number or not isinstance(text, str):
        return
    is_key = any(
        one is column.column and any(one.name in key.columns[:1] for key in table.keys)
        for table in writer.catalog.tables.values()
        for one in table.columns
    )
    if is_key and not _LEADING_NUMBER.match(text):
        raise EmulationError(
            f"the key `{column.column.name}` compared with '{text}' in a statement that writes is "
            "not supported",
            hint="compare it with a number",
        )


_LEADING_NUMBER = re.compile(r"\s*[+-]?\.?\d")


@emits(exp.Between)
def _between(writer: Writer, node: Any) -> Written:
    this, low, high = (writer.write(node.args[name]) for name in ("this", "low", "high"))
    this, low, high = map(with_all_digits, (this, low, high))
    first, second = comparable(this, low), comparable(this, high)
    if first is not None and second is not None and first[0] == second[0]:
        return boolean(f"({first[0]} BETWEEN {first[1]} AND {second[1]})", this, low, high)
    compared = [as_compared(one) for one in (this, low, high)]
    collation, _ = pick_collation(*compared)
    more = f", '{collation}'" if collation != CI else ""
    has_number = any(is_numeric(one) for one in compared[1:])
    listed = ", ".join(or_zero(one.number if has_number else one.compared) for one in compared)
    return boolean(f"my_between({listed}{more})", this, low, high)


def with_all_digits(one: Written) -> Written:
    """Return an operand of BETWEEN and IN, which unlike `=` compare all digits of a quotient."""
    return replace(one, sql=one.wide, wide=None) if one.wide and one.kind == "decimal" else one


@emits(exp.In)
def _in(writer: Writer, node: Any) -> Written:
    if node.args.get("query") is not None:
        return in_query(writer, node.this, node.args["query"])
    items = node.expressions
    if not items:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ')'")
    if row_of(node.this) is not None:
        return in_rows(writer, node.this, items)
    this = json_as_text(writer, writer.write(node.this))
    written = [writer.write(one) for one in items]
    return boolean(_in_list(this, written), this, *written)


def _in_list(this: Written, written: list[Written]) -> str:
    """Return IN: SQLite's own, a chain of comparisons where the kinds differ, or the helper."""
    if len(written) > 1:
        this, *written = map(with_all_digits, (this, *written))
    pairs = [comparable(this, one) for one in written]
    if all(pair is not None for pair in pairs) and len({pair[0] for pair in pairs if pair}) == 1:
        listed = ", ".join(pair[1] for pair in pairs if pair)
        first = pairs[0][0]  # type: ignore[index]  # there are as many pairs as items
        if this.is_text and not this.is_collated and " COLLATE " not in first:
            # Unlike `=`, SQLite's IN takes no collation from the right.
            first = f"{first} COLLATE {collation_of(pick_collation(this, *written)[0])}"
        return f"({first} IN ({listed}))"
    if (
        this.kind == "any"
        or not any(one.kind == this.kind for one in written)
        or len({one.kind for one in written}) > 1
        or this.kind in ("enum", "set")
    ):
        either = " OR ".join(compare("=", this, one) for one in written)
        return f"({either})"
    listed = ", ".join(or_zero(one.compared) for one in written)
    return f"my_in({or_zero(this.compared)}, {listed})"


@emits(exp.Is)
def _is(writer: Writer, node: Any) -> Written:
    this, what = writer.write(node.this), node.args["expression"]
    if isinstance(what, exp.Null):
        column = this.column
        if (
            column is not None
            and not column.is_nullable
            and column.type.kind in ("date", "datetime")
        ):
            # MySQL finds a zero date by IS NULL where the column cannot be NULL.
            return boolean(f"({this.sql} IS NULL OR {this.sql} LIKE '0000-00-00%')", this)
        return boolean(f"({this.sql} IS NULL)", this)
    if isinstance(what, exp.Boolean):
        return boolean(f"({this.truth} IS {'TRUE' if what.this else 'FALSE'})", this)
    raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'IS'")


@emits(exp.JSONArrayContains)
def _member_of(writer: Writer, node: Any) -> Written:
    if not writer.context.is_mysql8:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'MEMBER OF'")
    this, array = writer.write(node.this), writer.write(node.args["expression"])
    return boolean(f"my_member_of({this.typed}, {array.typed})", this, array)
