"""Tell what has been written to a MariaDB or MySQL database since the last look.

Which tables: the server counts in performance_schema each time that a statement takes a table for
writing. Of all counters and marks that were tried it is the only one that saw every way of writing
(cascades, `DELETE` of all rows of a MyISAM table, failed inserts, `SETVAL`, bulk inserts, events);
`docs/explanation/mariadb.md` has the table. It has one gap, `TRUNCATE` of tables that are not
InnoDB's, and so those are looked at by other means.

Whether the schema was changed: by the definition files where they can be looked at, else by the
server's counters of statements, and then by comparison.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from freshdb.backends.mariadb_admin import Admin, Row, literal
from freshdb.backends.mariadb_schema import TRANSACTIONAL, Definition, read_definition

# As old as no write can be, so that any write shows, however soon it comes.
UNTOUCHED_NS = 1_000_000_000
_DEFINITION_FILES = (".frm", ".TRG", ".TRN", ".par", ".opt")
_ROW_FILES = (".MYD", ".MYI", ".MAD", ".MAI")

Counts = dict[str, tuple[int, int]]


def reason_not_to_trust_counters(admin: Admin) -> str | None:
    """Return why the server's counters cannot be relied on, or None if they can.

    Where the tables of performance_schema are of a fixed size, what does not fit is not counted.
    """
    if not admin.rows("SELECT @@performance_schema")[0][0]:
        return "performance_schema is off"
    enabled = admin.rows(
        "SELECT COUNT(*) FROM performance_schema.setup_instruments "
        "WHERE name IN ('wait/lock/table/sql/handler', 'wait/io/table/sql/handler') "
        "AND enabled = 'YES'"
    )[0][0]
    consumer = admin.rows(
        "SELECT enabled FROM performance_schema.setup_consumers "
        "WHERE name = 'global_instrumentation'"
    )[0][0]
    if enabled != 2 or consumer != "YES":
        return "the instruments `wait/lock/table/sql/handler` and `wait/io/…` are off"
    sizes = admin.rows(
        "SELECT @@performance_schema_max_table_instances, @@performance_schema_max_table_handles, "
        "@@performance_schema_max_table_lock_stat"
    )[0]
    if any(size != -1 for size in sizes):
        return "`performance_schema_max_table_…` sets a limit, beyond which nothing is counted"
    return None


def counts_query(name: str) -> str:
    """Return the query for how often each table of a database was taken for writing."""
    return (
        "SELECT object_name, count_write, count_write_external "
        "FROM performance_schema.table_lock_waits_summary_by_table "
        f"WHERE object_type = 'TABLE' AND object_schema = {literal(name)}"
    )


def counts_from(rows: Sequence[Row]) -> Counts:
    """Return the result of `counts_query` by table."""
    return {table: (int(writes), int(external)) for table, writes, external in rows}


class SchemaWatch(Protocol):
    """Tells whether a database's schema is still the one that was noted."""

    def queries(self) -> list[str]:
        """Return what is to be asked of the server."""

    def is_changed(self, results: Sequence[Sequence[Row]]) -> bool:
        """Tell whether anything but rows was changed, given the answers."""

    def rows_may_have_changed(self) -> bool:
        """Tell whether tables that are not InnoDB's may have been written without a count."""

    def note(self) -> None:
        """Take the schema as it is now for right: freshdb itself has touched it."""


def watch_for(admin: Admin, definition: Definition, name: str) -> SchemaWatch:
    """Return what watches the schema of the database `name`, made from a definition."""
    data = admin.address.data
    if data is not None and (data / name / "db.opt").exists():
        return FileWatch(data / name, admin, name)
    return StatementWatch(admin, definition, name)


@dataclass(frozen=True)
class _File:
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


class FileWatch:
    """MariaDB keeps a file for each table, view and trigger, and writes it anew at each change."""

    def __init__(self, directory: Path, admin: Admin, name: str) -> None:
        self._directory = directory
        self._queries = code_queries(name, is_mariadb=True)
        self._code = admin.all_rows(*self._queries)
        self.note()

    def queries(self) -> list[str]:
        return self._queries

    def is_changed(self, results: Sequence[Sequence[Row]]) -> bool:
        return list(results) != self._code or _files(self._directory) != self._files

    def rows_may_have_changed(self) -> bool:
        return any(
            os.stat(path).st_mtime_ns != UNTOUCHED_NS for path in _row_files(self._directory)
        )

    def note(self) -> None:
        for path in _row_files(self._directory):
            os.utime(path, ns=(UNTOUCHED_NS, UNTOUCHED_NS))
        self._files = _files(self._directory)


def _files(directory: Path) -> dict[str, _File]:
    found = {}
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.endswith(_DEFINITION_FILES):
                facts = entry.stat()
                found[entry.name] = _File(
                    facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns
                )
    return found


def _row_files(directory: Path) -> list[str]:
    with os.scandir(directory) as entries:
        return [entry.path for entry in entries if entry.name.endswith(_ROW_FILES)]


def code_queries(name: str, *, is_mariadb: bool) -> list[str]:
    """Return queries for the text of a database's routines and events."""
    if is_mariadb:
        where = f"WHERE db = {literal(name)}"
        return [
            "SELECT name, type, param_list, returns, body, sql_mode, definer, comment, "
            f"is_deterministic, sql_data_access, security_type FROM mysql.proc {where}",
            "SELECT name, body, definer, execute_at, interval_value, interval_field, starts, ends, "
            f"status, on_completion, sql_mode, comment, time_zone FROM mysql.event {where}",
        ]
    return [
        "SELECT routine_name, routine_type, routine_definition, sql_mode, definer, "
        "routine_comment, last_altered FROM information_schema.routines "
        f"WHERE routine_schema = {literal(name)}",
        "SELECT event_name, event_definition, definer, status, on_completion, sql_mode, starts, "
        f"ends, last_altered FROM information_schema.events WHERE event_schema = {literal(name)}",
    ]


_SCHEMA_STATEMENTS = (
    "alter_db", "alter_event", "alter_function", "alter_procedure", "alter_table", "alter_sequence",
    "create_db", "create_event", "create_function", "create_index", "create_procedure",
    "create_sequence", "create_table", "create_trigger", "create_udf", "create_view",
    "drop_db", "drop_event", "drop_function", "drop_index", "drop_procedure", "drop_sequence",
    "drop_table", "drop_trigger", "drop_view", "rename_table", "optimize", "repair",
)  # fmt: skip


class StatementWatch:
    """Any server counts statements by kind; after one that could change a schema, compare it.

    Other runs on the server make freshdb compare in vain, which costs time and nothing else.
    """

    def __init__(self, admin: Admin, definition: Definition, name: str) -> None:
        self._admin = admin
        self._name = name
        self._schema = _without_rows(replace(definition, name=name))
        kinds = ", ".join(literal(f"Com_{kind}") for kind in _SCHEMA_STATEMENTS)
        self._query = f"SHOW GLOBAL STATUS WHERE Variable_name IN ({kinds})"
        self.note()

    def queries(self) -> list[str]:
        return [self._query]

    def is_changed(self, results: Sequence[Sequence[Row]]) -> bool:
        if dict(results[0]) == self._counts:
            return False
        if self._table_ids() != self._ids:
            return True
        if _without_rows(read_definition(self._admin, self._name)) != self._schema:
            return True
        self.note()
        return False

    def rows_may_have_changed(self) -> bool:
        return True

    def note(self) -> None:
        self._ids = self._table_ids()
        self._counts = dict(self._admin.rows(self._query))

    def _table_ids(self) -> dict[str, int]:
        """Return InnoDB's numbers of the tables: one that was made anew has got another."""
        view = "innodb_sys_tables" if self._admin.is_mariadb else "innodb_tables"
        return dict(
            self._admin.rows(
                f"SELECT name, table_id FROM information_schema.{view} WHERE name LIKE %s",
                [self._name.replace("_", r"\_") + "/%"],
            )
        )


def _without_rows(definition: Definition) -> Definition:
    """Return a definition that is the same whatever rows there are, and whenever it was made."""
    tables = tuple(
        replace(table, create=_without_next_id(table.create), next_id=None, has_rows=False)
        for table in definition.tables
    )
    sequences = tuple(replace(sequence, next_value=0) for sequence in definition.sequences)
    triggers = tuple(replace(trigger, created=None) for trigger in definition.triggers)
    return replace(definition, tables=tables, sequences=sequences, triggers=triggers)


def _without_next_id(create: str) -> str:
    head, separator, options = create.rpartition("\n)")
    return head + separator + " ".join(
        word for word in options.split(" ") if not word.startswith("AUTO_INCREMENT=")
    )


def never_counted(definition: Definition, watch: SchemaWatch) -> set[str]:
    """Return the tables that may have been emptied without having been counted."""
    suspects = {table.name for table in definition.tables if table.engine not in TRANSACTIONAL}
    if not suspects or watch.rows_may_have_changed():
        return suspects
    with_files = ("MyISAM", "Aria")
    return {
        table.name
        for table in definition.tables
        if table.name in suspects and table.engine not in with_files
    }
