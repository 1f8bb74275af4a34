"""UPDATE of one table or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import Column, Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import Calm
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite import sources
from freshdb.emulation.rewrite.changes.assignments import is_changed, write_assignments
from freshdb.emulation.rewrite.changes.common import limited, tail_of
from freshdb.emulation.rewrite.scope import Scope, Source
from freshdb.emulation.rewrite.writer import Writer

_VARYING = (exp.Column, exp.Query, exp.Placeholder, exp.Parameter, exp.SessionParameter)
_VOLATILE = ("my_setvar(", "my_rand(", "my_uuid(", "my_last_insert_id(", "my_sleep(")


def plan_update(writer: Writer, this: s.Update) -> Plan:
    """Compile UPDATE of one table or several."""
    node = this.source
    scope = Scope()
    with writer.in_scope(scope):
        from_sql = sources.write_from(writer, node, scope)
        # In which order rows are written decides where a key is taken; SQLite's UPDATE has its own.
        is_one = len(scope.sources) == 1 and scope.sources[0].table is not None
        if is_one and this.order is None:
            return _update_one(writer, this, scope)
        return _update_many(writer, this, scope, from_sql)


def _update_one(writer: Writer, this: s.Update, scope: Scope) -> Plan:
    source = scope.sources[0]
    table = source.table
    assert table is not None
    where = _condition(writer, this)
    where = limited(writer, this, source, where)
    pairs = _own(this.assignments, source)
    assignments = write_assignments(writer, table, source, pairs, lenient=this.ignore)
    sets = ", ".join(f"{quote_name(column.name)} = {sql}" for column, sql in assignments)
    word = "UPDATE OR IGNORE" if this.ignore else "UPDATE"
    alias = f" AS {quote_name(source.name)}" if source.name != table.name else ""
    volatile = any(word in sql for _, sql in assignments for word in _VOLATILE)
    matched = f"{word} {quote_name(table.name)}{alias} SET {sets}" + (
        f" WHERE {where}" if where else ""
    )
    changed_test = is_changed(source.name, assignments)
    both = f"({where}) AND ({changed_test})" if where else changed_test
    changed = f"{word} {quote_name(table.name)}{alias} SET {sets} WHERE {both}"
    count = f"SELECT COUNT(*) FROM {quote_name(table.name)}{alias}" + (
        f" WHERE {where}" if where else ""
    )

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        with session.statement(table):
            if volatile:
                return Answer(None, [], max(session.native(matched, bound).rowcount, 0))
            seen = (
                session.native(count, bound, exact=False).fetchone()[0]
                if session.counts_matched
                else 0
            )
            affected = session.native(changed, bound).rowcount
        return Answer(None, [], seen if session.counts_matched else max(affected, 0))

    return Plan(run, [changed], writes=True, is_strict=not this.ignore)


def _condition(writer: Writer, this: s.Update) -> str:
    """Return WHERE; its constant parts are calculated before the statement is a strict one."""
    if this.where is None:
        return ""
    return writer.condition(_calm(this.where.this), "where clause")


def _calm(node: Any) -> Any:
    """Return a condition with its constant parts marked; a loop, because chains may be long."""
    holder = exp.Paren(this=node)
    left: list[exp.Expr] = [holder]
    while left:
        parent = left.pop()
        for name in ("this", "expression"):
            part = parent.args.get(name)
            if isinstance(part, (exp.And, exp.Or, exp.Not, exp.Paren)):
                left.append(part)
            elif part is not None and not any(isinstance(one, _VARYING) for one in part.walk()):
                parent.set(name, Calm(this=part))
    return holder.this


def _own(assignments: list[tuple[Any, Any]], source: Source) -> list[tuple[Any, Any]]:
    for column, _ in assignments:
        table = column.args.get("table")
        if table is not None and table.name.lower() != source.name.lower():
            raise MySQLError(
                1054, "42S22", f"Unknown column '{table.name}.{column.name}' in 'field list'"
            )
    return assignments


def _update_many(writer: Writer, this: s.Update, scope: Scope, from_sql: str) -> Plan:
    """Compile an UPDATE of a join, or in an order: read what is assigned, then write row by row."""
    where = _condition(writer, this)
    by_source: dict[str, list[tuple[Any, Any]]] = {}
    for column, node in this.assignments:
        by_source.setdefault(_source_of(scope, column).name, []).append((column, node))
    parts: list[tuple[Table, list[Column]]] = []
    selected = []
    for source in scope.sources:
        pairs = by_source.get(source.name)
        if pairs is None:
            continue
        if source.table is None or source.table.is_view:
            raise MySQLError(
                1288, "HY000", f"The target table {source.name} of the UPDATE is not updatable"
            )
        assignments = write_assignments(writer, source.table, source, pairs, lenient=this.ignore)
        selected.append(f"{quote_name(source.name)}._rowid_")
        selected += [sql for _, sql in assignments]
        parts.append((source.table, [column for column, _ in assignments]))
    columns = ", ".join(f"{sql} AS c{index}" for index, sql in enumerate(selected))
    query = (
        f"SELECT {columns}{from_sql}" + (f" WHERE {where}" if where else "") + tail_of(writer, this)
    )
    run = _write_rows(query, parts, ignore=this.ignore)
    is_joined = len(scope.sources) > 1
    return Plan(run, [query], writes=True, is_strict=not this.ignore, is_joined=is_joined)


def _source_of(scope: Scope, column: Any) -> Source:
    table = column.args.get("table")
    for source in scope.sources:
        if table is not None and source.name.lower() != table.name.lower():
            continue
        if any(one.name.lower() == column.name.lower() for one in source.columns):
            return source
    shown = f"{table.name}.{column.name}" if table is not None else column.name
    raise MySQLError(1054, "42S22", f"Unknown column '{shown}' in 'field list'")


def _write_rows(query: str, parts: list[tuple[Table, list[Column]]], *, ignore: bool) -> Any:
    word = "UPDATE OR IGNORE" if ignore else "UPDATE"

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        affected = 0
        with session.statement(*(table for table, _ in parts)):
            rows = session.native(query, bound).fetchall()
            at = 0
            for table, columns in parts:
                sets = ", ".join(f"{quote_name(one.name)} = ?" for one in columns)
                same = " AND ".join(
                    f"{quote_name(one.name)} COLLATE BINARY IS ?" for one in columns
                )
                sql = f"{word} {quote_name(table.name)} SET {sets} WHERE _rowid_ = ?"
                if not session.counts_matched:
                    sql += f" AND NOT ({same})"
                width = len(columns)
                done: set[int] = set()
                for row in rows:
                    if row[at] is None or row[at] in done:
                        continue
                    done.add(row[at])
                    news = row[at + 1 : at + 1 + width]
                    more = () if session.counts_matched else news
                    affected += max(session.native(sql, (*news, row[at], *more)).rowcount, 0)
                at += 1 + width
        return Answer(None, [], affected)

    return run
