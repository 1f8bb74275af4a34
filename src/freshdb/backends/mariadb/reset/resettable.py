"""Make a MariaDB or MySQL branch pristine in place: only what was written is put back.

It costs some milliseconds, against forty and more for a new copy. What cannot be proved right is
refused, and the caller makes a new copy.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from freshdb.backends.mariadb.admin import Admin, Row, quoted
from freshdb.backends.mariadb.reset.counters import (
    counts_from,
    counts_query,
    reason_not_to_trust_counters,
    stop_counting_own,
)
from freshdb.backends.mariadb.reset.evidence import Evidence, Looks
from freshdb.backends.mariadb.reset.next_ids import NextIds
from freshdb.backends.mariadb.reset.restore import (
    SMALL_TABLE_ROWS,
    Dirt,
    redefined_tables,
    statements_to_restart,
    statements_to_restore,
)
from freshdb.backends.mariadb.reset.schema_watch import never_counted, watch_for
from freshdb.backends.mariadb.reset.sessions import (
    bystanders,
    end_detached_transactions,
    end_sessions,
    may_have_answered,
    session_queries,
    sessions_to_end,
)
from freshdb.backends.mariadb.schema import TRANSACTIONAL, Definition, Table
from freshdb.errors import ServerError

_MOST_LOOKS = 10
_BETWEEN_LOOKS_S = 0.001


@dataclass(frozen=True)
class Outcome:
    """What a reset has done; it is true if the branch is as its template again.

    Attributes:
        reason: why that could not be proved; None if it was.
        tables: those that were put back.
        ended_sessions: the server's numbers of the sessions that were ended.
    """

    reason: str | None
    tables: tuple[str, ...] = ()
    ended_sessions: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.reason is None


@dataclass(frozen=True)
class _Question:
    """What was asked when a reset began.

    Attributes:
        keep: sessions that have run nothing but plain reads and writes of rows.
        rolled_back: whether all was written in a transaction that was rolled back.
        with_counts: whether it matters how often each table was written.
        restarted: tables whose ids were set back in the same breath.
    """

    keep: Collection[int]
    rolled_back: bool
    with_counts: bool
    restarted: tuple[str, ...] = ()


class ResettableSchema:
    """A branch that nobody has connected to yet.

    Args:
        admin: freshdb's connection; not used by others meanwhile.
        template: what the branch was copied from, and gets its rows from.
        name: the branch's database.
        is_private: whether all on the server is freshdb's.
    """

    def __init__(
        self, admin: Admin, template: Definition, name: str, *, is_private: bool = False
    ) -> None:
        self._admin = admin
        self._is_private = is_private
        self._template = template
        self._name = name
        self._tables = {table.name: table for table in template.tables}
        self._names = {*self._tables, *(sequence.name for sequence in template.sequences)}
        self._large = _large_tables(admin, template)
        self._distrust = reason_not_to_trust_counters(admin)
        stop_counting_own(admin)
        self._open_all_tables()
        self._watch = watch_for(admin, template, name)
        self._question = _Question((), rolled_back=False, with_counts=True)
        self._looks = Looks(admin, name, self._watch)
        self._ids = NextIds(admin, self._tables, name)
        look = self._looks.take()
        self._counts, self._ids.baseline = look.counts or {}, look.ids
        # All that a rollback can leave is seen by the ids.
        self._all_have_ids = not template.sequences and self._ids.are_of_all_tables
        if not self._names <= self._counts.keys():
            self._distrust = self._distrust or "performance_schema does not count all tables"

    def begin(self, *, keep: Collection[int] = (), rolled_back: bool = False) -> None:
        """Ask what was written; the server looks while nobody waits for it.

        Args:
            keep: sessions that have run nothing but plain reads and writes of rows; they live on
                if the server shows nothing against them.
            rolled_back: whether all was written in a transaction that was rolled back. That leaves
                ids that were given out, and rows of tables that are not transactional.

        Raises:
            ServerError: the server is gone.
        """
        rolled_back = rolled_back and bool(keep)
        with_counts = not (rolled_back and self._all_have_ids)
        self._question = _Question(keep, rolled_back, with_counts)
        if not keep:
            return
        # The server forgets what it has counted of a table whose ids are set back.
        if not with_counts and self._watch.sees_past_restarts():
            self._question = replace(self._question, restarted=self._ids.take_likely())
        restarts = map(self._ids.restart_at_once, self._question.restarted)
        self._admin.ask(*restarts, *self._looks.queries(with_counts=with_counts))

    def finish(self) -> Outcome:
        """Undo all that was written, end the sessions that wrote it, and say what was done.

        Raises:
            ServerError: the server is gone.
        """
        asked = self._question
        with self._admin.lock:
            try:
                look = self._first_look() if asked.keep else None
            except ServerError:
                raise
            except Exception as error:
                return Outcome(f"what was written could not be seen: {error}")
            sessions = look.sessions if look is not None else self._all_sessions()
            doomed = self._doomed(sessions, asked.keep)
            if not end_sessions(self._admin, doomed):
                return Outcome("a session does not end", (), doomed)
            if look is None or doomed:
                # Not before: what an ended session was in the middle of is counted when it is gone.
                look = self._looks.take(with_sessions=False, with_counts=asked.with_counts)
            return self._undo(look, doomed, rolled_back=asked.rolled_back)

    def reset(self, *, keep: Collection[int] = (), rolled_back: bool = False) -> Outcome:
        """Begin, and wait until it is finished."""
        self.begin(keep=keep, rolled_back=rolled_back)
        return self.finish()

    def has_changed(self) -> bool:
        """Tell whether anything was written that a reset would undo or refuse."""
        with self._admin.lock:
            look = self._looks.take(with_sessions=False)
            return self._reason_to_refuse(look) is not None or bool(self._dirty(look))

    def distrust(self, reason: str) -> None:
        """Refuse to reset the branch from now on: something was written that is not counted."""
        self._distrust = reason

    def _dirty(self, look: Evidence) -> set[str]:
        if look.counts is None:
            return self._ids.tables_moved(look.ids)
        written = {name for name in self._names if look.counts[name] != self._counts[name]}
        return written | never_counted(self._template, self._watch)

    def _undo(self, look: Evidence, ended: frozenset[int], *, rolled_back: bool) -> Outcome:
        reason = self._reason_to_refuse(look)
        if reason is not None:
            return Outcome(reason, (), ended)
        dirty = self._dirty(look)
        if any(self._tables[name].is_versioned for name in dirty & self._tables.keys()):
            return Outcome("a table that keeps its rows' history was written", (), ended)
        self._counts = look.counts if look.counts is not None else self._counts
        try:
            self._put_back(dirty, look.ids, rolled_back=rolled_back)
        except ServerError:
            raise
        except Exception as error:
            return Outcome(f"its rows could not be put back: {error}", (), ended)
        return Outcome(None, tuple(sorted(dirty)), ended)

    def _all_sessions(self) -> Sequence[Sequence[Row]]:
        return self._admin.all_rows(*session_queries(self._name)[:2])

    def _doomed(self, sessions: Sequence[Sequence[Row]], keep: Collection[int]) -> frozenset[int]:
        found = sessions_to_end(sessions, keep)
        return frozenset(found - bystanders(self._admin, self._name, sessions, found))

    def _first_look(self) -> Evidence:
        """Return what was asked for, or look anew where a session may just have answered."""
        asked = self._question
        answers = self._admin.answers()[len(asked.restarted) :]
        if asked.restarted:
            self._watch.note(redefined=asked.restarted)
        look = self._looks.seen(answers, with_counts=asked.with_counts)
        for _ in range(_MOST_LOOKS):
            if not may_have_answered(look.sessions, asked.keep):
                break
            time.sleep(_BETWEEN_LOOKS_S)
            look = self._looks.take(with_counts=asked.with_counts)
        return look

    def _reason_to_refuse(self, look: Evidence) -> str | None:
        if self._distrust is not None:
            return self._distrust
        if self._watch.is_changed(look.schema, look.counts):
            return "its schema was changed"
        if look.counts is not None and not self._names <= look.counts.keys():
            return "the server does not count all of its tables any more"
        return None

    def _put_back(self, dirty: Collection[str], ids: dict[str, int], *, rolled_back: bool) -> None:
        tables = [self._tables[name] for name in sorted(dirty) if name in self._tables]
        dirt = [
            Dirt(
                table,
                id_moved=moved > 0,
                rows_may_differ=not (rolled_back and table.engine in TRANSACTIONAL),
                is_large=table.name in self._large,
                has_many_new=moved > SMALL_TABLE_ROWS,
            )
            for table, moved in self._ids.moved(tables, ids)
        ]
        if rolled_back:
            self._ids.note_moved([one.table.name for one in dirt if one.id_moved])
        statements = [
            *statements_to_restart(self._template, dirty),
            *statements_to_restore(self._template, dirt),
        ]
        if statements:
            is_counted = any(one.rows_may_differ for one in dirt) or len(tables) < len(dirty)
            self._write(statements, is_counted=is_counted and self._are_counted(statements, dirt))

    def _are_counted(self, statements: Iterable[str], dirt: Iterable[Dirt]) -> bool:
        """Tell whether the counters may have moved by freshdb's own writes."""
        uncounted = ("DELETE", "INSERT", "ALTER TABLE")
        return (
            self._admin.is_counted
            or not all(statement.startswith(uncounted) for statement in statements)
            or any(one.table.engine not in TRANSACTIONAL for one in dirt)
        )

    def _write(self, statements: list[str], *, is_counted: bool) -> None:
        """Run the SQL, and take the counts of its own writes for none.

        InnoDB's `ALTER TABLE … AUTO_INCREMENT` alone is not counted as a write.
        """
        self._admin.use(self._name)
        queries = list(statements)
        if is_counted:
            queries.append(counts_query(self._name))
        try:
            results = self._admin.all_rows(*queries)
        except Exception:
            # Nobody may be at work here but a transaction that has lost its session.
            if not self._is_private or not end_detached_transactions(self._admin):
                raise
            results = self._admin.all_rows(*queries)
        if is_counted:
            self._counts = counts_from(results[-1])
        if not self._names <= self._counts.keys():
            # `ALTER TABLE` makes a table that is not InnoDB's anew, and its counts with it.
            self._open_all_tables()
            self._counts = self._looks.take(with_sessions=False).counts or {}
        self._watch.note(redefined=redefined_tables(statements))

    def _open_all_tables(self) -> None:
        """Let the server count all tables: it does so from when they are first opened."""
        here = quoted(self._name)
        queries = [f"SELECT 1 FROM {here}.{quoted(name)} LIMIT 0" for name in sorted(self._names)]
        if queries:
            self._admin.all_rows(*queries)


def _large_tables(admin: Admin, template: Definition) -> set[str]:
    source = quoted(template.name)
    return {
        table.name
        for table in template.tables
        if table.has_rows and _is_large(admin, source, table)
    }


def _is_large(admin: Admin, source: str, table: Table) -> bool:
    query = f"SELECT 1 FROM {source}.{quoted(table.name)} LIMIT 1 OFFSET {SMALL_TABLE_ROWS}"
    return bool(admin.rows(query))
