"""The function, in SQL, that asks what was written to a branch and undoes it; pure."""

from __future__ import annotations

from freshdb.backends.postgres.reset.plan import (
    BIG,
    EMPTY,
    REFILL,
    SCHEMA,
    Plan,
    Sequence,
    Table,
)
from freshdb.backends.postgres.reset.questions import GROWN, LOG, MARK, SEQUENCE, SESSION, TABLE
from freshdb.servers.postgres.quoting import literal

GROWN_BYTES = 512 * 1024


def undoing(plan: Plan, question: str) -> str:
    """Return the statement that makes the function.

    It returns nothing where it has undone all, or the tables that have `grown` much by that; else
    it returns what it has found, and has undone nothing. `calm` says that whoever is connected
    and idle has been seen to.
    """
    cached = [str(number) for number, one in enumerate(plan.sequences) if one.is_cached]
    rows = f"{TABLE}', '{MARK}', '{LOG}', '{SEQUENCE}"
    sessions = "true" if plan.takes_locks or plan.changes_sessions else "NOT what::int = ANY (keep)"
    tables = [_undone(table) for table in plan.tables]
    sequences = [f"PERFORM {_setval(one)};" for one in plan.sequences]
    return f"""
CREATE FUNCTION pg_temp.freshdb_undo(keep int[], calm boolean)
RETURNS TABLE (kind text, what text) LANGUAGE plpgsql AS $freshdb$
#variable_conflict use_column
DECLARE
  seen record;
  one record;
BEGIN
  SELECT array_agg(kind) AS kinds, array_agg(what) AS whats,
    coalesce(bool_or(CASE
      WHEN kind = '{SESSION}' THEN NOT calm AND {sessions}
      WHEN kind = '{SEQUENCE}' THEN NOT calm AND what = ANY ('{{{",".join(cached)}}}')
      ELSE kind NOT IN ('{rows}') END), false) AS is_more
  INTO seen FROM ({question}) AS asked (kind, what);
  IF seen.is_more THEN
    RETURN QUERY SELECT * FROM unnest(seen.kinds, seen.whats);
    RETURN;
  END IF;
  FOR one IN SELECT * FROM unnest(seen.kinds, seen.whats) AS them (kind, what)
    WHERE kind <> '{SESSION}' LOOP
    IF one.kind = '{SEQUENCE}' THEN {_choice("one.what::int", sequences)}
    ELSE {_choice("one.what::int", tables)} END IF;
  END LOOP;
END $freshdb$"""


def _choice(number: str, statements: list[str], first: int = 0) -> str:
    """Return what runs one of some statements, by its number.

    By halves: each comparison costs as much as a look at a table, so a `CASE` would cost most.
    """
    if len(statements) < 2:
        return "".join(statements)
    half = len(statements) // 2
    return (
        f"IF {number} < {first + half} THEN {_choice(number, statements[:half], first)} "
        f"ELSE {_choice(number, statements[half:], first + half)} END IF;"
    )


def _undone(table: Table) -> str:
    """Return what the function does for a table that was written."""
    if table.way == BIG:
        return ""
    most = max(GROWN_BYTES, 4 * table.baseline_bytes)
    return (
        "; ".join([*_restoring(table), *_unmarked(table)])
        + f"; IF pg_relation_size({table.oid}) > {most} THEN RETURN QUERY SELECT '{GROWN}', "
        f"{literal(table.name)}; END IF;"
    )


def _restoring(table: Table) -> list[str]:
    """Return the statements that give a table its baseline rows back."""
    if table.way == EMPTY:
        return [f"DELETE FROM ONLY {table.name}"]
    into = f"INSERT INTO {table.name} ({table.listed}) OVERRIDING SYSTEM VALUE SELECT"
    if table.way == REFILL:
        rows = f"{SCHEMA}.rows_{table.oid}"
        return [f"DELETE FROM ONLY {table.name}", f"{into} {table.listed} FROM {rows}"]
    assert table.way != BIG
    log = f"{SCHEMA}.undo_{table.oid}"
    key = ", ".join(table.key)
    first = f"{SCHEMA}.first_{table.oid}"
    earliest = f"SELECT DISTINCT ON ({key}) * FROM {log} ORDER BY {key}, freshdb_number"
    return [
        # A copy, since undoing writes to the log as well.
        f"INSERT INTO {first} {earliest}",
        f"DELETE FROM ONLY {table.name} WHERE ({key}) IN (SELECT {key} FROM {first})",
        f"{into} {table.listed} FROM {first} WHERE freshdb_was_there",
        f"DELETE FROM {log}",
        f"DELETE FROM {first}",
    ]


def _unmarked(table: Table) -> list[str]:
    if table.way == EMPTY:
        return []
    return [f"PERFORM setval('{SCHEMA}.mark_{table.oid}', 1, false)"]


def _setval(sequence: Sequence) -> str:
    called = "true" if sequence.is_called else "false"
    return f"setval({literal(sequence.name)}, {sequence.last_value}, {called})"
