"""What makes a Postgres database ready to be reset: marks that show what was written to it.

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

import json
from dataclasses import dataclass

from freshdb.servers.postgres.quoting import literal, quoted
from freshdb.servers.postgres.wire import Connection

SCHEMA = "_freshdb"
# Raised when what `arm` makes changes: a template of another form is built anew.
FORM = 1
SMALL_BYTES = 64 * 1024
REFILLABLE_BYTES = 1024 * 1024

EMPTY, REFILL, UNDO, BIG = "empty", "refill", "undo", "big"

_TABLES = """
SELECT c.oid, format('%I.%I', n.nspname, c.relname), pg_table_size(c.oid),
  EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)),
  (SELECT json_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''),
  (SELECT json_agg(quote_ident(a.attname)) FROM pg_index x JOIN pg_attribute a
    ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey)
    WHERE x.indrelid = c.oid AND x.indisprimary)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '_freshdb')
ORDER BY c.oid
"""
_SEQUENCES = """
SELECT format('%I.%I', n.nspname, c.relname), s.seqcache
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence <> 't' AND n.nspname <> '_freshdb' ORDER BY c.oid
"""
# Functions that may change their session behind the statement that calls them.
_CHANGERS = """
SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', '_freshdb')
  AND l.lanname NOT IN ('c', 'internal') AND p.prosrc ~*
  '(set_config|(^|;|begin|then|else|loop|'')\\s*(set\\s+(?!local\\M|constraints\\M)|listen\\s|prepare\\s))')
"""
_TAKERS_OF_LOCKS = """
SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', '_freshdb')
  AND l.lanname NOT IN ('c', 'internal')
  AND coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) ~* 'advisory')
"""
# Their rows' transactions: a change of any content is another row.
LARGE_OBJECTS = """
SELECT (SELECT string_agg(oid || ' ' || xmin, ',' ORDER BY oid) FROM pg_largeobject_metadata)
  || (SELECT coalesce(sum(hashtext(loid || ' ' || pageno || ' ' || xmin)), 0) FROM pg_largeobject)
"""
# What would fire while the reset restores rows, too.
_ALWAYS_FIRING = """
SELECT string_agg(what, ', ') FROM (
  SELECT format('trigger %I of %s', tgname, tgrelid::regclass) FROM pg_trigger
  WHERE NOT tgisinternal AND tgenabled IN ('A', 'R') AND NOT starts_with(tgname, 'freshdb_')
  UNION ALL SELECT format('rule %I of %s', rulename, ev_class::regclass) FROM pg_rewrite
  WHERE rulename <> '_RETURN' AND ev_enabled IN ('A', 'R')) AS firing (what)
"""
ROLE_SETTINGS = (
    "SELECT coalesce(string_agg(setrole || ' ' || setconfig::text, ',' ORDER BY setrole), '') "
    "FROM pg_db_role_setting WHERE setdatabase = 0"
)


@dataclass(frozen=True)
class Table:
    """A table, and by which of four ways its baseline comes back."""

    oid: int
    name: str
    way: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    baseline_bytes: int
    has_kin: bool

    @property
    def listed(self) -> str:
        return ", ".join(self.columns)


@dataclass(frozen=True)
class Sequence:
    """A sequence, and where it stands in the baseline."""

    name: str
    last_value: str
    is_called: bool
    is_cached: bool


@dataclass(frozen=True)
class Plan:
    """What is known of a database that is as its baseline.

    Attributes:
        changes_sessions: whether a function of its own may change a session's settings.
        takes_locks: whether a function of its own may take advisory locks, which outlive it.
        large_objects: what tells whether one was written; empty where there are none.
        role_settings: what roles have set for every database of the server.
        always_firing: triggers and rules that would fire while rows are restored; usually none.
    """

    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...]
    changes_sessions: bool
    takes_locks: bool
    large_objects: str
    role_settings: str
    always_firing: str = ""


def read_plan(connection: Connection) -> Plan:
    """Return the plan of a database that nobody writes to now."""
    return Plan(
        tables=_tables(connection),
        sequences=_sequences(connection),
        changes_sessions=connection.value(_CHANGERS) == "t",
        takes_locks=connection.value(_TAKERS_OF_LOCKS) == "t",
        large_objects=connection.value(LARGE_OBJECTS) or "",
        role_settings=connection.value(ROLE_SETTINGS) or "",
        always_firing=connection.value(_ALWAYS_FIRING) or "",
    )


def _tables(connection: Connection) -> tuple[Table, ...]:
    rows = connection.query(_TABLES)
    if not rows:
        return ()
    checks = " UNION ALL ".join(
        f"SELECT {row[0]} WHERE EXISTS (SELECT FROM ONLY {row[1]})" for row in rows
    )
    filled = {oid for (oid,) in connection.query(checks)}
    tables = []
    for oid, name, size, has_kin, columns, key in rows:
        assert oid is not None
        assert name is not None
        way = _way(int(size or 0), has_key=key is not None) if oid in filled else EMPTY
        tables.append(
            Table(
                int(oid),
                name,
                way,
                tuple(json.loads(columns or "[]")),
                tuple(json.loads(key or "[]")),
                int(size or 0),
                has_kin == "t",
            )
        )
    return tuple(tables)


def _way(size_bytes: int, *, has_key: bool) -> str:
    if size_bytes <= SMALL_BYTES:
        return REFILL
    if has_key:
        return UNDO
    return REFILL if size_bytes <= REFILLABLE_BYTES else BIG


def _sequences(connection: Connection) -> tuple[Sequence, ...]:
    rows = connection.query(_SEQUENCES)
    if not rows:
        return ()
    values = connection.query(
        " UNION ALL ".join(
            f"SELECT {number}, last_value, is_called FROM {name}"
            for number, (name, _) in enumerate(rows)
        )
    )
    stands = {int(number or 0): (last or "1", called == "t") for number, last, called in values}
    return tuple(
        Sequence(name or "", *stands[number], is_cached=cache != "1")
        for number, (name, cache) in enumerate(rows)
    )


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
