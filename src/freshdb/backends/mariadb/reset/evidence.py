"""What the server tells of a branch, all of it in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from freshdb.backends.mariadb.admin import Admin, Row
from freshdb.backends.mariadb.reset.counters import Counts, counts_from, counts_query
from freshdb.backends.mariadb.reset.next_ids import ids_from, ids_query
from freshdb.backends.mariadb.reset.schema_watch import SchemaWatch
from freshdb.backends.mariadb.reset.sessions import session_queries


@dataclass(frozen=True)
class Evidence:
    """The server's answers.

    Attributes:
        sessions: to `session_queries`.
        schema: to the queries of the watch.
        counts: how often each table was written; None where that does not matter.
        ids: where InnoDB is with each table's ids.
    """

    sessions: Sequence[Sequence[Row]]
    schema: Sequence[Sequence[Row]]
    counts: Counts | None
    ids: dict[str, int]


class Looks:
    """Asks the server about a branch.

    Args:
        admin: freshdb's connection.
        name: the branch's database.
        watch: tells whether its schema has changed.
    """

    def __init__(self, admin: Admin, name: str, watch: SchemaWatch) -> None:
        self._admin = admin
        self._name = name
        self._watch = watch

    def take(self, *, with_sessions: bool = True, with_counts: bool = True) -> Evidence:
        """Ask, and wait for the answers."""
        queries = self.queries(with_sessions=with_sessions, with_counts=with_counts)
        answers = self._admin.all_rows(*queries)
        return self.seen(answers, with_sessions=with_sessions, with_counts=with_counts)

    def queries(self, *, with_sessions: bool = True, with_counts: bool = True) -> list[str]:
        """Return what is asked."""
        sessions = session_queries(self._name) if with_sessions else []
        counts = [counts_query(self._name)] if with_counts else []
        return [ids_query(self._admin, self._name), *counts, *sessions, *self._watch.queries()]

    def seen(
        self,
        answers: Sequence[Sequence[Row]],
        *,
        with_sessions: bool = True,
        with_counts: bool = True,
    ) -> Evidence:
        """Return the answers to `queries` by what they are about."""
        ids, *results = answers
        found = counts_from(results.pop(0)) if with_counts else None
        number = len(session_queries(self._name)) if with_sessions else 0
        return Evidence(results[:number], results[number:], found, ids_from(ids))
