"""DELETE and TRUNCATE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite import sources
from freshdb.emulation.rewrite.changes.common import limited, write_returning
from freshdb.emulation.rewrite.scope import Scope, Source
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError


def plan_delete(writer: Writer, this: s.Delete) -> Plan:
    """Compile DELETE from one table or, by a join, from several."""
    scope = Scope()
    with writer.in_scope(scope):
        from_sql = sources.write_from(writer, this.source, scope)
        if not this.targets and len(scope.sources) == 1:
            return _delete_one(writer, this, scope)
        where = writer.condition(this.where.this, "where clause") if this.where is not None else ""
        targets = [_target(scope, one) for one in this.targets]
    tables = [one.table for one in targets if one.table is not None]
    _refuse_own_rows(tables, this.where)
    _refuse_chains(tables)
    rowids = ", ".join(f"{quote_name(one.name)}._rowid_" for one in targets)
    query = f"SELECT {rowids}{from_sql}" + (f" WHERE {where}" if where else "")

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        affected = 0
        with session.statement(*tables):
            rows = session.native(query, bound).fetchall()
            for index, table in enumerate(tables):
                sql = f"DELETE FROM {quote_name(table.name)} WHERE _rowid_ = ?"
                for rowid in dict.fromkeys(row[index] for row in rows if row[index] is not None):
                    affected += max(session.native(sql, (rowid,)).rowcount, 0)
        return Answer(None, [], affected)

    return Plan(run, [query], writes=True, is_joined=True)


def _refuse_chains(tables: list[Table]) -> None:
    """Refuse a DELETE from tables of which one's ON DELETE changes another.

    The server deletes while it reads the join, so it depends on its order which rows it meets.
    """
    names = {one.name.lower() for one in tables}
    for table in tables:
        for key in table.foreign:
            is_chained = (key.on_delete or "").upper() in ("CASCADE", "SET NULL")
            if (
                is_chained
                and key.table.lower() in names
                and key.table.lower() != table.name.lower()
            ):
                raise EmulationError(
                    f"a DELETE from `{key.table}` and `{table.name}`, which ON DELETE connects, is "
                    "not supported",
                    hint=f"delete from `{key.table}` alone, or from one table after the other",
                )


def _refuse_own_rows(tables: list[Table], condition: Any) -> None:
    """Raise 1093 where a subquery reads a table from which rows are deleted by a join.

    A derived table is a copy, which the server takes.
    """
    names = {one.name.lower(): one.name for one in tables}
    for table in condition.find_all(exp.Table) if condition is not None else ():
        if table.name.lower() in names and not _is_in_copy(table):
            text = f"Table '{names[table.name.lower()]}' is specified twice, both as a target for "
            text += "'DELETE' and as a separate source for data"
            raise MySQLError(1093, "HY000", text)


def _is_in_copy(node: Any) -> bool:
    while node is not None:
        if isinstance(node, exp.Subquery) and isinstance(node.parent, (exp.From, exp.Join)):
            return True
        node = node.parent
    return False


def _target(scope: Scope, name: s.TableName) -> Source:
    for source in scope.sources:
        if source.name.lower() == name.name.lower():
            if source.table is None or source.table.is_view:
                raise MySQLError(
                    1288, "HY000", f"The target table {name.name} of the DELETE is not updatable"
                )
            return source
    raise MySQLError(1109, "42S02", f"Unknown table '{name.name}' in MULTI DELETE")


def _delete_one(writer: Writer, this: s.Delete, scope: Scope) -> Plan:
    source = scope.sources[0]
    table = source.table
    if table is None or table.is_view:
        raise MySQLError(
            1288, "HY000", f"The target table {source.name} of the DELETE is not updatable"
        )
    where = writer.condition(this.where.this, "where clause") if this.where is not None else ""
    where = limited(writer, this, source, where)
    alias = f" AS {quote_name(source.name)}" if source.name != table.name else ""
    # SQLite counts no rows where it drops all of them at once, so there is always a condition.
    sql = f"DELETE FROM {quote_name(table.name)}{alias} WHERE {where or '1'}"
    returning = (
        write_returning(writer, table, this.returning) if this.returning is not None else None
    )
    if returning is not None:
        sql += f" RETURNING {returning[0]}"

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        with session.statement(table):
            cursor = session.native(sql, bound)
            if returning is not None:
                rows = cursor.fetchall()
                return Answer(returning[1], session.converted(rows, returning[2]), len(rows))
        return Answer(None, [], max(cursor.rowcount, 0))

    return Plan(run, [sql], writes=True)


def plan_truncate(writer: Writer, this: s.Truncate) -> Plan:
    """Compile TRUNCATE: the rows go, and counting starts anew; open transactions are committed."""
    table = writer.table(this.table.name, this.table.database)
    sql = f"DELETE FROM {quote_name(table.name)}"

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        session.commit()
        referring = session.referring(table)
        if referring is not None:
            raise MySQLError(
                1701,
                "42000",
                "Cannot truncate a table referenced in a foreign key constraint "
                f"(`{session.context.database}`.`{referring}`)",
            )
        session.native(sql)
        if table.auto_increment is not None and table.is_ours:
            session.native("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
        session.commit()
        return Answer()

    return Plan(run, [sql], writes=True)
