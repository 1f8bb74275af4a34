"""The marks that show what was written to a database since its baseline.

They are in a schema of their own, `_freshdb`, and are made after the last change to the schema:

* a table without rows in the baseline needs nothing: any row in it was written by the test;
* a table with rows has a trigger that calls `nextval` of a sequence of ours, which takes no lock
  and survives a rollback, so the mark is there whenever a row may have changed. A small one has a
  copy of its rows beside it; for a large one with a primary key, triggers write down each row
  before its first change, so undoing costs what was changed, not what there is;
* an event trigger marks every change of the schema, and another sequence every temporary table.

All triggers are `ENABLE ALWAYS`: they fire under `session_replication_role = replica` too. Rows
that come through a partitioned or an inherited table fire no statement triggers of the table that
they end up in; such tables have row triggers, which always fire.
"""

from __future__ import annotations

from freshdb.backends.postgres.reset.plan import EMPTY, REFILL, SCHEMA, UNDO, Plan, Table, read_plan
from freshdb.servers.postgres.quoting import literal, quoted
from freshdb.servers.postgres.wire import Connection


def is_armed(connection: Connection) -> bool:
    return bool(connection.query(f"SELECT FROM pg_namespace WHERE nspname = {literal(SCHEMA)}"))


def arm(connection: Connection) -> Plan:
    """Make the marks, after taking away older ones, and return the plan they are for."""
    disarm(connection)
    plan = read_plan(connection)
    statements = [
        f"CREATE SCHEMA {SCHEMA}",
        _mark_sequence("ddl"),
        _mark_sequence("temporary"),
        _NOTE_MARK,
        _NOTE_DDL,
        _NOTE_DROP,
    ]
    for table in plan.tables:
        statements += _marks_for(table)
    statements += [
        _event_trigger("freshdb_ddl", "ddl_command_end", "note_ddl"),
        _event_trigger("freshdb_drop", "sql_drop", "note_drop"),
    ]
    connection.query(";\n".join(statements))
    return plan


def disarm(connection: Connection) -> None:
    connection.query(
        "SET client_min_messages = error; "
        "DROP EVENT TRIGGER IF EXISTS freshdb_ddl; DROP EVENT TRIGGER IF EXISTS freshdb_drop; "
        f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; RESET client_min_messages"
    )


def _mark_sequence(name: str) -> str:
    return f"CREATE SEQUENCE {SCHEMA}.{name}"


# Whoever writes may not be allowed to see our schema, so these run as their maker.
_NOTE_MARK = f"""
CREATE FUNCTION {SCHEMA}.note_mark() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  PERFORM pg_catalog.nextval(TG_ARGV[0]::pg_catalog.regclass);
  RETURN NULL;
END $$"""
_NOTE_DDL = f"""
CREATE FUNCTION {SCHEMA}.note_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_event_trigger_ddl_commands()
             WHERE schema_name IS DISTINCT FROM 'pg_temp') THEN
    PERFORM pg_catalog.nextval('{SCHEMA}.ddl');
  ELSE
    PERFORM pg_catalog.nextval('{SCHEMA}.temporary');
  END IF;
END $$"""
_NOTE_DROP = f"""
CREATE FUNCTION {SCHEMA}.note_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
    PERFORM pg_catalog.nextval('{SCHEMA}.ddl');
  END IF;
END $$"""


def _event_trigger(name: str, event: str, function: str) -> str:
    return (
        f"CREATE EVENT TRIGGER {name} ON {event} EXECUTE FUNCTION {SCHEMA}.{function}(); "
        f"ALTER EVENT TRIGGER {name} ENABLE ALWAYS"
    )


def _marks_for(table: Table) -> list[str]:
    if table.way == EMPTY:
        return []
    mark = f"{SCHEMA}.mark_{table.oid}"
    changes = "INSERT OR UPDATE OR DELETE"
    made = [f"CREATE SEQUENCE {mark}"]
    each = "ROW" if table.has_kin else "STATEMENT"
    if table.way == UNDO:
        made += _undo_for(table)
    else:
        made.append(_trigger(table, "mark", changes, each, f"note_mark('{mark}')"))
    # A statement's trigger, since there is no other for it; it fires for each table that is
    # emptied, cascades and partitions included.
    made.append(_trigger(table, "emptied", "TRUNCATE", "STATEMENT", f"note_mark('{mark}')"))
    if table.way == REFILL:
        made.append(f"CREATE TABLE {SCHEMA}.rows_{table.oid} AS TABLE ONLY {table.name}")
    return made


def _undo_for(table: Table) -> list[str]:
    """Return what writes down each row of a large table as it was before a change."""
    log = f"{SCHEMA}.undo_{table.oid}"
    new_key = ", ".join(f"NEW.{column}" for column in table.key)
    old_key = ", ".join(f"OLD.{column}" for column in table.key)
    new = ", ".join(f"NEW.{column}" for column in table.columns)
    old = ", ".join(f"OLD.{column}" for column in table.columns)
    into = f"INSERT INTO {log} (freshdb_was_there, {table.listed})"
    return [
        f"CREATE TABLE {log} AS SELECT {table.listed} FROM ONLY {table.name} WITH NO DATA",
        f"ALTER TABLE {log} ADD freshdb_number bigserial, ADD freshdb_was_there boolean",
        # What each row was first; filled and emptied by the reset.
        f"CREATE TABLE {SCHEMA}.first_{table.oid} (LIKE {log})",
        f"""
CREATE FUNCTION {SCHEMA}.note_{table.oid}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN {into} VALUES (true, {old}); END IF;
  IF TG_OP = 'INSERT' THEN {into} VALUES (false, {new});
  ELSIF TG_OP = 'UPDATE' AND ({new_key}) IS DISTINCT FROM ({old_key}) THEN
    {into} VALUES (false, {new});
  END IF;
  RETURN NULL;
END $$""",
        _trigger(table, "undo", "INSERT OR UPDATE OR DELETE", "ROW", f"note_{table.oid}()"),
    ]


def _trigger(table: Table, name: str, events: str, each: str, call: str) -> str:
    trigger = f"freshdb_{name}_{table.oid}"
    return (
        f"CREATE TRIGGER {quoted(trigger)} AFTER {events} ON {table.name} "
        f"FOR EACH {each} EXECUTE FUNCTION {SCHEMA}.{call}; "
        f"ALTER TABLE {table.name} ENABLE ALWAYS TRIGGER {quoted(trigger)}"
    )
