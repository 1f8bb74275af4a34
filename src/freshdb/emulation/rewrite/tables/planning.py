"""Statements that make and drop tables, indexes and views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import Column, Foreign, Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.queries import write_query
from freshdb.emulation.rewrite.storing import stored
from freshdb.emulation.rewrite.tables.counters import counting_from
from freshdb.emulation.rewrite.tables.ddl import create_statements, rename_statements
from freshdb.emulation.rewrite.tables.describing import described
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import CI, SqlType


def _ddl(statements: list[str], more: Any = None) -> Plan:
    def run(session: Any, bound: Sequence[Any]) -> Answer:
        with session.schema_change():
            for one in statements:
                session.native(one)
            affected = more(session, bound) if more is not None else 0
        return Answer(None, [], affected or 0)

    return Plan(run, statements, is_ddl=True)


def _nothing(context_note: tuple[int, str] | None = None) -> Plan:
    def run(session: Any, bound: Sequence[Any]) -> Answer:
        session.commit()
        if context_note is not None:
            session.context.warn(context_note[0], context_note[1], "Note")
        return Answer()

    return Plan(run, [])


def plan_create(writer: Writer, this: s.CreateTable) -> Plan:
    """Compile CREATE TABLE."""
    existing = writer.catalog.table(this.table.name)
    if existing is not None and existing.is_temporary == this.temporary:
        if this.if_not_exists:
            return _nothing((1050, f"Table '{this.table.name}' already exists"))
        if not this.or_replace:
            raise MySQLError(1050, "42S01", f"Table '{this.table.name}' already exists")
    drop = (
        [f"DROP TABLE {quote_name(existing.name)}"]
        if existing is not None and this.or_replace
        else []
    )
    if this.like is not None:
        model = writer.table(this.like.name, this.like.database)
        if model.is_view:
            raise MySQLError(
                1347,
                "HY000",
                f"'{writer.context.database}.{model.name}' is not of type 'BASE TABLE'",
            )
        table = replace(
            model, name=this.table.name, is_temporary=this.temporary, foreign=[], is_ours=True
        )
        return _ddl(drop + create_statements(table))
    if this.query is not None:
        return _create_from_query(writer, this, drop)
    table = described(writer, this)
    return _ddl(drop + create_statements(table), counting_from(table))


def _create_from_query(writer: Writer, this: s.CreateTable, drop: list[str]) -> Plan:
    declared = [one.name.lower() for one in this.columns]
    query = write_query(writer, this.query)
    for output in query.outputs:
        if output.name.lower() not in declared:
            this.columns.append(s.Column(output.name, _type_for(output.written)))
    table = described(writer, this)
    if any(one.written.column is None for one in query.outputs if one.name.lower() not in declared):
        table.options["calculated"] = "yes"
    name = writer.new_name()
    columns = [table.column(output.name) for output in query.outputs]
    parts = []
    for column, output, label in zip(columns, query.outputs, query.names, strict=True):
        assert column is not None
        written = output.written
        value = Written(
            f"{name}.{quote_name(label)}",
            written.type,
            is_raw=written.is_raw,
            column=written.column,
            is_ours=written.is_ours,
        )
        parts.append(stored(writer, table, column, value))
        if written.column is not None and output.name.lower() not in declared:
            column.is_nullable = column.is_nullable and written.column.is_nullable
            if written.column.default is not None and written.column.default_is_text:
                column.default = written.column.default
    listed = ", ".join(quote_name(column.name) for column in columns if column is not None)
    fill = f"INSERT INTO {quote_name(table.name)} ({listed}) "
    fill += f"SELECT {', '.join(parts)} FROM ({query.sql}) AS {name}"

    def filled(session: Any, bound: Sequence[Any]) -> int:
        return max(int(session.native(fill, bound).rowcount), 0)

    plan = _ddl(drop + create_statements(table), filled)
    plan.sql.append(fill)
    plan.sql = list(plan.sql)
    return _without_last(plan, drop + create_statements(table), filled)


def _without_last(plan: Plan, statements: list[str], more: Any) -> Plan:
    made = _ddl(statements, more)
    made.sql = plan.sql
    made.is_strict = True
    return made


def _type_for(written: Written) -> SqlType:
    """Return the type that CREATE TABLE … SELECT gives a column."""
    kind = written.type
    match kind.kind:
        case "bool":
            return SqlType("int", "int", 1)
        case "int":
            return (
                kind
                if kind.name != "bigint" or written.column is not None
                else SqlType("int", "bigint")
            )
        case "decimal":
            return SqlType(
                "decimal",
                "decimal",
                min(max(kind.length or 30, 15), 65),
                kind.scale if kind.scale is not None else 4,
            )
        case "text" | "null" | "any":
            if written.column is not None:
                return kind
            return SqlType("text", "longtext", collation=kind.collation or CI)
        case "bytes":
            return SqlType("bytes", "longblob") if written.column is None else kind
        case "json":
            return SqlType("text", "longtext")
    return kind


def plan_drop(writer: Writer, this: s.Drop) -> Plan:
    """Compile DROP TABLE and DROP VIEW."""
    statements, missing = [], []
    for name in this.names:
        table = writer.catalog.table(name.name)
        if table is None or table.is_view != (this.kind == "view"):
            missing.append(name.name)
        else:
            statements.append(f"DROP {this.kind.upper()} {quote_name(table.name)}")
    if missing and not this.if_exists:
        shown = ",".join(f"{writer.context.database}.{name}" for name in missing)
        raise MySQLError(
            1051 if this.kind == "table" else 4092, "42S02", f"Unknown {this.kind} '{shown}'"
        )
    if not statements:
        return _nothing()
    plan = _ddl(statements)
    names = {one.name.lower() for one in this.names}
    referring = [
        (other, key)
        for other in writer.catalog.tables.values()
        for key in other.foreign
        if key.table.lower() in names and other.name.lower() not in names
    ]
    return _unless_referred(plan, referring) if referring else plan


def _unless_referred(plan: Plan, referring: list[tuple[Table, Foreign]]) -> Plan:
    """Return a DROP that other tables' foreign keys forbid while they are checked."""
    (other, key) = referring[0]

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        if session.native("PRAGMA foreign_keys").fetchone()[0]:
            if session.context.is_mysql8:
                text = f"Cannot drop table '{key.table}' referenced by a foreign key constraint "
                text += f"'{key.name}' on table '{other.name}'."
                raise MySQLError(3730, "HY000", text)
            text = "Cannot delete or update a parent row: a foreign key constraint fails"
            raise MySQLError(1451, "23000", text)
        return plan.run(session, bound)

    return Plan(run, plan.sql, is_ddl=True)


def plan_view(writer: Writer, this: s.CreateView) -> Plan:
    """Compile CREATE VIEW."""
    existing = writer.catalog.table(this.table.name)
    if existing is not None and not this.or_replace:
        raise MySQLError(1050, "42S01", f"Table '{this.table.name}' already exists")
    query = write_query(writer, this.query)
    names = this.columns or query.names
    columns = []
    parts = []
    inner = writer.new_name()
    for name, output, label in zip(names, query.outputs, query.names, strict=True):
        kind = output.written.type
        columns.append(Column(name, kind, comment=""))
        sql = f"{inner}.{quote_name(label)}"
        if kind.is_tagged and not output.written.is_raw:
            columns[-1].type = replace(kind, kind="any")
        parts.append(f"{sql} AS {quote_name(name)}")
    table = Table(this.table.name, columns, is_view=True, view_text=this.text)
    drop = [f"DROP VIEW {quote_name(existing.name)}"] if existing is not None else []
    body = f"SELECT {table.facts()} {', '.join(parts)} FROM ({query.sql}) AS {inner}"
    return _ddl([*drop, f"CREATE VIEW {quote_name(this.table.name)} AS {body}"])


def plan_rename(writer: Writer, this: s.Rename) -> Plan:
    """Compile RENAME TABLE."""
    statements = []
    for old, new in this.pairs:
        table = writer.table(old.name, old.database)
        statements += rename_statements(table, new.name)
    return _ddl(statements)


def plan_index(writer: Writer, this: s.CreateIndex) -> Plan:
    """Compile CREATE INDEX."""
    from freshdb.emulation.rewrite.altering import altered

    return altered(writer, s.Alter(this.table, [("add", this.key)]))


def plan_drop_index(writer: Writer, this: s.DropIndex) -> Plan:
    """Compile DROP INDEX."""
    from freshdb.emulation.rewrite.altering import altered

    action = ("drop_primary",) if this.name.upper() == "PRIMARY" else ("drop_key", this.name, False)
    return altered(writer, s.Alter(this.table, [action]))
