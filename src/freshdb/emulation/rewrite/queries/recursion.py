"""The end of a recursive CTE that would go on for ever: the server has a limit, SQLite has none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.rewrite.queries.model import Query

LEVEL = "_fd_level"


def bounded(query: Query, branch: Any, cte: str, *, is_levelled: bool) -> Query:
    """Return one branch of a recursive CTE that asks before each row whether to go on.

    Args:
        query: the branch as written.
        branch: as parsed.
        cte: the name that the recursive branches have in FROM.
        is_levelled: rows know how often the recursion has been gone through, in a column more.
            With UNION alone they cannot: rows that differ in it would count as different.
    """
    if query.clauses is None:
        return query
    tables = (one for one in branch.find_all(exp.Table) if one.name.lower() == cte.lower())
    table = next(tables, None)
    level = f"{quote_name(table.alias_or_name)}.{LEVEL}" if table is not None else None
    found = replace(query.clauses)
    if is_levelled:
        # FROM is what follows the columns.
        found.from_sql = f", {f'{level} + 1' if level else 0} AS {LEVEL}{found.from_sql}"
    if level:
        test = f"my_recurse({level if is_levelled else ''})"
        found.where = f"({found.where}) AND {test}" if found.where else test
    return replace(query, clauses=found)
