"""End the server's sessions that work in a database, so that nothing of a test lives on in them.

A session may hold a transaction, locks (`LOCK TABLES`, `GET_LOCK`), user variables, temporary
tables, prepared statements and changed settings. Most of that can be seen from outside, but not
changed settings, and not MariaDB's temporary tables. So a session outlives a test only if whoever
has seen all its statements vouches for it, and the server shows nothing against it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from contextlib import suppress

from freshdb.backends.mariadb.admin import PROGRAM, Admin, Row, literal

END_TIMEOUT_S = 5.0
_POLL_S = 0.0003
# Before each look at a session that seems to work in the database; on a busy machine it may be kept
# waiting in the midst of what lasts for a moment.
_PAUSES_S = (0.0, 0.0, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032)
# Whoever reads `information_schema` locks each table in this way for a moment.
_IS_LOCK_TO_STAY = "m.lock_type <> 'SHARED_HIGH_PRIO'"


def session_queries(name: str) -> list[str]:
    """Return queries for the sessions in a database, and for those that hold something.

    The first two tell which there are, and the others which of them may not live on.
    """
    database, threads = literal(name), "performance_schema.threads t"
    inside = (
        f"SELECT processlist_id, processlist_command FROM {threads} "
        f"WHERE processlist_db = {database} AND processlist_id <> CONNECTION_ID()"
    )
    locks = (
        f"SELECT t.processlist_id, m.object_schema = {database} "
        f"FROM performance_schema.metadata_locks m JOIN {threads} "
        "ON t.thread_id = m.owner_thread_id WHERE t.processlist_id <> CONNECTION_ID() "
        f"AND {_IS_LOCK_TO_STAY}"
    )
    variables = (
        "SELECT DISTINCT t.processlist_id FROM performance_schema.user_variables_by_thread v "
        f"JOIN {threads} ON t.thread_id = v.thread_id"
    )
    # Not `innodb_trx`: who asks it more often than every 0.1 s is told what was so some time ago. A
    # transaction has locks of the first kind on whatever it has touched.
    return [inside, locks, variables]


def sessions_to_end(results: Sequence[Sequence[Row]], keep: Collection[int]) -> set[int]:
    """Return the sessions that must not outlive the test, given the answers to the queries.

    Args:
        results: the rows of each of `session_queries`.
        keep: sessions that are known to have run nothing but plain reads and writes of rows.
    """
    inside, locks, *_ = results
    here = {session for session, _ in inside} | {session for session, is_here in locks if is_here}
    return here - (set(keep) - _holding(results) - _at_work(results))


def may_have_answered(results: Sequence[Sequence[Row]], keep: Collection[int]) -> bool:
    """Tell whether a session to be kept holds nothing, and only seems to run a statement.

    The server answers its client first, and a moment later notes that the session sleeps.
    """
    return bool(_at_work(results) & set(keep) - _holding(results))


def _at_work(results: Sequence[Sequence[Row]]) -> set[int]:
    return {session for session, command in results[0] if command != "Sleep"}


def _holding(results: Sequence[Sequence[Row]]) -> set[int]:
    return {row[0] for rows in results[1:] for row in rows}


def bystanders(
    admin: Admin, name: str, results: Sequence[Sequence[Row]], sessions: Collection[int]
) -> set[int]:
    """Return those of some sessions that are at work for something else than a database.

    They are freshdb's own, in whatever process; and those that read `information_schema`: of such
    a session the server says that it is in one database after the other, each for a moment.

    Args:
        admin: asks the server.
        name: the database.
        results: the rows of each of `session_queries` for it.
        sessions: of these, those that sleep in the database are none.
    """
    doubtful = set(sessions) - {one for one, command in results[0] if command == "Sleep"}
    if not doubtful:
        return set()
    query = _bystander_query(name, doubtful)
    found: set[int] = set()
    with_locks = {session for session, is_here in results[1] if is_here}
    for pause_s in _PAUSES_S:
        time.sleep(pause_s)
        found |= {int(session) for (session,) in admin.rows(query)}
        if not doubtful - with_locks - found:
            break
    return found


def _bystander_query(name: str, sessions: Collection[int]) -> str:
    locks = (
        "SELECT 1 FROM performance_schema.metadata_locks m WHERE m.owner_thread_id = t.thread_id "
        f"AND m.object_schema = {literal(name)} AND {_IS_LOCK_TO_STAY}"
    )
    own = (
        "SELECT processlist_id FROM performance_schema.session_connect_attrs "
        f"WHERE attr_name = 'program_name' AND attr_value = {literal(PROGRAM)}"
    )
    return (
        "SELECT t.processlist_id FROM performance_schema.threads t "
        f"WHERE t.processlist_id IN ({', '.join(map(str, sessions))}) AND ("
        f"t.processlist_id IN ({own}) OR "
        f"NOT t.processlist_db <=> {literal(name)} AND NOT EXISTS ({locks}))"
    )


def end_sessions(admin: Admin, sessions: Collection[int]) -> bool:
    """End sessions, and tell whether all of them are gone, with their locks, in good time."""
    for session in sessions:
        # It may have gone by itself meanwhile.
        with suppress(Exception):
            admin.run(f"KILL {session}")
    if not sessions:
        return True
    waiting = (
        "SELECT COUNT(*) FROM information_schema.processlist "
        f"WHERE id IN ({', '.join(map(str, sessions))})"
    )
    deadline = time.monotonic() + END_TIMEOUT_S
    while admin.rows(waiting)[0][0]:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def end_detached_transactions(admin: Admin) -> int:
    """Roll back prepared XA transactions whose session is gone, and return how many there were.

    They belong to no session and no database, and keep their locks for ever.
    """
    ended = 0
    for format_id, global_length, _, data in admin.rows("XA RECOVER FORMAT = 'SQL'"):
        del format_id, global_length
        # Where it belongs to a session that is there, it is that one's, and the server refuses.
        with suppress(Exception):
            admin.run(f"XA ROLLBACK {data}")
            ended += 1
    return ended
