"""CREATE, ALTER, DROP: tables with MySQL's types, kept in SQLite's schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation import values
from freshdb.emulation.catalog import Column, Foreign, Key, Table, collation_of, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import Call
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.queries import write_query
from freshdb.emulation.rewrite.storing import stored
from freshdb.emulation.rewrite.writer import NOTHING, Scope, Writer, Written
from freshdb.emulation.storing import Rules
from freshdb.emulation.types import CI, SqlType
from freshdb.emulation.values import encode
from freshdb.errors import EmulationError

_NOW = frozenset({"CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"})


# From what is written to the catalog's table


def described(writer: Writer, this: s.CreateTable) -> Table:
    """Return the table that a CREATE TABLE describes."""
    table = Table(
        this.table.name, [], options=dict(this.options), is_ours=True, is_temporary=this.temporary
    )
    for one in this.columns:
        add_column(writer, table, one)
    for key in this.keys:
        add_key(table, key)
    for foreign in this.foreign:
        add_foreign(table, foreign)
    for number, check in enumerate(this.checks, 1):
        table.checks.append(
            (check.name or f"CONSTRAINT_{number}", _condition(writer, table, check.condition))
        )
    _check_counter(table)
    return table


def add_column(writer: Writer, table: Table, one: s.Column, at: int | None = None) -> Column:
    """Add a column as it was declared; the keys that it declares too."""
    if table.column(one.name) is not None:
        raise MySQLError(1060, "42S21", f"Duplicate column name '{one.name}'")
    _check_type(one)
    column = Column(one.name, one.type, one.is_nullable, comment=one.comment, is_collated=True)
    column.auto_increment = one.auto_increment
    column.on_update = one.on_update
    column.is_stored = one.is_stored
    table.columns.insert(len(table.columns) if at is None else at, column)
    if one.is_primary:
        add_key(table, s.Key("primary", "PRIMARY", [(one.name, None, False)]))
    if one.is_unique:
        add_key(table, s.Key("unique", None, [(one.name, None, False)]))
    if one.auto_increment:
        column.is_nullable = False
    if one.default is not None:
        set_default(writer, table, column, one.default, one.default_text)
    if one.generated is not None:
        column.generated = _generated(writer, table, column, one.generated)
    if one.check is not None:
        table.checks.append(
            (f"{table.name}.{one.name}", _condition(writer, table, one.check.condition))
        )
    return column


def _check_type(one: s.Column) -> None:
    kind = one.type
    name = one.name
    if len({member.rstrip(" ").lower() for member in kind.members}) < len(kind.members):
        raise EmulationError(
            f"members of `{name}` that differ by case or spaces alone are not supported",
            hint="give the members other names",
        )
    if kind.name == "decimal":
        if (kind.length or 0) > 65:
            raise MySQLError(
                1426, "42000", f"Too big precision specified for '{name}'. Maximum is 65"
            )
        if (kind.scale or 0) > 38:
            raise MySQLError(1425, "42000", f"Too big scale specified for '{name}'. Maximum is 38")
        if (kind.scale or 0) > (kind.length or 0):
            raise MySQLError(
                1427,
                "42000",
                f"For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '{name}')",
            )
    if kind.name == "char" and (kind.length or 0) > 255:
        raise MySQLError(
            1074,
            "42000",
            f"Column length too big for column '{name}' (max = 255); use BLOB or TEXT instead",
        )
    if kind.name == "varchar" and (kind.length or 0) > 16383:
        one.type = replace(kind, name="mediumtext", length=None)
    if kind.kind in ("datetime", "time") and (kind.scale or 0) > 6:
        raise MySQLError(1426, "42000", f"Too big precision specified for '{name}'. Maximum is 6")


def set_default(writer: Writer, table: Table, column: Column, node: Any, text: str | None) -> None:
    """Give a column its default: a constant in stored form, or an expression."""
    if node is None:
        column.default = None
        return
    with writer.in_scope(Scope(sources=[writer.source_of(table, table.name)])):
        written = writer.write(node)
    if written.literal is None:
        column.default = None
        return
    if isinstance(node, Call) and node.this in _NOW:
        column.default, column.default_is_text = _now(column), False
        return
    if written.literal is not NOTHING:
        value = encode(written.literal)
        try:
            kept = Rules(column, table.name, writer.context).store(value)
        except MySQLError:
            raise MySQLError(1067, "42000", f"Invalid default value for '{column.name}'") from None
        column.default, column.default_is_text = (
            str(kept) if not isinstance(kept, bytes) else kept.decode("latin1"),
            True,
        )
        if column.type.kind == "decimal" and isinstance(kept, (int, float)):
            column.default = f"{kept:.{column.type.scale or 0}f}"
        if isinstance(kept, bytes):
            column.default, column.default_is_text = f"x'{kept.hex()}'", False
        return
    sql = stored(writer, table, column, written, in_schema=True)
    column.default, column.default_is_text = (
        f"({sql})".replace(f"{quote_name(table.name)}.", ""),
        False,
    )


def _now(column: Column) -> str:
    if column.type.kind == "datetime" and not column.type.scale:
        return "CURRENT_TIMESTAMP"
    return f"(fd_now('{column.type.kind}', {column.type.scale or 0}))"


def _generated(writer: Writer, table: Table, column: Column, node: Any) -> str:
    with writer.in_scope(Scope(sources=[writer.source_of(table, table.name)])):
        written = writer.write(node)
    sql = stored(writer, table, column, written, in_schema=True)
    return sql.replace(f"{quote_name(table.name)}.", "")


def _condition(writer: Writer, table: Table, node: Any) -> str:
    with writer.in_scope(Scope(sources=[writer.source_of(table, table.name)])):
        return writer.write(node).truth.replace(f"{quote_name(table.name)}.", "")


def add_key(table: Table, key: s.Key) -> None:
    """Add an index."""
    columns = []
    for name, length, _ in key.columns:
        column = table.column(name)
        if column is None:
            raise MySQLError(1072, "42000", f"Key column '{name}' doesn't exist in table")
        if (
            length is None
            and key.kind not in ("fulltext", "spatial")
            and column.type.name
            in (
                "text",
                "tinytext",
                "mediumtext",
                "longtext",
                "blob",
                "tinyblob",
                "mediumblob",
                "longblob",
            )
            and column.type.kind in ("text", "bytes")
            and key.kind != "unique"
        ):
            raise MySQLError(
                1170,
                "42000",
                f"BLOB/TEXT column '{name}' used in key specification without a key length",
            )
        columns.append(column.name)
    if key.kind == "primary":
        if table.primary:
            raise MySQLError(1068, "42000", "Multiple primary key defined")
        for name in columns:
            found = table.column(name)
            if found is not None:
                found.is_nullable = False
        table.keys.insert(0, Key("PRIMARY", columns, True, "primary"))
        return
    name = key.name or _free_name(table, columns[0])
    if any(one.name.lower() == name.lower() for one in table.keys):
        raise MySQLError(1061, "42000", f"Duplicate key name '{name}'")
    table.keys.append(Key(name, columns, key.kind == "unique", key.kind))


def _free_name(table: Table, base: str) -> str:
    taken = {one.name.lower() for one in table.keys}
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def add_foreign(table: Table, one: s.Foreign) -> None:
    """Add a foreign key."""
    name = one.name or f"{table.name}_ibfk_{len(table.foreign) + 1}"
    for column in one.columns:
        if table.column(column) is None:
            raise MySQLError(1072, "42000", f"Key column '{column}' doesn't exist in table")
    referred = one.referred or []
    table.foreign.append(
        Foreign(
            name,
            list(one.columns),
            one.table.name,
            list(referred),
            one.on_delete or "RESTRICT",
            one.on_update or "RESTRICT",
        )
    )
    if not any(key.columns[: len(one.columns)] == list(one.columns) for key in table.keys):
        table.keys.append(
            Key(_free_name(table, one.name or one.columns[0]), list(one.columns), False)
        )


def _check_counter(table: Table) -> None:
    counters = [one for one in table.columns if one.auto_increment]
    keyed = {one.columns[0].lower() for one in table.keys}
    if len(counters) > 1 or any(one.name.lower() not in keyed for one in counters):
        if len(counters) == 1 and any(counters[0].name in one.columns for one in table.keys):
            raise EmulationError(
                "an AUTO_INCREMENT column that is not the first of its key is not supported",
                hint="give it a key of its own",
            )
        raise MySQLError(
            1075,
            "42000",
            "Incorrect table definition; there can be only one auto column "
            "and it must be defined as a key",
        )


# From the catalog's table to SQLite's DDL


def create_statements(table: Table, name: str | None = None) -> list[str]:
    """Return what makes the table: itself, its indexes, and its triggers."""
    label = name or table.name
    counter = table.auto_increment
    parts = [_column_sql(table, one, counter) for one in table.columns]
    primary = table.primary
    if primary and not _is_rowid_key(table):
        listed = ", ".join(quote_name(one) for one in primary)
        parts.append(f"{'UNIQUE' if counter is not None else 'PRIMARY KEY'} ({listed})")
    parts += [f"CONSTRAINT {quote_name(one[0])} CHECK ({one[1]})" for one in table.checks]
    parts += [_foreign_sql(one) for one in table.foreign]
    temporary = "TEMPORARY " if table.is_temporary else ""
    found = [f"CREATE {temporary}TABLE {quote_name(label)} ({table.facts()} {', '.join(parts)})"]
    found += index_statements(table, label)
    found += trigger_statements(table, label)
    return found


def _is_rowid_key(table: Table) -> bool:
    """Tell whether the primary key is SQLite's own row number."""
    primary = table.primary
    if len(primary) != 1:
        return False
    counter, column = table.auto_increment, table.column(primary[0])
    if counter is not None:
        return column is counter
    return column is not None and column.type.fits_rowid


def _column_sql(table: Table, column: Column, counter: Column | None) -> str:
    name = quote_name(column.name)
    if column is counter:
        return f"{name} INTEGER PRIMARY KEY AUTOINCREMENT"
    if _is_rowid_key(table) and table.primary == [column.name]:
        # So that rows come in the order of the key, as the server's do.
        return f"{name} INTEGER PRIMARY KEY NOT NULL"
    sql = f"{name} {column.type.storage()}"
    if not column.is_nullable:
        sql += " NOT NULL"
    if column.type.kind in ("text", "enum", "set"):
        sql += f" COLLATE {collation_of(column.type.collation)}"
    elif column.type.is_long_decimal or (
        column.type.kind == "uint" and column.type.name == "bigint"
    ):
        sql += " COLLATE mysql_ci"
    if column.generated is not None:
        kept = "STORED" if column.is_stored else "VIRTUAL"
        return f"{sql} GENERATED ALWAYS AS ({column.generated}) {kept}"
    if column.default is not None:
        sql += f" DEFAULT {_default_sql(column)}"
    return sql


def _default_sql(column: Column) -> str:
    default = column.default or ""
    if not column.default_is_text:
        return default
    if (
        column.type.kind in ("int", "uint", "double", "year", "bit", "decimal")
        and not column.type.is_long_decimal
    ):
        return f"({default})" if default.startswith("-") else default
    return values.quote(default)


def _foreign_sql(one: Foreign) -> str:
    columns = ", ".join(quote_name(name) for name in one.columns)
    referred = f" ({', '.join(quote_name(name) for name in one.referred)})" if one.referred else ""
    sql = f"CONSTRAINT {quote_name(one.name)} FOREIGN KEY ({columns})"
    sql += f" REFERENCES {quote_name(one.table)}{referred}"
    return f"{sql} ON DELETE {one.on_delete} ON UPDATE {one.on_update}"


def index_name(table: str, key: str) -> str:
    """Return what an index is called in SQLite, where its name must be unlike all others."""
    return f"{table}.{key}"


def index_statements(table: Table, label: str) -> list[str]:
    """Return CREATE INDEX for every key but the primary one."""
    found = []
    for key in table.keys:
        if key.name == "PRIMARY" or key.kind in ("fulltext", "spatial"):
            continue
        columns = ", ".join(quote_name(one) for one in key.columns)
        unique = "UNIQUE " if key.is_unique else ""
        found.append(
            f"CREATE {unique}INDEX {quote_name(index_name(label, key.name))} "
            f"ON {quote_name(label)} ({columns})"
        )
    return found


def trigger_statements(table: Table, label: str) -> list[str]:
    """Return the triggers of ON UPDATE CURRENT_TIMESTAMP: a row that changes gets the time."""
    found = []
    for column in table.columns:
        if not column.on_update:
            continue
        others = [one for one in table.columns if one is not column and one.generated is None]
        changed = " OR ".join(
            f"OLD.{quote_name(one.name)} IS NOT NEW.{quote_name(one.name)}" for one in others
        )
        name = quote_name(f"{label}.{column.name}.on_update")
        moment = _now(column)
        target = quote_name(column.name)
        found.append(
            f"CREATE {'TEMPORARY ' if table.is_temporary else ''}TRIGGER {name} "
            f"AFTER UPDATE ON {quote_name(label)} "
            f"WHEN OLD.{target} IS NEW.{target} AND ({changed or '0'}) BEGIN "
            f"UPDATE {quote_name(label)} SET {target} = {moment} WHERE _rowid_ = NEW._rowid_; END"
        )
    return found


# Statements


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
    return _ddl(drop + create_statements(table), _counting_from(table))


def _counting_from(table: Table) -> Any:
    start = table.options.get("auto_increment")
    if start is None or not start.isdigit() or table.auto_increment is None:
        return None

    def set_counter(session: Any, bound: Sequence[Any]) -> int:
        set_auto_increment(session, table.name, int(start))
        return 0

    return set_counter


def next_auto_increment(session: Any, table: str) -> int | None:
    """Return the next number of a table that has counted already."""
    row = session.native("SELECT seq + 1 FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return None if row is None else int(row[0])


def set_auto_increment(session: Any, table: str, value: int) -> None:
    """Let the next number be `value`, or one more than the largest there is."""
    session.native("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    session.native(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, max(value - 1, 0))
    )


def _create_from_query(writer: Writer, this: s.CreateTable, drop: list[str]) -> Plan:
    declared = [one.name.lower() for one in this.columns]
    query = write_query(writer, this.query)
    for output in query.outputs:
        if output.name.lower() not in declared:
            this.columns.append(s.Column(output.name, _type_for(output.written)))
    table = described(writer, this)
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


def rename_statements(table: Table, name: str) -> list[str]:
    """Return what renames a table with its indexes and triggers."""
    found = [
        f"DROP INDEX {quote_name(index_name(table.name, key.name))}"
        for key in table.keys
        if table.is_ours and key.name != "PRIMARY" and key.kind not in ("fulltext", "spatial")
    ]
    found += [
        f"DROP TRIGGER {quote_name(f'{table.name}.{column.name}.on_update')}"
        for column in table.columns
        if column.on_update
    ]
    found.append(f"ALTER TABLE {quote_name(table.name)} RENAME TO {quote_name(name)}")
    if table.is_ours:
        found += index_statements(table, name) + trigger_statements(table, name)
    return found


def plan_index(writer: Writer, this: s.CreateIndex) -> Plan:
    """Compile CREATE INDEX."""
    from freshdb.emulation.rewrite.altering import altered

    return altered(writer, s.Alter(this.table, [("add", this.key)]))


def plan_drop_index(writer: Writer, this: s.DropIndex) -> Plan:
    """Compile DROP INDEX."""
    from freshdb.emulation.rewrite.altering import altered

    action = ("drop_primary",) if this.name.upper() == "PRIMARY" else ("drop_key", this.name, False)
    return altered(writer, s.Alter(this.table, [action]))
