"""A query as it is written: its columns, its clauses, and what writes each form of it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.rewrite.scope import Output
from freshdb.emulation.rewrite.writer import Writer, unsupported
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import SqlType


@dataclass
class Query:
    """A query as SQLite takes it.

    Attributes:
        outputs: its columns; `names` are theirs in the written SQL, unique and quoted.
        is_single: it has one row at most.
        unlimited: the query without LIMIT, for FOUND_ROWS().
        clauses: its parts, where it is a SELECT that has neither order nor LIMIT nor WITH.
        parts: its parts, where it is a SELECT.
        hidden: columns behind these that no name of the user's means.
    """

    sql: str
    outputs: list[Output]
    names: list[str]
    is_single: bool = False
    unlimited: str | None = None
    clauses: Clauses | None = None
    parts: Clauses | None = None
    hidden: list[str] = field(default_factory=list)


@dataclass
class Item:
    """One entry of a select list."""

    name: str
    written: Written
    text: str
    has_alias: bool = False


@dataclass
class Clauses:
    """The parts of one SELECT, written."""

    items: list[Item]
    from_sql: str = ""
    where: str | None = None
    group: list[tuple[str, bool]] = field(default_factory=list)
    having: str | None = None
    order: list[str] = field(default_factory=list)
    limit: str = ""
    distinct: bool = False
    is_aggregate: bool = False
    prefix: str = ""


Form = Callable[..., Query]


_FORMS: dict[type, Form] = {}


def form(*kinds: type) -> Callable[[Form], Form]:
    """Declare what writes queries of these kinds."""

    def declare(function: Form) -> Form:
        for kind in kinds:
            _FORMS[kind] = function
        return function

    return declare


def write_query(writer: Writer, node: Any, *, typed: bool = False, top: bool = False) -> Query:
    """Write a query of any form.

    Args:
        writer: knows the names in scope.
        node: what was parsed.
        typed: every value is tagged, as where a branch of a union must agree with others.
        top: it is the statement itself, whose rows go to the application.
    """
    written = _FORMS.get(type(node))
    if written is None:
        raise unsupported(node)
    known = dict(writer.ctes)
    try:
        return written(writer, node, typed=typed, top=top)
    finally:
        writer.ctes = known


def unique_names(names: list[str]) -> list[str]:
    """Return names that differ whatever their case, for a derived table's columns."""
    seen: set[str] = set()
    found = []
    for name in names:
        label, number = name, 1
        while label.lower() in seen:
            number += 1
            label = f"{name}:{number}"
        seen.add(label.lower())
        found.append(label)
    return found


def assemble(
    clauses: Clauses,
    prefix: str,
    *,
    typed: bool = False,
    collated: bool = False,
    names: list[str] | None = None,
) -> Query:
    names = names or unique_names([one.name for one in clauses.items])
    needs_collation = clauses.distinct or collated
    columns = []
    outputs = []
    for item, name in zip(clauses.items, names, strict=True):
        written = copy(item.written)
        if typed or (written.is_raw and written.kind == "decimal" and written.column is None):
            written.sql, written.is_raw = written.typed, False
        sql = written.collated if needs_collation else written.sql
        columns.append(f"{sql} AS {quote_name(name)}")
        outputs.append(Output(item.name, written))
    distinct = "DISTINCT " if clauses.distinct else ""
    sql = f"{prefix}SELECT {distinct}{', '.join(columns)}{clauses.from_sql}"
    if clauses.where:
        sql += f" WHERE {clauses.where}"
    if clauses.group:
        sql += f" GROUP BY {', '.join(key for key, _ in clauses.group)}"
    if clauses.having:
        sql += f" HAVING {clauses.having}"
    unlimited = sql
    if clauses.order:
        sql += f" ORDER BY {', '.join(clauses.order)}"
    is_single = (
        (clauses.is_aggregate and not clauses.group)
        or not clauses.from_sql
        or clauses.limit == " LIMIT 1"
    )
    is_plain = not (clauses.order or clauses.limit or prefix)
    return Query(
        sql + clauses.limit,
        outputs,
        names,
        is_single,
        unlimited if clauses.limit else None,
        clauses if is_plain else None,
        replace(clauses, prefix=prefix),
    )


def exact_query(query: Query) -> Query:
    """Return a query whose quotients have the digits that the server calculates on with."""
    clauses = query.parts
    if clauses is None or clauses.distinct or clauses.group:
        return query  # the server keeps such rows in a table with columns of that scale
    if not any(map(_is_wide, clauses.items)):
        return query
    items = []
    for one in clauses.items:
        written = copy(one.written)
        if _is_wide(one):
            written.sql = written.wide = written.exact
            written.is_raw = False
        items.append(replace(one, written=written))
    return assemble(replace(clauses, items=items), clauses.prefix, names=query.names)


def merged_query(query: Query) -> Query:
    """Return a derived table; the server merges a plain one with the query around it."""
    clauses = query.clauses
    is_merged = clauses is not None and clauses.from_sql and not clauses.is_aggregate
    return exact_query(query) if is_merged else query


def _is_wide(item: Item) -> bool:
    return item.written.wide is not None and item.written.kind == "decimal"


def derived(source: str, label: str, written: Written) -> Written:
    """Return a column of a derived table: of the same type, under its new name."""
    sql, wide = f"{quote_name(source)}.{quote_name(label)}", None
    if written.wide is not None and written.wide == written.sql:
        sql, wide = f"my_cast_decimal({sql}, 65, {written.type.scale})", sql
    return Written(
        sql,
        widened(written).type,
        is_raw=written.is_raw,
        strength=2,
        column=written.column,
        is_ours=written.is_ours,
        wide=wide,
        is_member=written.is_member,
    )


def widened(written: Written) -> Written:
    found = copy(written)
    if found.kind == "bool":
        found.type = SqlType("int", "bigint")
    return found
