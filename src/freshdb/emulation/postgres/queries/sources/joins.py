"""Joins, and which columns they have in common."""

from __future__ import annotations

import sqlite3
from typing import Any

from freshdb.emulation.postgres.comparing import compared
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.sources.named import source
from freshdb.emulation.postgres.scope import Source, name_of, only, refused
from freshdb.emulation.postgres.writer import Writer

_ALL_SIDES = (3, 39)
"""The first SQLite that knows RIGHT and FULL JOIN."""


def from_clause(writer: Writer, node: Any) -> str:
    """Return FROM, and bring what it names into scope."""
    found = node.args.get("from_")
    if found is None:
        return ""
    return " FROM " + joined(writer, found.this, node.args.get("joins") or ())


def joined(writer: Writer, first: Any, joins: Any) -> str:
    """Return a table with those that are joined to it."""
    sql = source(writer, first)
    _unique(writer)
    for join in [*(first.args.get("joins") or ()), *joins]:
        only(join, "this", "side", "kind", "on", "using", "method")
        side, kind = join.args.get("side") or "", join.args.get("kind") or ""
        if kind not in ("", "INNER", "OUTER", "CROSS"):
            raise refused(f"a {kind} JOIN")
        if side in ("RIGHT", "FULL") and sqlite3.sqlite_version_info < _ALL_SIDES:
            raise refused(f"a {side} JOIN", "swap the tables, or use an SQLite of 3.39 at least")
        one = source(writer, join.this)
        _unique(writer)
        on = _condition(writer, join, side)
        *before, last = writer.scope.sources
        last.is_outer = last.is_outer or side in ("LEFT", "FULL")
        for each in before if side in ("RIGHT", "FULL") else ():
            each.is_outer = True
        word = f"{side} JOIN" if side else ("CROSS JOIN" if on is None else "JOIN")
        sql += f" {word} {one}" + (f" ON {on}" if on is not None else "")
    return sql


def _unique(writer: Writer) -> None:
    *others, last = writer.scope.sources
    if any(one.name == last.name for one in others):
        raise PostgresError("42712", f'table name "{last.name}" specified more than once')


def _condition(writer: Writer, join: Any, side: str) -> str | None:
    using = join.args.get("using")
    if join.args.get("method") or using is not None:
        return _using(writer, join, side)
    on = join.args.get("on")
    if on is None and side:
        raise PostgresError("42601", "syntax error: a JOIN without ON")
    return writer.condition(on) if on is not None else None


def _using(writer: Writer, join: Any, side: str) -> str:
    *before, last = writer.scope.sources
    if join.args.get("method"):
        if join.args["method"] != "NATURAL":
            raise refused(f"{join.args['method']} JOIN")
        known = {name for one in before for name in one.columns}
        names = [name for name in last.columns if name in known]
    else:
        names = [name_of(one) for one in join.args["using"]]
    if side == "FULL":
        raise refused("FULL JOIN … USING", "write ON, and COALESCE of both columns")
    conditions = [_merged(before, last, name, side) for name in names]
    order = [*names, *(name for name in before[0].columns if name not in names)]
    before[0].columns = {
        name: before[0].columns[name] for name in order if name in before[0].columns
    }
    return " AND ".join(conditions) or "1"


def _merged(before: list[Source], last: Source, name: str, side: str) -> str:
    """Return the condition on a column of both sides, and let it be one column from now on."""
    owners = [one for one in before if name in one.columns and name not in one.hidden]
    if not owners or name not in last.columns:
        text = f'column "{name}" specified in USING clause does not exist'
        raise PostgresError("42703", text)
    if len(owners) > 1:
        raise PostgresError("42702", f'common column name "{name}" appears more than once')
    (owner,) = owners
    condition = compared("=", owner.columns[name], last.columns[name])
    if side == "RIGHT":
        if owner is not before[0]:
            raise refused("RIGHT JOIN … USING behind another JOIN", "write ON")
        owner.hidden.add(name)
    else:
        last.hidden.add(name)
    return condition
