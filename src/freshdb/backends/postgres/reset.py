"""Undo what a test wrote to a Postgres database in place, and tell whether that is all of it.

A function in our own session asks what was written, by the marks of `plan`, and undoes it, in one
round trip that the client need not wait for. `session_replication_role` is `replica`: no trigger
of the application's fires, and foreign keys, in cycles or not, are not looked at. Where more than
rows and sequences is in question, it returns what it has found, and does nothing: the client sees
to that, and asks again. What the marks cannot undo (a changed schema, above all) is refused, and
the caller makes a new copy.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from freshdb.backends import Resettable
from freshdb.backends.postgres.plan import (
    BIG,
    EMPTY,
    LARGE_OBJECTS,
    REFILL,
    SCHEMA,
    UNDO,
    Plan,
    Sequence,
    Table,
)
from freshdb.errors import ServerError
from freshdb.servers.postgres.quoting import literal
from freshdb.servers.postgres.wire import Connection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from freshdb.backends.postgres.server import PostgresServer
    from freshdb.servers.postgres.messages import Row

# What was found, as the first column of the answer tells it.
TABLE, MARK, LOG, SEQUENCE = "table", "mark", "log", "sequence"
BUSY, SESSION, PREPARED, OBJECT, SETTING = "busy", "session", "prepared", "object", "setting"
TEMPORARY, REFUSED, GROWN = "temporary", "refused", "grown"
MOST_ROUNDS = 5
LOCK_TIMEOUT_MS = 2000
GROWN_BYTES = 512 * 1024


class ResettableDatabase(Resettable):
    """A branch that is as its baseline now, and can be made so again.

    Args:
        server: where it is.
        connection: to the branch; kept open, and closed with this.
        plan: of the baseline.
    """

    def __init__(self, server: PostgresServer, connection: Connection, plan: Plan) -> None:
        self._server = server
        self._connection = connection
        self._plan = plan
        self._why_not = ""
        self._keep: Collection[int] = ()
        self._ended: set[int] = set()
        # The role is set once: each change of it lets the server forget its plans, which cost far
        # more than what is asked. Making the function counts as a change; it is nobody's.
        connection.query(
            f"SET session_replication_role = replica; SET lock_timeout = {LOCK_TIMEOUT_MS}; "
            "SET plan_cache_mode = force_generic_plan; "
            f"{_undoing(plan, self._question)}; {_NOTHING_TEMPORARY}; "
            "PREPARE freshdb_undo AS SELECT * FROM pg_temp.freshdb_undo($1, $2)"
        )

    @property
    def why_not(self) -> str:
        return self._why_not

    @property
    def ended(self) -> set[int]:
        return self._ended

    def begin(self, keep: Collection[int] = (), *, rolled_back: bool = False) -> None:
        """Begin to undo all that was written.

        Connections that are in the middle of something are ended, whoever is to be kept.
        """
        self._ended.clear()
        self._keep = frozenset(keep)
        try:
            self._connection.send(_undo(keep, is_calm=False))
            self._why_not = ""
        except ServerError as error:
            self._why_not = error.fact

    def finish(self) -> bool:
        """Wait until all is undone, and tell whether that could be proved right."""
        if not self._why_not:
            try:
                self._why_not = self._see_to(self._connection.receive())
            except ServerError as error:
                self._why_not = error.fact
        return not self._why_not

    def close(self) -> None:
        self._connection.close()

    def has_changed(self) -> bool:
        """Tell whether anything was committed that a reset would undo or refuse."""
        found = self._connection.query(self._question)
        return any(kind not in (BUSY, SESSION) for kind, _ in found)

    @property
    def _question(self) -> str:
        return " UNION ALL ".join(_questions(self._plan, is_private=self._server.is_private))

    def _see_to(self, rows: list[Row]) -> str:
        """See to what is left to the client, and return what cannot be undone, or nothing."""
        for _ in range(MOST_ROUNDS):
            found = [(kind or "", what or "") for kind, what in rows]
            if all(kind == GROWN for kind, _ in found):
                self._shrink(what for _, what in found)
                return ""
            refused = [what for kind, what in found if kind == REFUSED]
            if refused:
                return refused[0]
            # What was in the middle of something may have committed just before its end.
            is_calm = self._settle(found)
            rows = self._connection.query(_undo(self._keep, is_calm=is_calm))
        return "its connections did not come to rest"

    def _settle(self, found: list[tuple[str, str]]) -> bool:
        """End what is unfinished, and tell whether nobody had to be ended.

        Going through the server's locks costs as much as all other questions together. Sessions
        that are to be kept ran nothing that takes one, unless a function of the baseline's did.
        """
        busy = {int(what) for kind, what in found if kind == BUSY}
        if self._plan.changes_sessions or any(self._stays(*one) for one in found):
            busy |= {int(what) for kind, what in found if kind == SESSION}
        else:
            busy |= {int(pid or 0) for (pid,) in self._connection.query(_HOLDERS_OF_LOCKS)}
        if busy:
            self._server.end_sessions(sorted(busy), self._connection)
            self._ended |= busy
        for kind, what in found:
            if kind == PREPARED:
                self._connection.query(f"ROLLBACK PREPARED {literal(what)}")
            elif kind == OBJECT:
                self._connection.query(f"SELECT lo_unlink({what})")
            elif kind == SETTING:
                self._connection.query(what)
            elif kind == TEMPORARY:
                self._connection.query(_NOTHING_TEMPORARY)
        return not busy

    def _stays(self, kind: str, what: str) -> bool:
        """Tell whether something that was found may be in connections too, which then must end."""
        if kind == SEQUENCE:
            return self._plan.sequences[int(what)].is_cached
        return kind in (TEMPORARY, SETTING)

    def _shrink(self, names: Iterator[str]) -> None:
        """Make tables small again: dead rows are looked through each time, and tests get slower."""
        for name in names:
            with contextlib.suppress(ServerError):
                self._connection.query(f"VACUUM {name}")


def _undo(keep: Collection[int], *, is_calm: bool) -> str:
    listed = ",".join(str(pid) for pid in keep)
    return f"EXECUTE freshdb_undo('{{{listed}}}', {is_calm})"


def _undoing(plan: Plan, question: str) -> str:
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


_OWN_DATABASE = "(SELECT oid FROM pg_database WHERE datname = current_database())"
_HOLDERS_OF_LOCKS = (
    f"SELECT pid FROM pg_lock_status() WHERE locktype = 'advisory' "
    f"AND database = {_OWN_DATABASE} AND pid <> pg_backend_pid()"
)

_NOTHING_TEMPORARY = f"SELECT setval('{SCHEMA}.temporary', 1, false)"


def _questions(plan: Plan, *, is_private: bool) -> Iterator[str]:
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
    if not plan.role_settings and is_private:
        yield (
            f"SELECT '{SETTING}', format('ALTER ROLE %s RESET ALL', setrole::regrole) "
            "FROM pg_db_role_setting WHERE setdatabase = 0 AND setrole <> 0"
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
