"""SELECT."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.rewrite import sources
from freshdb.emulation.rewrite.queries import full_groups, rollup
from freshdb.emulation.rewrite.queries.aggregation import has_bare_columns, rounds_groups
from freshdb.emulation.rewrite.queries.common_tables import write_ctes
from freshdb.emulation.rewrite.queries.items import aliases_of, write_items
from freshdb.emulation.rewrite.queries.model import Clauses, Query, assemble, form
from freshdb.emulation.rewrite.queries.order import (
    write_group,
    write_having,
    write_limit,
    write_order,
)
from freshdb.emulation.rewrite.scope import Scope
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError


@form(exp.Select)
def _select(writer: Writer, node: Any, *, typed: bool, top: bool) -> Query:
    _refuse_unknown(node)
    scope = Scope(outer=writer.scope)
    prefix = write_ctes(writer, node)
    grouping = writer.grouping(
        has_bare_columns=has_bare_columns(node), rounds_groups=rounds_groups(writer, node)
    )
    with writer.in_scope(scope), grouping:
        clauses = _clauses(writer, node, scope)
        clauses.prefix = prefix
        if node.args.get("group") is not None and node.args["group"].args.get("rollup"):
            return rollup.write(writer, node, scope, prefix)
        return assemble(clauses, prefix, typed=typed)


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
        found.items = list(write_items(writer, node, scope))
        scope.aliases = aliases_of(found.items)
        if node.args.get("where") is not None:
            scope_aliases, scope.aliases = scope.aliases, {}
            found.where = writer.condition(node.args["where"].this, "where clause")
            scope.aliases = scope_aliases
        write_group(writer, node, found)
        write_having(writer, node, scope, found)
        full_groups.check(writer, node, scope, found.items)
        first = node.expressions[0]
        found.distinct = bool(node.args.get("distinct")) or bool(first.meta.get("distinct"))
        found.order = write_order(writer, node, scope, found)
        found.limit = write_limit(writer, node)
    finally:
        writer.windows = outer_windows
    return found
