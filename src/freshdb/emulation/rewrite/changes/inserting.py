"""INSERT and REPLACE: what SQLite does, and what the driver reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import Table, quote_name
from freshdb.emulation.counting import Numbering
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.changes.common import write_returning
from freshdb.emulation.rewrite.changes.rows import (
    completed,
    explicit_ids,
    missing_columns,
    numbered,
    reads,
    target_columns,
    with_parents,
    write_query_rows,
    write_rows,
)
from freshdb.emulation.rewrite.changes.upserts import write_overwriting, write_upsert
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError


def plan_insert(writer: Writer, this: s.Insert) -> Plan:
    """Compile INSERT or REPLACE."""
    table = writer.table(this.table.name, this.table.database)
    if table.is_view:
        raise EmulationError("INSERT into a view is not supported", hint="insert into its table")
    lenient = this.ignore
    columns = target_columns(table, this)
    counter = table.auto_increment
    is_simple = this.rows is not None and len(this.rows) == 1 and not (this.ignore or this.updates)
    explicit = is_simple and explicit_ids(columns, this, counter)
    body = (
        write_rows(writer, table, columns, this, lenient=lenient, explicit=explicit)
        if this.rows is not None
        else None
    )
    names = [one.name for one in columns]
    if body is None:
        body = write_query_rows(writer, table, columns, this, lenient)
    missing = missing_columns(writer, table, names, lenient)
    if counter is not None and counter not in columns and names:
        missing.append((counter.name, numbered("NULL")))
    word = (
        "INSERT OR REPLACE"
        if this.replace
        else "INSERT OR IGNORE"
        if this.ignore and not this.updates
        else "INSERT"
    )
    listed, rows = completed(names, body, missing)
    if this.ignore and table.foreign:
        rows = with_parents(table, listed, [*names, *(name for name, _ in missing)], rows)
    sql = f"{word} INTO {quote_name(table.name)} ({listed}) {rows}"
    if this.updates:
        sql += write_upsert(writer, table, this)
    in_place = this.replace and _replaces_in_place(writer, table)
    if in_place:
        sql = sql.replace("INSERT OR REPLACE", "INSERT", 1) + write_overwriting(table)
    returning = None
    if this.returning is not None:
        returning = write_returning(writer, table, this.returning)
        sql += f" RETURNING {returning[0]}"
    numbering = None
    if counter is not None and not explicit and names:
        numbering = _numbering(table, this)
    deletes = this.replace and not in_place
    return _insert_plan(
        sql, table, numbering, returning,
        deletes=deletes, overwrites=in_place, ignores=this.ignore,
    )  # fmt: skip


def _replaces_in_place(writer: Writer, table: Table) -> bool:
    """Tell whether the server overwrites rows, which it does where nothing could notice.

    A row that is replaced by its like is counted once then, and not twice.
    """
    keys = [key for key in table.keys if key.is_unique]
    others = writer.catalog.tables.values()
    is_referred = any(
        key.table.lower() == table.name.lower() for other in others for key in other.foreign
    )
    is_single = table.is_ours and len(keys) == 1 and table.auto_increment is None
    return is_single and not is_referred


def _numbering(table: Table, this: s.Insert) -> Numbering:
    gathered = this.returning is not None or reads(this, table)
    may_refuse = (this.ignore or bool(this.updates)) and not gathered
    keeps_refused = this.replace or this.rows is None
    return Numbering(table, len(this.rows or ()), may_refuse, keeps_refused, gathered)


def _insert_plan(
    sql: str,
    table: Table,
    numbering: Numbering | None,
    returning: Any,
    *,
    deletes: bool,
    overwrites: bool,
    ignores: bool,
) -> Plan:
    """Return the plan of an INSERT or REPLACE.

    Args:
        sql: what SQLite runs.
        table: where the rows go.
        numbering: how they are numbered, if they are.
        returning: what RETURNING shows, if it is there.
        deletes: SQLite deletes rows that new ones replace, and does not count them.
        ignores: what does not fit is stored as something near.
        overwrites: a row that is there already is overwritten, as by an upsert.
    """
    count = f"SELECT COUNT(*) FROM {quote_name(table.name)}"

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        session.matched = session.changed = 0
        before = session.native(count).fetchone()[0] if deletes else 0
        with session.numbers.counting(numbering), session.statement(table):
            cursor = session.native(sql, bound)
            rows = cursor.fetchall() if returning is not None else []
        affected = max(cursor.rowcount, 0) if returning is None else len(rows)
        inserted = affected
        if deletes:
            after = session.native(count).fetchone()[0]
            affected += before + affected - after
        elif session.matched:
            inserted = affected - session.changed
            unchanged = session.matched - session.changed
            counted = unchanged if session.counts_matched or overwrites else 0
            affected = inserted + 2 * session.changed + counted
        last = _last_id(session, cursor, table, inserted, numbering is not None)
        if returning is not None:
            names, converts = returning[1], returning[2]
            return Answer(names, session.converted(rows, converts), affected, last)
        return Answer(None, [], affected, last)

    return Plan(run, [sql], writes=True, is_strict=not ignores)


def _last_id(session: Any, cursor: Any, table: Table, inserted: int, is_numbered: bool) -> int:
    """Return the driver's `lastrowid`: of several generated ids the first, as MySQL reports it."""
    if is_numbered and session.numbers.first:
        return int(session.numbers.first)
    if session.context.has_set_last_id:
        return int(session.context.last_insert_id)
    if table.auto_increment is None:
        return 0
    if not (inserted or session.changed):
        return 0
    if session.matched and not (is_numbered and session.numbers.has_inserted_last):
        return int(session.changed_id or 0) % 2**64
    return int(session.numbers.last if is_numbered else cursor.lastrowid) % 2**64


def duplicate_values(session: Any, table: Table | None, columns: Sequence[str]) -> str:
    """Return the entry that a unique key has refused, as `1-x`; `?` where it cannot be told."""
    return "?"
