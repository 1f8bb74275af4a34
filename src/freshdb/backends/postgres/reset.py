"""Undo what a test wrote to a Postgres database in place, and tell whether that is all of it.

One round trip asks what was written, by the marks of `plan`; another undoes it, in one
transaction of a session whose `session_replication_role` is `replica`: no trigger of the
application's fires, and foreign keys, in cycles or not, are not looked at. All of it is prepared,
as parsing and planning would take longer than the work. What the marks cannot undo (a changed
schema, above all) is refused, and the caller makes a new copy.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from freshdb.backends.postgres.plan import (
    BIG,
    EMPTY,
    LARGE_OBJECTS,
    REFILL,
    SCHEMA,
    UNDO,
    Plan,
    Table,
)
from freshdb.errors import ServerError
from freshdb.servers.postgres.wire import Connection, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from freshdb.backends.postgres.server import PostgresServer

# What was found, as the first column of the question's answer tells it.
TABLE, MARK, LOG, SEQUENCE = "table", "mark", "log", "sequence"
BUSY, SESSION, PREPARED, OBJECT, SETTING = "busy", "session", "prepared", "object", "setting"
TEMPORARY, REFUSED = "temporary", "refused"
MOST_ROUNDS = 5
LOCK_TIMEOUT_MS = 2000
GROWN_BYTES = 512 * 1024


class ResettableDatabase:
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
        # Processes of the server whose connections were ended: their clients must be told.
        self.ended: set[int] = set()
        # Statements that undo, by their text, with the number that they are prepared under.
        self._prepared: dict[str, int] = {}
        asked = " UNION ALL ".join(_questions(plan, is_private=server.is_private))
        # Set once: each change of the role lets the server forget its plans, which cost far more
        # than what is asked.
        connection.query(
            f"SET session_replication_role = replica; SET lock_timeout = {LOCK_TIMEOUT_MS}; "
            f"PREPARE freshdb_question AS {asked}; PREPARE freshdb_grown AS {_GROWN}"
        )

    @property
    def why_not(self) -> str:
        return self._why_not

    def reset(self, keep: Collection[int] = (), *, rolled_back: bool = False) -> bool:
        """Undo all that was written, and tell whether that could be proved right.

        Connections that are in the middle of something are ended, whoever is to be kept.
        """
        self.ended.clear()
        try:
            self._why_not = self._reset(keep)
        except ServerError as error:
            self._why_not = error.fact
        return not self._why_not

    def close(self) -> None:
        self._connection.close()

    def has_changed(self) -> bool:
        """Tell whether anything was committed that a reset would undo or refuse."""
        return any(kind != BUSY for kind, _ in self._ask())

    def _ask(self, keep: Collection[int] = ()) -> list[tuple[str, str]]:
        """Return what was written, and who is in the middle of something.

        Going through the server's locks costs as much as all other questions together. Sessions
        that are to be kept ran nothing that takes one, unless a function of the baseline's did.
        """
        rows = self._connection.query("EXECUTE freshdb_question")
        found = [(kind or "", what or "") for kind, what in rows]
        others = {int(what) for kind, what in found if kind == SESSION}
        if others.difference(keep) or (others and self._plan.takes_locks):
            rows = self._connection.query(_HOLDERS_OF_LOCKS)
            found += [(kind or "", what or "") for kind, what in rows]
        return [one for one in found if one[0] != SESSION]

    def _reset(self, keep: Collection[int]) -> str:
        """Undo what was written, and return what cannot be undone, or nothing."""
        found: list[tuple[str, str]] = []
        for _ in range(MOST_ROUNDS):
            found = self._ask(keep)
            refused = [what for kind, what in found if kind == REFUSED]
            if refused:
                return refused[0]
            # What was in the middle of something may have committed just before its end.
            if not self._settle(found):
                break
        else:
            return "its connections did not come to rest"
        if found:
            self._undo(found)
        return ""

    def _settle(self, found: list[tuple[str, str]]) -> bool:
        """End what is unfinished, and tell whether there was anything."""
        busy = [int(what) for kind, what in found if kind == BUSY]
        prepared = [what for kind, what in found if kind == PREPARED]
        if self._plan.changes_sessions or any(self._stays(*one) for one in found):
            busy += [pid for pid in self._idle() if pid not in self.ended]
        if busy:
            self._server.end_sessions(busy, self._connection)
            self.ended.update(busy)
        for name in prepared:
            self._connection.query(f"ROLLBACK PREPARED {literal(name)}")
        return bool(busy or prepared)

    def _idle(self) -> list[int]:
        return self._server.sessions_of(self._connection.database, self._connection)

    def _stays(self, kind: str, what: str) -> bool:
        """Tell whether something that was found may be in connections too, which then must end."""
        if kind == SEQUENCE:
            return self._plan.sequences[int(what)].is_cached
        return kind in (TEMPORARY, SETTING)

    def _undo(self, found: list[tuple[str, str]]) -> None:
        tables = [
            self._plan.tables[int(what)] for kind, what in found if kind in (TABLE, MARK, LOG)
        ]
        statements = [one for table in tables for one in _restoring(table)]
        statements += [_setval(self._plan, int(what)) for kind, what in found if kind == SEQUENCE]
        statements += [_unmark(table) for table in tables if table.way != EMPTY]
        if (TEMPORARY, "") in found:
            statements.append(f"SELECT setval('{SCHEMA}.temporary', 1, false)")
        statements = [f"EXECUTE freshdb_{self._number_of(statement)}" for statement in statements]
        statements += [f"SELECT lo_unlink({what})" for kind, what in found if kind == OBJECT]
        statements += [what for kind, what in found if kind == SETTING]
        statements.append("COMMIT")
        if tables:
            oids = ", ".join(str(table.oid) for table in tables)
            most = ", ".join(str(max(GROWN_BYTES, 4 * t.baseline_bytes)) for t in tables)
            statements.append(f"EXECUTE freshdb_grown('{{{oids}}}', '{{{most}}}')")
        try:
            rows = self._connection.query("; ".join(("BEGIN", *statements)))
        except ServerError:
            self._connection.query("ROLLBACK")
            raise
        for (name,) in rows if tables else ():
            # Dead rows are looked through each time: without this, tests would get slower.
            with contextlib.suppress(ServerError):
                self._connection.query(f"VACUUM {name}")

    def _number_of(self, statement: str) -> int:
        """Return the number that a statement is prepared under."""
        number = self._prepared.get(statement)
        if number is None:
            number = len(self._prepared)
            self._connection.query(f"PREPARE freshdb_{number} AS {statement}")
            self._prepared[statement] = number
        return number


_OWN_DATABASE = "(SELECT oid FROM pg_database WHERE datname = current_database())"
_HOLDERS_OF_LOCKS = (
    f"SELECT '{BUSY}', pid::text FROM pg_lock_status() WHERE locktype = 'advisory' "
    f"AND database = {_OWN_DATABASE} AND pid <> pg_backend_pid()"
)

_GROWN = (
    "SELECT oid::regclass FROM unnest($1::oid[], $2::bigint[]) AS asked (oid, most) "
    "WHERE pg_table_size(oid) > most"
)


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


def _unmark(table: Table) -> str:
    return f"SELECT setval('{SCHEMA}.mark_{table.oid}', 1, false)"


def _setval(plan: Plan, number: int) -> str:
    sequence = plan.sequences[number]
    called = "true" if sequence.is_called else "false"
    return f"SELECT setval({literal(sequence.name)}, {sequence.last_value}, {called})"
