"""Tell which tables of a MariaDB or MySQL database have been written since the last look.

The server counts in performance_schema each time that a statement takes a table for writing. Of all
counters and marks that were tried it is the only one that saw every way of writing (cascades,
`DELETE` of all rows of a MyISAM table, failed inserts, `SETVAL`, bulk inserts, events);
`docs/explanation/mariadb.md` has the table. It has one gap, `TRUNCATE` of tables that are not
InnoDB's, and so those are looked at by other means (`never_counted`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from freshdb.backends.mariadb.admin import Admin, Row, literal

# MariaDB's tables of routines and events, counted only where freshdb has set up the server.
CODE_PREFIX = "mysql/"
CODE_TABLES = ("mysql/proc", "mysql/event")

Counts = dict[str, tuple[int, int]]


def reason_not_to_trust_counters(admin: Admin) -> str | None:
    """Return why the server's counters cannot be relied on, or None if they can.

    Where the tables of performance_schema are of a fixed size, what does not fit is not counted.
    """
    if not admin.rows("SELECT @@performance_schema")[0][0]:
        return "performance_schema is off"
    off = admin.rows(
        "SELECT name FROM performance_schema.setup_instruments "
        "WHERE name IN ('wait/lock/table/sql/handler', 'wait/io/table/sql/handler', "
        "'wait/lock/metadata/sql/mdl') AND enabled <> 'YES'"
    )
    consumer = admin.rows(
        "SELECT enabled FROM performance_schema.setup_consumers "
        "WHERE name = 'global_instrumentation'"
    )[0][0]
    if off or consumer != "YES":
        which = off[0][0] if off else "global_instrumentation"
        return f"performance_schema's `{which}` is off"
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
        f"SELECT IF(object_schema = 'mysql', CONCAT('{CODE_PREFIX}', object_name), object_name), "
        "count_write, count_write_external "
        "FROM performance_schema.table_lock_waits_summary_by_table WHERE object_type = 'TABLE' "
        f"AND (object_schema = {literal(name)} "
        "OR object_schema = 'mysql' AND object_name IN ('proc', 'event'))"
    )


def counts_from(rows: Sequence[Row]) -> Counts:
    """Return the result of `counts_query` by table."""
    return {table: (int(writes), int(external)) for table, writes, external in rows}


def stop_counting_own(admin: Admin) -> None:
    """Let the server not count what freshdb's own connection writes, where it may be told so."""
    if admin.is_counted:
        with suppress(Exception):
            admin.run(
                "UPDATE performance_schema.threads SET instrumented = 'NO' "
                "WHERE processlist_id = CONNECTION_ID()"
            )
            admin.is_counted = bool(
                admin.rows(
                    "SELECT 1 FROM performance_schema.setup_consumers "
                    "WHERE name = 'thread_instrumentation' AND enabled = 'NO'"
                )
            )
