"""Calls about text whose arguments are more than values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation import values
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import Against, Call, CastTo
from freshdb.emulation.rewrite.calls.by_name import arguments_of, by_name, special
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import BYTES, DOUBLE, INT, TEXT
from freshdb.errors import EmulationError


@special("CHARSET", "COLLATION", "COERCIBILITY")
def _about_text(writer: Writer, node: Any) -> Written:
    (one,) = arguments_of(writer, node)
    asked = node.expressions[0]
    unsure = isinstance(asked, exp.Column) and one.column is None and one.is_text
    named = isinstance(asked, CastTo) and asked.args["to"][2]
    # What it tells is a constant to SQLite, which would not count the rows as one.
    unsure = unsure or one.has_aggregate
    if unsure or named or (isinstance(asked, Call) and asked.this in ("CHARSET", "COLLATION")):
        raise EmulationError(f"{node.this} of this is not supported", hint="ask it of a column")
    collation = one.type.collation if one.is_text else "binary"
    charset = collation.split("_")[0]
    text = {"CHARSET": charset, "COLLATION": collation}.get(node.this)
    if text is None:
        strength = one.strength if one.is_text else (6 if one.kind == "null" else 5)
        return Written(str(strength), INT, has_aggregate=one.has_aggregate)
    return Written(values.quote(text), TEXT, has_aggregate=one.has_aggregate)


@special("FIND_IN_SET")
def _find_in_set(writer: Writer, node: Any) -> Written:
    written = by_name(writer, "FIND_IN_SET", node)
    wanted, members = (writer.write(one) for one in node.expressions)
    if members.kind != "set" or members.column is None or not isinstance(wanted.literal, str):
        return written
    # Of a SET column the server tells the member's number, and not its place in the value.
    lower = [one.lower() for one in members.type.members]
    number = lower.index(wanted.literal.lower()) + 1 if wanted.literal.lower() in lower else 0
    return replace(written, sql=f"(({written.sql} > 0) * {number})")


@special("TRIM")
def _trim(writer: Writer, node: Any) -> Written:
    text, *rest = node.expressions
    this = writer.write(text)
    if not rest:
        return Written(
            f"my_trim({this.typed})", TEXT, strength=this.strength, has_aggregate=this.has_aggregate
        )
    remove, where = rest
    other = writer.write(remove).typed if remove is not None else "' '"
    return Written(
        f"my_trim({this.typed}, {other}, '{where}')",
        TEXT,
        strength=this.strength,
        has_aggregate=this.has_aggregate,
    )


@special("CHAR_USING", "CONVERT_USING")
def _named_charset(writer: Writer, node: Any) -> Written:
    arguments = arguments_of(writer, node)
    listed = ", ".join(one.typed for one in arguments)
    binary = any(one.literal == "binary" for one in arguments)
    return Written(f"my_{node.this.lower()}({listed})", BYTES if binary else TEXT)


@emits(Against)
def _against(writer: Writer, node: Any) -> Written:
    if writer.clause not in ("where clause", "on clause", "having clause"):
        raise EmulationError(
            "the relevance that MATCH … AGAINST gives is not supported",
            hint="use it as a condition in WHERE",
        )
    text = writer.write(node.this)
    columns = [writer.write(one) for one in node.expressions]
    _must_be_indexed(writer, columns)
    listed = ", ".join(one.typed for one in columns)
    return Written(f"my_match('{node.args['mode']}', {text.typed}, {listed})", DOUBLE)


def _must_be_indexed(writer: Writer, columns: list[Written]) -> None:
    """Raise what the server does where no FULLTEXT index is on these columns.

    Of tables that nobody has told of, as where the SQL of a project is only checked, none is known.
    """
    if any(source.is_opaque for source in writer.scope.sources):
        return
    tables = [source.table for source in writer.scope.sources if source.table is not None]
    named = {one.column.name.lower() for one in columns if one.column is not None}
    for table in tables:
        for key in table.keys:
            if key.kind == "fulltext" and {one.lower() for one in key.columns} == named:
                return
    raise MySQLError(1191, "HY000", "Can't find FULLTEXT index matching the column list")


@special("JSON_UNQUOTE_EXTRACT")
def _unquoted(writer: Writer, node: Any) -> Written:
    inner = by_name(writer, "JSON_EXTRACT", node)
    return Written(f"my_json_unquote({inner.sql})", TEXT)
