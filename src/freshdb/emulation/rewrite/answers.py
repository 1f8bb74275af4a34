"""Statements that the connection answers itself: SET, SHOW, DESCRIBE, transactions and others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation import values
from freshdb.emulation.catalog import quote_name
from freshdb.emulation.describing import (
    base_tables,
    column_rows,
    create_text,
    index_rows,
    information_rows,
)
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.context import DEFAULT_SQL_MODES
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.information import rows_table
from freshdb.emulation.rewrite.scope import Scope, Source
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.values import to_python
from freshdb.emulation.variables import SYSTEM_VARIABLES, read_variable
from freshdb.errors import EmulationError

Rows = tuple[list[str], Iterable[tuple[Any, ...]]]

MODES = {
    "TRADITIONAL": "STRICT_TRANS_TABLES STRICT_ALL_TABLES NO_ZERO_IN_DATE NO_ZERO_DATE "
    "ERROR_FOR_DIVISION_BY_ZERO TRADITIONAL NO_AUTO_CREATE_USER NO_ENGINE_SUBSTITUTION",
}
_KNOWN_MODES = frozenset(
    [
        "ALLOW_INVALID_DATES",
        "ERROR_FOR_DIVISION_BY_ZERO",
        "HIGH_NOT_PRECEDENCE",
        "IGNORE_SPACE",
        "NO_AUTO_CREATE_USER",
        "NO_AUTO_VALUE_ON_ZERO",
        "NO_DIR_IN_CREATE",
        "NO_ENGINE_SUBSTITUTION",
        "NO_ZERO_DATE",
        "NO_ZERO_IN_DATE",
        "NO_UNSIGNED_SUBTRACTION",
        "ONLY_FULL_GROUP_BY",
        "PAD_CHAR_TO_FULL_LENGTH",
        "STRICT_ALL_TABLES",
        "STRICT_TRANS_TABLES",
        "TIME_ROUND_FRACTIONAL",
        "TRADITIONAL",
        "TIME_TRUNCATE_FRACTIONAL",
        "SIMULTANEOUS_ASSIGNMENT",
        "EMPTY_STRING_IS_NULL",
    ]
)
_SYNTAX_MODES = frozenset(
    ["ANSI", "ANSI_QUOTES", "PIPES_AS_CONCAT", "NO_BACKSLASH_ESCAPES", "ORACLE", "MSSQL", "DB2"]
)


def plan_transaction(writer: Writer, this: s.Transaction) -> Plan:
    """Compile BEGIN, COMMIT, ROLLBACK and savepoints."""

    def run(session: Any, bound: Any) -> Answer:
        connection = session.connection
        match this.word:
            case "BEGIN":
                session.commit()
                session.native("BEGIN")
            case "COMMIT":
                session.commit()
            case "ROLLBACK":
                if connection.in_transaction:
                    session.native("ROLLBACK")
            case "ROLLBACK TO" | "RELEASE" if not connection.in_transaction:
                text = f"SAVEPOINT {this.name} does not exist"
                raise MySQLError(1305, "42000", text)
            case word:
                if (
                    word == "SAVEPOINT"
                    and not connection.in_transaction
                    and connection.isolation_level is not None
                ):
                    session.native("BEGIN")
                session.native(f"{word} {quote_name(this.name or '')}")
        return Answer()

    return Plan(run, [this.word])


def plan_do(writer: Writer, this: s.Do) -> Plan:
    """Compile DO."""
    sql = "SELECT " + ", ".join(writer.write(one).sql for one in this.expressions)

    def run(session: Any, bound: Any) -> Answer:
        session.native(sql, bound).fetchall()
        return Answer()

    return Plan(run, [sql])


def plan_nothing(writer: Writer, this: s.Nothing) -> Plan:
    """Compile what has no effect on SQLite."""
    if this.word == "SHOW CREATE":
        raise EmulationError(
            f"SHOW CREATE {(this.argument or '').upper()} is not supported",
            hint="SHOW CREATE TABLE is",
        )

    def run(session: Any, bound: Any) -> Answer:
        if this.word == "USE" and this.argument != session.context.database:
            raise MySQLError(1049, "42000", f"Unknown database '{this.argument}'")
        if this.word == "LOCK":
            session.commit()
        return Answer()

    return Plan(run, [])


def plan_explain(writer: Writer, this: s.Explain) -> Plan:
    """Refuse EXPLAIN: what it tells is of another server's making."""
    raise EmulationError(
        "EXPLAIN is not supported",
        hint="ask a real server; `freshdb sql --explain` shows the rewriting",
    )


# SET


def plan_set(writer: Writer, this: s.SetVariables) -> Plan:
    """Compile SET of user variables and system variables."""
    steps: list[tuple[str, str, str]] = []
    for scope, name, node in this.items:
        if scope == "names":
            continue
        if scope != "user" and name not in SYSTEM_VARIABLES:
            raise MySQLError(1193, "HY000", f"Unknown system variable '{name}'")
        if getattr(node, "name", "").upper() == "DEFAULT" and type(node).__name__ == "Var":
            steps.append((scope, name, ""))
        else:
            steps.append((scope, name, f"SELECT {writer.write(node).typed}"))

    def run(session: Any, bound: Any) -> Answer:
        found = [
            (scope, name, session.native(sql, bound).fetchone()[0] if sql else None)
            for scope, name, sql in steps
        ]
        for scope, name, value in found:
            if scope == "user":
                session.context.variables[name] = value
            else:
                set_system_variable(session, name, value)
        return Answer()

    return Plan(run, [sql for _, _, sql in steps])


def set_system_variable(session: Any, name: str, value: Any) -> None:
    """Set a system variable; those that mean something here take effect."""
    context = session.context
    value = to_python(value)
    if value is None:
        context.system_variables.pop(name, None)
        modes = ",".join(DEFAULT_SQL_MODES[context.flavor])
        value = {"sql_mode": modes, "foreign_key_checks": 1}.get(name)
        if name == "time_zone":
            value = session.options.time_zone
        if value is None:
            return
    match name:
        case "sql_mode":
            context.sql_mode = modes_of(str(value))
            session.schema_changed()
        case "time_zone":
            context.time_zone = "+00:00" if str(value).upper() in ("SYSTEM", "UTC") else str(value)
        case "foreign_key_checks":
            session.commit()
            session.native(f"PRAGMA foreign_keys = {int(_flag(value))}")
        case "autocommit":
            if _flag(value):
                session.commit()
        case "timestamp":
            import datetime as dt

            moment = dt.datetime.fromtimestamp(float(value), dt.UTC) if float(value) else None
            context.clock = (lambda: moment) if moment is not None else session.clock
            return
        case "last_insert_id" | "identity":
            context.last_insert_id = int(value)
            return
    if name in ("sql_mode", "time_zone"):
        return
    default = SYSTEM_VARIABLES.get(name)
    context.system_variables[name] = (
        _flag(value) if isinstance(default, int) and default in (0, 1) else value
    )


def _flag(value: Any) -> int:
    if isinstance(value, str):
        return int(value.strip().upper() in ("ON", "1", "TRUE"))
    return int(bool(value))


def modes_of(text: str) -> set[str]:
    """Return the modes that a value of sql_mode names.

    Raises:
        MySQLError: 1231, a mode that there is not.
        EmulationError: a mode that changes how SQL is read.
    """
    found: set[str] = set()
    for word in re.split(r"\s*,\s*", text.strip().upper()):
        if not word:
            continue
        if word in _SYNTAX_MODES:
            raise EmulationError(
                f"sql_mode {word} is not supported", hint="leave it out of sql_mode"
            )
        if word not in _KNOWN_MODES:
            raise MySQLError(
                1231, "42000", f"Variable 'sql_mode' can't be set to the value of '{word}'"
            )
        found |= set(MODES.get(word, word).split())
    return found


# SHOW


def plan_show(writer: Writer, this: s.Show) -> Plan:
    """Compile SHOW and DESCRIBE."""
    source = _SHOWN.get(this.what)
    if source is None:
        listed = ", ".join(sorted({one.upper() for one in _SHOWN}))
        raise EmulationError(
            f"SHOW {this.what.upper()} is not supported", hint=f"there are: {listed}"
        )
    names, rows = source(writer, this)
    if this.what in ("warnings", "errors", "variables", "status"):
        return _live_plan(writer, this, names)
    label = "shown"
    sql, outputs = rows_table(names, rows, label)
    where = _filter(writer, this, names, Source(label, outputs))
    query = f"SELECT * FROM {sql} AS {label}{where}"

    def run(session: Any, bound: Any) -> Answer:
        found = session.native(query, bound).fetchall()
        return Answer(names, found, len(found))

    return Plan(run, [query])


def _filter(writer: Writer, this: s.Show, names: list[str], source: Source) -> str:
    if this.like is not None:
        column = quote_name(names[0])
        return f" WHERE my_like({column}, {values.quote(this.like)})"
    if this.where is not None:
        with writer.in_scope(Scope(sources=[source])):
            return f" WHERE {writer.condition(this.where, 'where clause')}"
    return ""


def _live_plan(writer: Writer, this: s.Show, names: list[str]) -> Plan:
    """Compile SHOW of what may differ each time."""
    source = _SHOWN[this.what]

    def run(session: Any, bound: Any) -> Answer:
        writer.context = session.context
        rows = [tuple(row) for row in source(writer, this)[1]]
        sql, outputs = rows_table(names, rows, "shown")
        where = _filter(writer, this, names, Source("shown", outputs))
        found = session.native(f"SELECT * FROM {sql} AS shown{where}").fetchall()
        return Answer(names, found, len(found))

    return Plan(run, [])


def _tables(writer: Writer, this: s.Show) -> Rows:
    names = [f"Tables_in_{writer.context.database}"]
    if not this.full:
        return names, [(one.name,) for one in base_tables(writer.catalog)]
    rows = [
        (one.name, "VIEW" if one.is_view else "BASE TABLE") for one in base_tables(writer.catalog)
    ]
    return [*names, "Table_type"], rows


def _columns(writer: Writer, this: s.Show) -> Rows:
    assert this.table is not None
    if (this.table.database or "").lower() == "information_schema":
        raise EmulationError(
            "DESCRIBE of information_schema is not supported", hint="select from it"
        )
    table = writer.table(this.table.name, this.table.database)
    names = ["Field", "Type", "Null", "Key", "Default", "Extra"]
    if this.full:
        names = [
            "Field",
            "Type",
            "Collation",
            "Null",
            "Key",
            "Default",
            "Extra",
            "Privileges",
            "Comment",
        ]
    return names, column_rows(table, writer.context, full=this.full)


def _index(writer: Writer, this: s.Show) -> Rows:
    assert this.table is not None
    names = [
        "Table",
        "Non_unique",
        "Key_name",
        "Seq_in_index",
        "Column_name",
        "Collation",
        "Cardinality",
        "Sub_part",
        "Packed",
        "Null",
        "Index_type",
        "Comment",
        "Index_comment",
        "Ignored",
    ]
    return names, index_rows(writer.table(this.table.name, this.table.database))


def _create_table(writer: Writer, this: s.Show) -> Rows:
    assert this.table is not None
    table = writer.table(this.table.name, this.table.database)
    if table.is_view:
        return ["View", "Create View"], [
            (table.name, f"CREATE VIEW `{table.name}` AS {table.view_text}")
        ]
    return ["Table", "Create Table"], [(table.name, create_text(table, writer.context))]


def _variables(writer: Writer, this: s.Show) -> Rows:
    context = writer.context
    rows = [
        (name, _shown(read_variable(context, name), default))
        for name, default in sorted(SYSTEM_VARIABLES.items())
    ]
    return ["Variable_name", "Value"], rows


_NUMERIC_FLAGS = frozenset(
    [
        "auto_increment_increment",
        "auto_increment_offset",
        "protocol_version",
        "server_id",
        "pseudo_thread_id",
    ]
)


def _shown(value: Any, default: Any) -> str:
    if isinstance(default, int) and default in (0, 1) and value in (0, 1):
        return "ON" if value else "OFF"
    return "" if value is None else str(value)


def _warnings(writer: Writer, this: s.Show) -> Rows:
    return ["Level", "Code", "Message"], list(writer.context.warnings)


def _databases(writer: Writer, this: s.Show) -> Rows:
    return ["Database"], [("information_schema",), (writer.context.database,)]


def _table_status(writer: Writer, this: s.Show) -> Rows:
    names = [
        "Name",
        "Engine",
        "Version",
        "Row_format",
        "Rows",
        "Avg_row_length",
        "Data_length",
        "Max_data_length",
        "Index_length",
        "Data_free",
        "Auto_increment",
        "Create_time",
        "Update_time",
        "Check_time",
        "Collation",
        "Checksum",
        "Create_options",
        "Comment",
    ]
    rows = [
        (row[2], *row[4:]) for row in information_rows("TABLES", writer.catalog, writer.context)
    ]
    return names, rows


def _engines(writer: Writer, this: s.Show) -> Rows:
    names = ["Engine", "Support", "Comment", "Transactions", "XA", "Savepoints"]
    comment = "Supports transactions, row-level locking, foreign keys and encryption for tables"
    return names, [("InnoDB", "DEFAULT", comment, "YES", "YES", "YES")]


def _charset(writer: Writer, this: s.Show) -> Rows:
    names = ["Charset", "Description", "Default collation", "Maxlen"]
    return names, [
        ("utf8mb4", "UTF-8 Unicode", read_variable(writer.context, "collation_server"), 4)
    ]


def _collation(writer: Writer, this: s.Show) -> Rows:
    names = ["Collation", "Charset", "Id", "Default", "Compiled", "Sortlen"]
    return names, [
        ("utf8mb4_general_ci", "utf8mb4", 45, "Yes", "Yes", 1),
        ("utf8mb4_bin", "utf8mb4", 46, "", "Yes", 1),
    ]


def _status(writer: Writer, this: s.Show) -> Rows:
    return ["Variable_name", "Value"], [("Threads_connected", "1"), ("Uptime", "1")]


def _nothing(names: list[str]) -> Callable[[Writer, s.Show], Rows]:
    return lambda writer, this: (names, [])


_SHOWN: dict[str, Callable[[Writer, s.Show], Rows]] = {
    "tables": _tables,
    "columns": _columns,
    "fields": _columns,
    "index": _index,
    "indexes": _index,
    "keys": _index,
    "create table": _create_table,
    "create view": _create_table,
    "variables": _variables,
    "warnings": _warnings,
    "errors": _warnings,
    "databases": _databases,
    "schemas": _databases,
    "table status": _table_status,
    "engines": _engines,
    "storage engines": _engines,
    "charset": _charset,
    "character set": _charset,
    "collation": _collation,
    "status": _status,
    "triggers": _nothing(
        ["Trigger", "Event", "Table", "Statement", "Timing", "Created", "sql_mode", "Definer"]
    ),
    "events": _nothing(["Db", "Name", "Definer", "Time zone", "Type"]),
}
