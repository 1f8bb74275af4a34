"""SELECT and what it is made of, set operations, VALUES."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import AGGREGATES, Call
from freshdb.emulation.rewrite import rollup, sources
from freshdb.emulation.rewrite.unions import as_type
from freshdb.emulation.rewrite.writer import (
    NOTHING,
    Output,
    Scope,
    Source,
    Writer,
    Written,
    pick_collation,
    unsupported,
)
from freshdb.emulation.types import SqlType, unify
from freshdb.errors import EmulationError


@dataclass
class Query:
    """A query as SQLite takes it.

    Attributes:
        outputs: its columns; `names` are theirs in the written SQL, unique and quoted.
        is_single: it has one row at most.
        unlimited: the query without LIMIT, for FOUND_ROWS().
    """

    sql: str
    outputs: list[Output]
    names: list[str]
    is_single: bool = False
    unlimited: str | None = None
    clauses: Clauses | None = None


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


def write_query(writer: Writer, node: Any, *, typed: bool = False, top: bool = False) -> Query:
    """Write a query of any form.

    Args:
        writer: knows the names in scope.
        node: what was parsed.
        typed: every value is tagged, as where a branch of a union must agree with others.
        top: it is the statement itself, whose rows go to the application.
    """
    with _with(writer, node):
        if isinstance(node, exp.Subquery):
            return _wrapped(writer, node, typed=typed, top=top)
        if isinstance(node, exp.Values):
            return _values(writer, node)
        if isinstance(node, exp.SetOperation):
            return _set_operation(writer, node, top=top)
        if isinstance(node, exp.Select):
            return _select(writer, node, typed=typed, top=top)
    raise unsupported(node)


# WITH


class _with:  # noqa: N801  # reads as the keyword it stands for
    """Make the CTEs of a query known while it is written, and put them before it."""

    def __init__(self, writer: Writer, node: Any) -> None:
        self.writer = writer
        self.with_ = node.args.get("with_")

    def __enter__(self) -> None:
        self.before = dict(self.writer.ctes)

    def __exit__(self, *exc: object) -> None:
        self.writer.ctes = self.before


def _ctes(writer: Writer, node: Any) -> str:
    """Write WITH; names stay known until the query has been written."""
    with_ = node.args.get("with_")
    if with_ is None:
        return ""
    recursive = bool(with_.args.get("recursive"))
    parts = [_cte(writer, one, recursive=recursive) for one in with_.expressions]
    return f"WITH {'RECURSIVE ' if recursive else ''}{', '.join(parts)} "


def _cte(writer: Writer, node: Any, *, recursive: bool) -> str:
    name = node.args["alias"].this.name
    given = [_alias_name(one) for one in node.args["alias"].args.get("columns") or ()]
    body = node.this
    if recursive and isinstance(body, exp.SetOperation) and _names_table(body, name):
        body = _anchor_first(body, name)
        body.meta["is_recursive"] = True
        anchor = write_query(writer, _leftmost(body))
        columns = given or anchor.names
        outputs = [
            Output(label, _derived(name, label, _widened(one.written)))
            for label, one in zip(columns, anchor.outputs, strict=False)
        ]
        writer.ctes[name.lower()] = outputs
    query = write_query(writer, body)
    columns = given or query.names
    if len(columns) != len(query.outputs):
        raise MySQLError(
            1222, "21000", "The used SELECT statements have a different number of columns"
        )
    writer.ctes[name.lower()] = [
        Output(label, _derived(name, label, one.written))
        for label, one in zip(columns, query.outputs, strict=True)
    ]
    listed = ", ".join(quote_name(one) for one in columns)
    return f"{quote_name(name)} ({listed}) AS ({query.sql})"


def _names_table(node: Any, name: str) -> bool:
    return any(one.name.lower() == name.lower() for one in node.find_all(exp.Table))


def _anchor_first(node: Any, name: str) -> Any:
    """Return the union with the branches first that do not name the CTE itself, as SQLite asks."""
    branches, words = _branches(node)
    if not _names_table(branches[0], name) or len(set(words)) != 1 or "UNION" not in words[0]:
        return node
    ordered = sorted(branches, key=lambda one: _names_table(one, name))
    found = ordered[0]
    for one in ordered[1:]:
        found = exp.Union(this=found, expression=one, distinct=words[0] == "UNION")
    return found


def _leftmost(node: Any) -> Any:
    while isinstance(node, exp.SetOperation):
        node = node.this
    while isinstance(node, exp.Subquery):
        node = node.this
    return node


def _widened(written: Written) -> Written:
    found = copy(written)
    if found.kind == "bool":
        found.type = SqlType("int", "bigint")
    return found


def _alias_name(node: Any) -> str:
    return str(node.this.name if isinstance(node, exp.ColumnDef) else node.name)


def _derived(source: str, label: str, written: Written) -> Written:
    """Return a column of a derived table: of the same type, under its new name."""
    return Written(
        f"{quote_name(source)}.{quote_name(label)}",
        _widened(written).type,
        is_raw=written.is_raw,
        strength=2,
        column=written.column,
        is_ours=written.is_ours,
    )


# SELECT


def _select(writer: Writer, node: Any, *, typed: bool, top: bool) -> Query:
    _refuse_unknown(node)
    scope = Scope(outer=writer.scope)
    prefix = _ctes(writer, node)
    with writer.in_scope(scope), writer.picking_rows(has_bare_columns(node)):
        clauses = _clauses(writer, node, scope)
        clauses.prefix = prefix
        if node.args.get("group") is not None and node.args["group"].args.get("rollup"):
            return rollup.write(writer, node, scope, prefix)
        return _assemble(clauses, prefix, typed=typed)


_KNOWN = frozenset(
    [
        "expressions",
        "from_",
        "joins",
        "where",
        "group",
        "having",
        "order",
        "limit",
        "offset",
        "distinct",
        "with_",
        "locks",
        "windows",
        "operation_modifiers",
        "hint",
        "kind",
        "laterals",
        "into",
        "qualify",
    ]
)


def _refuse_unknown(node: Any) -> None:
    for lock in node.args.get("locks") or ():
        if lock.args.get("wait") is False:
            raise EmulationError(
                "SKIP LOCKED is not supported: SQLite locks no rows",
                hint="test what needs it on a real server (freshdb makes branches of those too)",
            )
    for name, value in node.args.items():
        if value and (name not in _KNOWN or name in ("kind", "laterals", "qualify")):
            raise EmulationError(f"the clause {name.upper()} is not supported", hint="leave it out")


def _clauses(writer: Writer, node: Any, scope: Scope) -> Clauses:
    found = Clauses([])
    found.from_sql = sources.write_from(writer, node, scope)
    outer_windows = writer.windows
    writer.windows = {one.this.name.lower(): one for one in node.args.get("windows") or ()}
    try:
        found.items = list(_items(writer, node, scope))
        scope.aliases = _aliases(found.items)
        if node.args.get("where") is not None:
            scope_aliases, scope.aliases = scope.aliases, {}
            found.where = writer.condition(node.args["where"].this, "where clause")
            scope.aliases = scope_aliases
        _group(writer, node, found)
        _having(writer, node, scope, found)
        first = node.expressions[0]
        found.distinct = bool(node.args.get("distinct")) or bool(first.meta.get("distinct"))
        found.order = _order(writer, node, scope, found)
        found.limit = write_limit(writer, node)
    finally:
        writer.windows = outer_windows
    return found


def _aliases(items: list[Item]) -> dict[str, Written]:
    found: dict[str, Written] = {}
    for item in items:
        if item.has_alias:
            found.setdefault(item.name.lower(), item.written)
    for item in items:
        if item.written.column is not None and not item.has_alias:
            found.setdefault(item.name.lower(), item.written)
    return found


def _items(writer: Writer, node: Any, scope: Scope) -> Iterator[Item]:
    for one in node.expressions:
        if isinstance(one, exp.Star):
            yield from sources.star(scope, None)
        elif isinstance(one, exp.Column) and isinstance(one.this, exp.Star):
            yield from sources.star(scope, one.args["table"].name)
        else:
            item = _item(writer, one)
            if item.has_alias:
                scope.inner_aliases.setdefault(item.name.lower(), item.written)
            yield item


def _item(writer: Writer, node: Any) -> Item:
    text = node.meta.get("text", "")
    if isinstance(node, exp.Alias):
        name = node.args["alias"].name
        return Item(name.rstrip() or name, writer.write(node.this), text, has_alias=True)
    written = writer.write(node)
    if isinstance(node, exp.Column):
        return Item(node.this.name, written, text)
    if isinstance(node, exp.Literal) and node.is_string:
        return Item(str(node.this).strip() or str(node.this), written, text)
    return Item(text, written, text)


def has_aggregate(node: Any) -> bool:
    """Tell whether a SELECT computes one row out of all, by its own list or HAVING."""
    parts = list(node.expressions)
    if node.args.get("having") is not None:
        parts.append(node.args["having"].this)
    if node.args.get("order") is not None:
        parts += [one.this for one in node.args["order"].expressions]
    return any(_contains_aggregate(part) for part in parts)


def has_bare_columns(node: Any) -> bool:
    """Tell whether a SELECT shows a column of no particular row of a group.

    MariaDB takes the first row's. So does SQLite, but beside a single MIN or MAX of its own, where
    it takes the row of that; so those are counted by a function of ours then.
    """
    if not has_aggregate(node):
        return False
    group = node.args.get("group")
    keys = {one.this.name.lower() for one in (group.expressions if group is not None else ())}
    having = node.args.get("having")
    parts = [*node.expressions, *([having.this] if having is not None else [])]
    return any(_shows_other_than(part, keys) for part in parts)


def _shows_other_than(node: Any, keys: set[str]) -> bool:
    if isinstance(node, (exp.Column, exp.Star)):
        return isinstance(node, exp.Star) or node.name.lower() not in keys
    if (isinstance(node, Call) and node.this in AGGREGATES) or not isinstance(node, exp.Expr):
        return False
    if isinstance(node, (exp.Select, exp.SetOperation, exp.Subquery)):
        return True
    return any(
        _shows_other_than(child, keys)
        for value in node.args.values()
        for child in (value if isinstance(value, list) else (value,))
    )


def _contains_aggregate(node: Any) -> bool:
    if isinstance(node, exp.Window):
        return False
    if isinstance(node, Call) and node.this in AGGREGATES:
        return True
    if isinstance(node, (exp.Select, exp.SetOperation, exp.Subquery)):
        return False
    if not isinstance(node, exp.Expr):
        return False
    return any(
        _contains_aggregate(child)
        for value in node.args.values()
        for child in (value if isinstance(value, list) else (value,))
    )


def _group(writer: Writer, node: Any, found: Clauses) -> None:
    found.is_aggregate = has_aggregate(node)
    group = node.args.get("group")
    if group is None:
        return
    with writer.in_clause("group statement"):
        for one in group.expressions:
            found.group.append(
                (_group_key(writer, one.this, found.items), bool(one.args.get("desc")))
            )


def _group_key(writer: Writer, node: Any, items: list[Item]) -> str:
    position = _ordinal(node)
    if position is not None:
        if not 0 < position <= len(items):
            raise MySQLError(1054, "42S22", f"Unknown column '{position}' in 'group statement'")
        return items[position - 1].written.ordered
    written = writer.write(node)
    return written.ordered if written.literal is NOTHING else "''"


def _ordinal(node: Any) -> int | None:
    if isinstance(node, exp.Boolean):
        return int(node.this)
    if isinstance(node, exp.Neg):
        size = _ordinal(node.this)
        return None if size is None else -size
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        return int(node.this)
    return None


def _having(writer: Writer, node: Any, scope: Scope, found: Clauses) -> None:
    having = node.args.get("having")
    if having is None:
        return
    scope.prefers_aliases = True
    condition = writer.condition(having.this, "having clause")
    scope.prefers_aliases = False
    if found.group or found.is_aggregate:
        found.having = condition
    else:
        found.where = f"({found.where}) AND ({condition})" if found.where else condition


def _order(writer: Writer, node: Any, scope: Scope, found: Clauses) -> list[str]:
    order = node.args.get("order")
    if order is None:
        if any(desc for _, desc in found.group):
            return [f"{key} DESC" if desc else key for key, desc in found.group]
        return []
    scope.prefers_aliases = True
    try:
        with writer.in_clause("order clause"):
            return [
                _order_key(writer, one.this, found.items)
                + (" DESC" if one.args.get("desc") else "")
                for one in order.expressions
            ]
    finally:
        scope.prefers_aliases = False


def _order_key(writer: Writer, node: Any, items: list[Item]) -> str:
    position = _ordinal(node)
    if position is not None:
        if not 0 < position <= len(items):
            raise MySQLError(1054, "42S22", f"Unknown column '{position}' in 'order clause'")
        written = items[position - 1].written
        return written.ordered if written.literal is NOTHING else "NULL"
    written = writer.write(node)
    if written.literal is not NOTHING:
        return "NULL"  # a constant: SQLite would take a number for a column's position
    return written.ordered


def write_limit(writer: Writer, node: Any) -> str:
    """Return LIMIT and OFFSET, or nothing."""
    limit = node.args.get("limit")
    if limit is None:
        return ""
    if not isinstance(limit, exp.Limit):
        raise EmulationError("FETCH FIRST is not supported", hint="write LIMIT")
    parts = [_count(writer, limit.args["expression"])]
    start = offset_of(node)
    if start is not None:
        parts.append(f"OFFSET {_count(writer, start)}")
    return f" LIMIT {' '.join(parts)}"


def offset_of(node: Any) -> Any:
    """Return what a query skips, in either of LIMIT's forms; None where it skips nothing."""
    limit, offset = node.args.get("limit"), node.args.get("offset")
    inner = limit.args.get("offset") if limit is not None else None
    return inner if inner is not None or offset is None else offset.args["expression"]


def _count(writer: Writer, node: Any) -> str:
    if isinstance(node, exp.Placeholder):
        return writer.write(node).sql
    if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit():
        return str(min(int(node.this), 2**63 - 1))
    raise MySQLError(1064, "42000", "You have an error in your SQL syntax near LIMIT")


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


def _assemble(
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
    )


# Set operations, parentheses, VALUES


def _wrapped(writer: Writer, node: Any, *, typed: bool, top: bool) -> Query:
    """Write a query in parentheses, with what follows them."""
    prefix = _ctes(writer, node)
    inner = write_query(writer, node.this, typed=typed, top=top)
    if not (node.args.get("order") or node.args.get("limit") or prefix):
        return inner
    return _tail(writer, node, inner, prefix)


def _tail(writer: Writer, node: Any, inner: Query, prefix: str = "") -> Query:
    """Add ORDER BY and LIMIT to a query that is complete in itself."""
    scope = Scope(outer=writer.scope)
    name = writer.new_name()
    columns = [
        Output(one.name, _derived(name, label, one.written))
        for one, label in zip(inner.outputs, inner.names, strict=True)
    ]
    scope.sources = [Source(name, columns)]
    items = [Item(one.name, one.written, one.name, has_alias=True) for one in columns]
    found = Clauses(items, from_sql=f" FROM ({inner.sql}) AS {name}")
    with writer.in_scope(scope):
        found.order = _order(writer, node, scope, found)
        found.limit = write_limit(writer, node)
    query = _assemble(found, prefix)
    if found.limit:
        query.unlimited = inner.sql
    for output, original in zip(query.outputs, inner.outputs, strict=True):
        output.written.column = original.written.column
    return query


_WORDS = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}


def _set_operation(writer: Writer, node: Any, *, top: bool) -> Query:
    prefix = _ctes(writer, node)
    branches, words = _branches(node)
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
    parts = [_branch(writer, query, kinds, names, queries) for query in queries]
    sql = parts[0]
    for index, (word, part) in enumerate(zip(words, parts[1:], strict=True)):
        sql = f"{sql} {word} {part}" if "ALL-" not in word else _bag(word, sql, part, names, writer)
        del index
    outputs = _union_outputs(queries, kinds)
    inner = Query(prefix + sql, outputs, names)
    if node.args.get("order") or node.args.get("limit"):
        return _tail(writer, node, inner)
    return inner


def _check_collations(queries: list[Query]) -> None:
    """Raise what the server does where columns meet whose collations exclude one another."""
    for outputs in zip(*(one.outputs for one in queries), strict=True):
        try:
            pick_collation(*(one.written for one in outputs))
        except MySQLError:
            text = "Illegal mix of collations for operation 'UNION'"
            raise MySQLError(1271, "HY000", text) from None


def _branches(node: Any) -> tuple[list[Any], list[str]]:
    """Return the operands from left to right, and the words between them."""
    right: list[Any] = []
    words: list[str] = []
    here = node
    while isinstance(here, exp.SetOperation) and (here is node or not _has_tail(here)):
        word = _WORDS[type(here)]
        if not here.args.get("distinct"):
            word = "UNION ALL" if word == "UNION" else f"ALL-{word}"
        words.append(word)
        right.append(here.args["expression"])
        here = here.this
    return [here, *reversed(right)], list(reversed(words))


def _has_tail(node: Any) -> bool:
    return bool(node.args.get("order") or node.args.get("limit") or node.args.get("with_"))


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
            one.sql = as_type(one, kind)
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
            one.sql = as_type(one, kind)
            one.type, one.is_raw, one.column, one.is_collated = kind, False, None, False
        one.literal = NOTHING
        items.append(Item(names[index], one, ""))
    return _assemble(replace(clauses, items=items), "", collated=True, names=names).sql


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


def _bag(word: str, left: str, right: str, names: list[str], writer: Writer) -> str:
    """Write EXCEPT ALL and INTERSECT ALL: equal rows are numbered, and so differ."""
    columns = ", ".join(quote_name(one) for one in names)
    number = f"ROW_NUMBER() OVER (PARTITION BY {columns}) AS _fd_n"
    first, second = (f"SELECT {columns}, {number} FROM ({one})" for one in (left, right))
    return f"SELECT {columns} FROM ({first} {word.removeprefix('ALL-')} {second})"


def _values(writer: Writer, node: Any) -> Query:
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
        return _tail(writer, node, query)
    return query
