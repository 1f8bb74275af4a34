"""The SQL that asks what was written to a database since its baseline; pure."""

from __future__ import annotations

from collections.abc import Iterator

from freshdb.backends.postgres.reset.plan import (
    EMPTY,
    LARGE_OBJECTS,
    REFILL,
    SCHEMA,
    UNDO,
    Plan,
)
from freshdb.servers.postgres.quoting import literal

# What was found, as the first column of the answer tells it.
TABLE, MARK, LOG, SEQUENCE = "table", "mark", "log", "sequence"
BUSY, SESSION, PREPARED, OBJECT, SETTING = "busy", "session", "prepared", "object", "setting"
TEMPORARY, REFUSED, GROWN = "temporary", "refused", "grown"

_OWN_DATABASE = "(SELECT oid FROM pg_database WHERE datname = current_database())"
HOLDERS_OF_LOCKS = (
    f"SELECT pid FROM pg_lock_status() WHERE locktype = 'advisory' "
    f"AND database = {_OWN_DATABASE} AND pid <> pg_backend_pid()"
)

NOTHING_TEMPORARY = f"SELECT setval('{SCHEMA}.temporary', 1, false)"


def questions(plan: Plan, *, is_private: bool) -> Iterator[str]:
    """Yield queries of two columns, what kind of thing was written and which, that find it."""
    for number, table in enumerate(plan.tables):
        if table.way == EMPTY:
            yield f"SELECT '{TABLE}', '{number}' WHERE EXISTS (SELECT FROM ONLY {table.name})"
            continue
        mark = f"FROM {SCHEMA}.mark_{table.oid} WHERE is_called"
        if table.way == REFILL:
            yield f"SELECT '{MARK}', '{number}' {mark}"
        else:
            what = "was emptied" if table.way == UNDO else "is large, has no primary key,"
            text = literal(f"table {table.name} {what} and cannot be refilled")
            yield f"SELECT '{REFUSED}', {text} {mark}"
        if table.way == UNDO:
            log = f"{SCHEMA}.undo_{table.oid}"
            yield f"SELECT '{LOG}', '{number}' WHERE EXISTS (SELECT FROM {log})"
    for number, sequence in enumerate(plan.sequences):
        called = "NOT is_called" if sequence.is_called else "is_called"
        yield (
            f"SELECT '{SEQUENCE}', '{number}' FROM {sequence.name} "
            f"WHERE last_value <> {sequence.last_value} OR {called}"
        )
    yield from _general_questions(plan, is_private=is_private)


def _general_questions(plan: Plan, *, is_private: bool) -> Iterator[str]:
    refused = f"SELECT '{REFUSED}', "
    own = _OWN_DATABASE
    if plan.always_firing:
        text = f"{plan.always_firing} would fire while rows are put back"
        yield f"{refused}{literal(text)}"
    yield f"{refused}'the schema was changed' FROM {SCHEMA}.ddl WHERE is_called"
    yield (
        f"{refused}'an event trigger of freshdb was changed' WHERE (SELECT count(*) FROM "
        "pg_event_trigger WHERE evtname LIKE 'freshdb\\_%' AND evtenabled = 'A') <> 2"
    )
    yield f"SELECT '{TEMPORARY}', '' FROM {SCHEMA}.temporary WHERE is_called"
    yield (
        f"SELECT CASE state WHEN 'idle' THEN '{SESSION}' ELSE '{BUSY}' END, pid::text "
        f"FROM pg_stat_get_activity(NULL) WHERE datid = {own} "
        "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    yield (f"SELECT '{PREPARED}', gid FROM pg_prepared_xact() WHERE dbid = {own}")
    if plan.large_objects:
        yield (
            f"{refused}'a large object was written, and the baseline has some' "
            f"WHERE ({LARGE_OBJECTS}) IS DISTINCT FROM {literal(plan.large_objects)}"
        )
    else:
        yield f"SELECT '{OBJECT}', oid::text FROM pg_largeobject_metadata"
    yield (
        f"SELECT '{SETTING}', CASE WHEN setrole = 0 THEN "
        "format('ALTER DATABASE %I RESET ALL', current_database()) ELSE "
        "format('ALTER ROLE %s IN DATABASE %I RESET ALL', setrole::regrole, current_database()) "
        f"END FROM pg_db_role_setting WHERE setdatabase = {own}"
    )
    if is_private:
        yield (
            f"SELECT '{SETTING}', format('ALTER ROLE %s RESET ALL', setrole::regrole) "
            "FROM pg_db_role_setting WHERE setdatabase = 0 AND setrole <> 0 "
            f"AND setrole NOT IN ({plan.roles_with_settings})"
        )
