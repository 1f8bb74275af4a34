"""What is known of a Postgres database that is as its baseline, and how each table comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass

from freshdb.servers.postgres.wire import Connection

SCHEMA = "_freshdb"
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
_ROLES_WITH_SETTINGS = """
SELECT string_agg(setrole::text, ', ' ORDER BY setrole) FROM pg_db_role_setting
WHERE setdatabase = 0
"""


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
        roles_with_settings: the ids, for SQL, of roles that have some for every database; each
            other one has them from a test.
        always_firing: triggers and rules that would fire while rows are restored; usually none.
    """

    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...]
    changes_sessions: bool
    takes_locks: bool
    large_objects: str
    roles_with_settings: str
    always_firing: str = ""


def read_plan(connection: Connection) -> Plan:
    """Return the plan of a database that nobody writes to now."""
    return Plan(
        tables=_tables(connection),
        sequences=_sequences(connection),
        changes_sessions=connection.value(_CHANGERS) == "t",
        takes_locks=connection.value(_TAKERS_OF_LOCKS) == "t",
        large_objects=connection.value(LARGE_OBJECTS) or "",
        roles_with_settings=connection.value(_ROLES_WITH_SETTINGS) or "0",
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
