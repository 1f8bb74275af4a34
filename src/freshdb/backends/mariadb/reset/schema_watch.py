"""Tell whether the schema of a MariaDB or MySQL database is still the one that was noted.

By the definition files where they can be looked at, else by the server's counters of statements,
and then by comparison.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from freshdb.backends.mariadb.admin import Admin, Row, literal
from freshdb.backends.mariadb.reset.counters import CODE_TABLES, Counts
from freshdb.backends.mariadb.reset.next_ids import PLAIN
from freshdb.backends.mariadb.schema import TRANSACTIONAL, Definition, read_definition

# As old as no write can be, so that any write shows, however soon it comes.
UNTOUCHED_NS = 1_000_000_000
_DEFINITIONS = (".frm", ".TRG", ".TRN", ".par", ".opt")
_ROWS = (".MYD", ".MYI", ".MAD", ".MAI")

# All but when they were made, changed and run.
_ROUTINE = (
    "name, type, param_list, returns, body, sql_mode, definer, comment, is_deterministic, "
    "sql_data_access, security_type"
)
_EVENT = (
    "name, body, definer, execute_at, interval_value, interval_field, starts, ends, status, "
    "on_completion, sql_mode, comment, time_zone"
)


class SchemaWatch(Protocol):
    """Tells whether a database's schema is still the one that was noted."""

    def queries(self) -> list[str]:
        """Return what is to be asked of the server."""

    def is_changed(self, results: Sequence[Sequence[Row]], counts: Counts | None) -> bool:
        """Tell whether anything but rows was changed, given the answers.

        Args:
            results: the rows of each of `queries`.
            counts: None where nothing can have been committed.
        """

    def sees_past_restarts(self) -> bool:
        """Tell whether a change until now will show, though ids of tables are set back first."""

    def rows_may_have_changed(self) -> bool:
        """Tell whether tables that are not InnoDB's may have been written without a count."""

    def note(self, *, redefined: Collection[str] | None = None) -> None:
        """Take the schema as it is now for right: freshdb itself has written to the database.

        Args:
            redefined: the tables whose ids it has set back, each by a statement of its own, which
                writes their definitions too; None if any definition may be another.
        """


def watch_for(admin: Admin, definition: Definition, name: str) -> SchemaWatch:
    """Return what watches the schema of the database `name`, made from a definition."""
    data = admin.address.data
    if data is not None and (data / name / "db.opt").exists():
        return FileWatch(data / name, admin, name)
    return StatementWatch(admin, definition, name)


class FileWatch:
    """MariaDB keeps a file for each table, view and trigger, and writes it anew at each change.

    Each such change makes or renames a file, which the directory's own time shows; so mostly one
    look at that will do. Routines and events are rows of two system tables.
    """

    def __init__(self, directory: Path, admin: Admin, name: str) -> None:
        self._directory = directory
        self._admin = admin
        self._code_queries = [
            f"SELECT {_ROUTINE} FROM mysql.proc WHERE db = {literal(name)}",
            f"SELECT {_EVENT} FROM mysql.event WHERE db = {literal(name)}",
        ]
        self._code = admin.all_rows(*self._code_queries)
        self._code_counts: Counts = {}
        self.note()

    def queries(self) -> list[str]:
        return []

    def is_changed(self, results: Sequence[Sequence[Row]], counts: Counts | None) -> bool:
        if not self._is_untouched() and self._definition_files() != self._files:
            return True
        if counts is None:
            return False
        code_counts = {name: counts[name] for name in CODE_TABLES if name in counts}
        if len(code_counts) == len(CODE_TABLES) and code_counts == self._code_counts:
            return False
        self._code_counts = code_counts
        return self._admin.all_rows(*self._code_queries) != self._code

    def sees_past_restarts(self) -> bool:
        # Their definitions are written then, and no more looked at.
        return self._is_untouched()

    def rows_may_have_changed(self) -> bool:
        return any(os.stat(path).st_mtime_ns != UNTOUCHED_NS for path in self._row_files())

    def note(self, *, redefined: Collection[str] | None = None) -> None:
        if redefined is None or not all(map(PLAIN.fullmatch, redefined)):
            self._files = self._definition_files()
            self._options = _mark(self._directory / "db.opt")
        else:
            for table in redefined:
                # A table that has partitions has a second file.
                for name in (f"{table}.frm", f"{table}.par"):
                    if name in self._files:
                        self._files[name] = _mark(self._directory / name)
        for path in (*self._row_files(), str(self._directory)):
            os.utime(path, ns=(UNTOUCHED_NS, UNTOUCHED_NS))

    def _is_untouched(self) -> bool:
        return (
            os.stat(self._directory).st_mtime_ns == UNTOUCHED_NS
            # The one file that is written in place.
            and _mark(self._directory / "db.opt") == self._options
        )

    def _definition_files(self) -> dict[str, tuple[int, ...]]:
        with os.scandir(self._directory) as entries:
            return {
                entry.name: _mark(entry) for entry in entries if entry.name.endswith(_DEFINITIONS)
            }

    def _row_files(self) -> list[str]:
        with os.scandir(self._directory) as entries:
            return [entry.path for entry in entries if entry.name.endswith(_ROWS)]


def _mark(file: Path | os.DirEntry[str]) -> tuple[int, ...]:
    """Return what no two contents of a file have in common."""
    facts = file.stat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


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
        self._schema = without_rows(replace(definition, name=name))
        kinds = ", ".join(literal(f"Com_{kind}") for kind in _SCHEMA_STATEMENTS)
        self._query = f"SHOW GLOBAL STATUS WHERE Variable_name IN ({kinds})"
        self.note()

    def queries(self) -> list[str]:
        return [self._query]

    def is_changed(self, results: Sequence[Sequence[Row]], counts: Counts | None) -> bool:
        if dict(results[0]) == self._counts:
            return False
        if self._table_ids() != self._ids:
            return True
        if without_rows(read_definition(self._admin, self._name)) != self._schema:
            return True
        self.note()
        return False

    def sees_past_restarts(self) -> bool:
        return self._admin.is_mariadb

    def rows_may_have_changed(self) -> bool:
        return True

    def note(self, *, redefined: Collection[str] | None = None) -> None:
        if redefined is not None:
            altered = int(self._counts["Com_alter_table"]) + len(redefined)
            self._counts["Com_alter_table"] = str(altered)
            return
        self._ids = self._table_ids()
        self._counts: dict[str, str] = dict(self._admin.rows(self._query))

    def _table_ids(self) -> dict[str, int]:
        """Return InnoDB's numbers of the tables: one that was made anew has got another."""
        view = "innodb_sys_tables" if self._admin.is_mariadb else "innodb_tables"
        return dict(
            self._admin.rows(
                f"SELECT name, table_id FROM information_schema.{view} WHERE name LIKE %s",
                [self._name.replace("_", r"\_") + "/%"],
            )
        )


def without_rows(definition: Definition) -> Definition:
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
    return (
        head
        + separator
        + " ".join(word for word in options.split(" ") if not word.startswith("AUTO_INCREMENT="))
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
