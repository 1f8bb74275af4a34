"""Carry what a fixture wrote from one Postgres database to another, row by row.

Layers are images, one on top of the other. Where a lower one is taken out, what lies above is put
on what lies below: the rows that differ between two images, found by comparing their text.
"""

from __future__ import annotations

from collections import Counter

from freshdb.backends.postgres.reset.plan import Sequence, Table, read_plan
from freshdb.servers.postgres.quoting import literal
from freshdb.servers.postgres.wire import Connection

_SCHEMA = """
SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
  SELECT format('%s.%s %s %s', n.nspname, c.relname, c.relkind,
    (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull,
      attidentity, attgenerated), ',' ORDER BY attnum) FROM pg_attribute
      WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped)) AS line
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '_freshdb')
  UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index
  WHERE indrelid >= 16384 AND indrelid::regclass::text NOT LIKE '\\_freshdb.%'
    AND indrelid::regclass::text NOT LIKE 'pg_toast.%'
  UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
  WHERE oid >= 16384 AND conrelid::regclass::text NOT LIKE '\\_freshdb.%'
  UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger
  WHERE NOT tgisinternal AND NOT starts_with(tgname, 'freshdb_')
  UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', '_freshdb')
  UNION ALL SELECT viewname || ' ' || definition FROM pg_views
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
) AS lines
"""


def schema_of(connection: Connection) -> str:
    """Return a text that is the same for databases with the same schema."""
    return connection.value(_SCHEMA) or ""


def merge_rows(target: Connection, before: Connection, after: Connection) -> None:
    """Put on `target` what differs from `before` to `after`; of two changes to a row, it wins."""
    _carry(target, before, after, may_replace=True)


def apply_rows(target: Connection, before: Connection, after: Connection) -> None:
    """The same for a database in use, where a row in the same place is an error."""
    _carry(target, before, after, may_replace=False)


def _carry(target: Connection, before: Connection, after: Connection, *, may_replace: bool) -> None:
    old, new = read_plan(before), read_plan(after)
    known = {table.name for table in read_plan(target).tables}
    target.query("BEGIN; SET LOCAL session_replication_role = replica")
    try:
        earlier = {table.name: table for table in old.tables}
        for table in new.tables:
            if table.name in earlier and table.name in known:
                _carry_table(target, before, after, table, may_replace=may_replace)
        _carry_sequences(target, old.sequences, new.sequences)
        target.query("COMMIT")
    except BaseException:
        target.query("ROLLBACK")
        raise


def _carry_table(
    target: Connection, before: Connection, after: Connection, table: Table, *, may_replace: bool
) -> None:
    read = f"COPY (SELECT {table.listed} FROM ONLY {table.name}) TO STDOUT"
    old, new = Counter(before.copy_out(read)), Counter(after.copy_out(read))
    gone, come = list((old - new).elements()), list((new - old).elements())
    if not gone and not come:
        return
    same = " AND ".join(
        f"t.{column} IS NOT DISTINCT FROM f.{column}" for column in (table.key or table.columns)
    )
    for lines, is_new in ((gone, False), (come, True)):
        if not lines:
            continue
        target.query(
            f"CREATE TEMP TABLE freshdb_rows ON COMMIT DROP AS "
            f"SELECT {table.listed} FROM {table.name} WITH NO DATA"
        )
        target.copy_in("COPY freshdb_rows FROM STDIN", lines)
        if not is_new or (may_replace and table.key):
            target.query(f"DELETE FROM ONLY {table.name} t USING freshdb_rows f WHERE {same}")
        if is_new:
            target.query(
                f"INSERT INTO {table.name} ({table.listed}) OVERRIDING SYSTEM VALUE "
                f"SELECT {table.listed} FROM freshdb_rows"
            )
        target.query("DROP TABLE freshdb_rows")


def _carry_sequences(
    target: Connection, before: tuple[Sequence, ...], after: tuple[Sequence, ...]
) -> None:
    """Let a sequence that was moved stand where it stood, and never further back than it is."""
    earlier = {sequence.name: sequence for sequence in before}
    for sequence in after:
        if sequence.name in earlier and earlier[sequence.name] != sequence:
            target.query(
                f"SELECT setval({literal(sequence.name)}, "
                f"greatest(last_value, {sequence.last_value}), "
                f"is_called OR {'true' if sequence.is_called else 'false'}) FROM {sequence.name}"
            )
