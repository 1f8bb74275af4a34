"""Undo what a test wrote to a Postgres database in place, and tell whether that is all of it.

A function in our own session asks what was written, by its `marks`, and undoes it, in one
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
from freshdb.backends.postgres.reset.plan import Plan
from freshdb.backends.postgres.reset.questions import (
    BUSY,
    GROWN,
    HOLDERS_OF_LOCKS,
    NOTHING_TEMPORARY,
    OBJECT,
    PREPARED,
    REFUSED,
    SEQUENCE,
    SESSION,
    SETTING,
    TEMPORARY,
    questions,
)
from freshdb.backends.postgres.reset.undoing import undoing
from freshdb.errors import ServerError
from freshdb.servers.postgres.quoting import literal
from freshdb.servers.postgres.wire import Connection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from freshdb.backends.postgres.server import PostgresServer
    from freshdb.servers.postgres.messages import Row

MOST_ROUNDS = 5
LOCK_TIMEOUT_MS = 2000


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
            f"{undoing(plan, self._question)}; {NOTHING_TEMPORARY}; "
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
        return " UNION ALL ".join(questions(self._plan, is_private=self._server.is_private))

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
            busy |= {int(pid or 0) for (pid,) in self._connection.query(HOLDERS_OF_LOCKS)}
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
                self._connection.query(NOTHING_TEMPORARY)
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
