"""Set operations, queries in parentheses, VALUES."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.queries.branches import branches_of
from freshdb.emulation.rewrite.queries.common_tables import write_ctes
from freshdb.emulation.rewrite.queries.model import (
    Clauses,
    Item,
    Query,
    assemble,
    form,
    unique_names,
    write_query,
)
from freshdb.emulation.rewrite.queries.order import with_tail
from freshdb.emulation.rewrite.queries.recursion import LEVEL, bounded
from freshdb.emulation.rewrite.scope import Output
from freshdb.emulation.rewrite.unions import as_branch, as_type
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import NOTHING, Written
from freshdb.emulation.types import SqlType, unify


@form(exp.Subquery)
def _wrapped(writer: Writer, node: Any, *, typed: bool, top: bool) -> Query:
    """Write a query in parentheses, with what follows them."""
    prefix = write_ctes(writer, node)
    inner = write_query(writer, node.this, typed=typed, top=top)
    if not (node.args.get("order") or node.args.get("limit") or prefix):
        return inner
    return with_tail(writer, node, inner, prefix)


@form(exp.Union, exp.Except, exp.Intersect)
def _set_operation(writer: Writer, node: Any, *, typed: bool, top: bool) -> Query:
    prefix = write_ctes(writer, node)
    has_tail = bool(node.args.get("order") or node.args.get("limit"))
    branches, words = branches_of(node)
    queries = [write_query(writer, one) for one in branches]
    width = len(queries[0].outputs)
    if any(len(one.outputs) != width for one in queries):
        raise MySQLError(
            1222, "21000", "The used SELECT statements have a different number of columns"
        )
    kinds = [
        unify([query.outputs[index].written.type for query in queries]) for index in range(width)
    ]
    _check_collations(queries)
    if node.meta.get("is_recursive"):
        # The rows that are there already decide, so that the next ones are given their types.
        anchor = [one.written.type for one in queries[0].outputs]
        kinds = [
            own if own.kind != "null" else of_all for own, of_all in zip(anchor, kinds, strict=True)
        ]
    names = queries[0].names
    cte = node.meta.get("is_recursive")
    is_levelled = cte and set(words) == {"UNION ALL"} and not has_tail
    if cte:
        queries = [
            bounded(one, branch, cte, is_levelled=is_levelled)
            for one, branch in zip(queries, branches, strict=True)
        ]
    parts = [_branch(writer, query, kinds, names, queries) for query in queries]
    has_text = any(kind.kind == "text" for kind in kinds)
    sql = parts[0]
    for word, part in zip(words, parts[1:], strict=True):
        if "ALL-" in word:
            sql = _bag(word, sql, part, names)
        elif word == "UNION" and has_text and not cte:
            sql = _first_of_equals(sql, part, names)
        else:
            sql = f"{sql} {word} {part}"
    outputs = _union_outputs(queries, kinds)
    inner = Query(prefix + sql, outputs, names, hidden=[LEVEL] if is_levelled else [])
    return with_tail(writer, node, inner) if has_tail else inner


def _check_collations(queries: list[Query]) -> None:
    """Raise what the server does where columns meet whose collations exclude one another."""
    for outputs in zip(*(one.outputs for one in queries), strict=True):
        try:
            pick_collation(*(one.written for one in outputs))
        except MySQLError:
            text = "Illegal mix of collations for operation 'UNION'"
            raise MySQLError(1271, "HY000", text) from None


def _shares(queries: list[Query], index: int) -> bool:
    """Tell whether all branches have the very same type in stored form."""
    found = [query.outputs[index].written for query in queries]
    return all(
        one.type == found[0].type
        and one.is_raw == found[0].is_raw
        and (one.column is None) == (found[0].column is None)
        for one in found
    )


def _branch(
    writer: Writer, query: Query, kinds: list[SqlType], names: list[str], all_: list[Query]
) -> str:
    if query.clauses is not None:
        return _direct_branch(query.clauses, query, kinds, names, all_)
    name = writer.new_name()
    columns = []
    for index, (label, kind) in enumerate(zip(query.names, kinds, strict=True)):
        one = copy(query.outputs[index].written)
        one.sql, one.is_collated = f"{name}.{quote_name(label)}", False
        one.literal = NOTHING
        if _shares(all_, index):
            sql = one.collated
        else:
            one.sql = as_branch(one, kind)
            one.type, one.is_raw, one.column = kind, False, None
            sql = one.collated
        columns.append(f"{sql} AS {quote_name(names[index])}")
    return f"SELECT {', '.join(columns)} FROM ({query.sql}) AS {name}"


def _direct_branch(
    clauses: Clauses, query: Query, kinds: list[SqlType], names: list[str], all_: list[Query]
) -> str:
    """Write a branch with its values converted in its own list, as a recursive CTE must have it."""
    items = []
    for index, (output, kind) in enumerate(zip(query.outputs, kinds, strict=True)):
        one = copy(output.written)
        if not _shares(all_, index):
            one.sql = as_branch(one, kind)
            one.type, one.is_raw, one.column, one.is_collated = kind, False, None, False
        one.literal = NOTHING
        items.append(Item(names[index], one, ""))
    return assemble(replace(clauses, items=items), "", collated=True, names=names).sql


def _union_outputs(queries: list[Query], kinds: list[SqlType]) -> list[Output]:
    found = []
    for index, (kind, first) in enumerate(zip(kinds, queries[0].outputs, strict=True)):
        written = Written(first.written.sql, replace(kind))
        if _shares(queries, index):
            written.is_raw = first.written.is_raw
            columns = [one.outputs[index].written.column for one in queries]
            if first.written.column is not None:
                nullable = any(one is None or one.is_nullable for one in columns)
                written.column = replace(first.written.column, is_nullable=nullable)
            written.is_ours = all(one.outputs[index].written.is_ours for one in queries)
        found.append(Output(first.name, written))
    return found


def _first_of_equals(left: str, right: str, names: list[str]) -> str:
    """Write UNION: of texts that a collation takes for equal, SQLite's keeps the last one."""
    columns = ", ".join(quote_name(one) for one in names)
    return f"SELECT DISTINCT {columns} FROM ({left} UNION ALL {right})"


def _bag(word: str, left: str, right: str, names: list[str]) -> str:
    """Write EXCEPT ALL and INTERSECT ALL: equal rows are numbered, and so differ."""
    columns = ", ".join(quote_name(one) for one in names)
    number = f"ROW_NUMBER() OVER (PARTITION BY {columns}) AS _fd_n"
    first, second = (f"SELECT {columns}, {number} FROM ({one})" for one in (left, right))
    return f"SELECT {columns} FROM ({first} {word.removeprefix('ALL-')} {second})"


@form(exp.Values)
def _values(writer: Writer, node: Any, *, typed: bool, top: bool) -> Query:
    rows = [[writer.write(value) for value in row.expressions] for row in node.expressions]
    width = len(rows[0])
    if any(len(row) != width for row in rows):
        raise MySQLError(
            4078, "HY000", "The used table value constructor has a different number of values"
        )
    kinds = [unify([row[index].type for row in rows]) for index in range(width)]
    texts = [one.meta.get("text", "") for one in node.expressions[0].expressions]
    names = unique_names(texts)
    selects = []
    for row in rows:
        parts = []
        for value, kind, name in zip(row, kinds, names, strict=True):
            parts.append(f"{as_type(value, kind)} AS {quote_name(name)}")
        selects.append(f"SELECT {', '.join(parts)}")
    outputs = [Output(text, Written("", kind)) for text, kind in zip(texts, kinds, strict=True)]
    query = Query(" UNION ALL ".join(selects), outputs, names, len(rows) == 1)
    if node.args.get("order") or node.args.get("limit"):
        return with_tail(writer, node, query)
    return query
