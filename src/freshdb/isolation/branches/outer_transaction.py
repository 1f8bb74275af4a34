"""The strategy `rollback`: all that a test does on a server happens in one outer transaction.

The application's connections to a branch are stand-ins for one real connection. A transaction of
the application's is a savepoint of the outer one: its commit checks deferred constraints and
releases the savepoint, its rollback goes back to it. Savepoints nest and never overlap, so where
two connections of a test do, nothing could be right, and it is an error that says so.

What a rollback does not undo, sequences above all, is undone by the reset that follows.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from freshdb.backends import Transactions
from freshdb.errors import RollbackError
from freshdb.isolation.owners.owner import current_task

if TYPE_CHECKING:
    from freshdb.isolation.connections.stand_ins import StandIn

# The savepoint of a test's first transaction stays to its end: who ends the outer one, ends it too.
_TEST = "freshdb_test"
_READS = re.compile(r"\s*(SELECT|SHOW|VALUES|TABLE)\b(?!.*\bINTO\b)", re.IGNORECASE | re.DOTALL)
# What cannot make a constraint that is deferred.
_ROWS = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|VALUES|WITH)\b[^;]*;?\s*$", re.IGNORECASE
)
_HINT = 'let the test use real commits: `@pytest.mark.freshdb(strategy="reset")`'
_ENDED = "something has ended it: a driver's own commit, or a lost connection"
_SHOWN = 100


class OuterTransaction:
    """The transaction around a test, on the one connection that all its stand-ins share.

    Args:
        connection: a DBAPI connection, or SQLAlchemy's adapter of an async one.
        owner: the test's name, for messages.
        product: how its transactions are.
    """

    def __init__(self, connection: Any, owner: str, product: Transactions) -> None:
        self.connection = connection
        self._product = product
        # Whether something of the test's may stay in the connection, which then serves no other.
        self.is_spoiled = False
        self._ended_by = ""
        self._owner = owner
        self._open: list[StandIn] = []
        self._number = 0
        self._is_begun = False
        self._lock = threading.RLock()
        self._running: object = None
        # Whether a commit has anything to check; None where that is to be asked.
        self._is_checked: bool | None = None
        # Whether the last cursor was made for a statement that is not known yet.
        self._awaits_statement = False
        # The first thing that went wrong; the test is failed for it.
        self.error: RollbackError | None = None

    # What stand-ins ask for

    def enter(self, stand_in: StandIn) -> None:
        """Begin a stand-in's transaction if it is in none."""
        if stand_in.savepoint:
            return
        with self._lock:
            stand_in.has_written = stand_in.commits_above = False
            self._open.append(stand_in)
            if not self._is_begun:
                self._is_begun = True
                stand_in.savepoint = _TEST
                for statement in (*self._product.begin, f"SAVEPOINT {_TEST}"):
                    # Through a cursor, which lets the driver begin its transaction.
                    _execute(self.connection, statement)
                return
            self._number += 1
            stand_in.savepoint = f"freshdb_{self._number}"
            self._run(f"SAVEPOINT {stand_in.savepoint}")

    def commit(self, stand_in: StandIn) -> None:
        if not stand_in.savepoint:
            return
        self._require_top(stand_in, "commits")
        if self._ended_by:
            raise self.fail(self._what_ended_it)
        name = stand_in.savepoint
        self._run(*self._checks(name), *_released(name))
        self._leave(stand_in)
        if self._open and stand_in.has_written:
            self._open[-1].commits_above = True

    def _checks(self, name: str) -> tuple[str, ...]:
        """Return what checks deferred constraints, as a real commit does."""
        if not self._product.check:
            return ()
        self._note_unseen()
        if self._is_checked is None:
            self._is_checked = bool(_value(self.connection, self._product.is_checked))
        if not self._is_checked:
            return ()
        # In a savepoint of its own: they are deferred again after it.
        return f"SAVEPOINT {name}_c", self._product.check, f"ROLLBACK TO SAVEPOINT {name}_c"

    def roll_back(self, stand_in: StandIn) -> None:
        if not stand_in.savepoint:
            return
        self._require_top(stand_in, "rolls back")
        name = stand_in.savepoint
        if stand_in.commits_above and stand_in.has_written:
            raise self.fail(
                "a connection of its rolls back, and another one has committed since it began"
            )
        # One that has only read keeps what others have committed meanwhile.
        back = () if stand_in.commits_above else (f"ROLLBACK TO SAVEPOINT {name}",)
        try:
            self._run(*back, *_released(name))
        except Exception:
            # Told when the test ends; whoever rolls back has trouble enough.
            self.fail(self._what_ended_it)
        self._leave(stand_in)

    def forget(self, stand_in: StandIn) -> None:
        """Let a stand-in go whose connection was given up."""
        if stand_in.savepoint and self._open[-1:] == [stand_in]:
            self._leave(stand_in)

    def expect_statement(self) -> None:
        """Note that a cursor is made."""
        self._note_unseen()
        self._awaits_statement = True

    def _note_unseen(self) -> None:
        """Take what the last cursor has run unseen, if it has, for anything."""
        if self._awaits_statement:
            self._awaits_statement, self._is_checked = False, None

    # What the listeners tell

    def before(self, stand_in: StandIn, statement: str) -> None:
        """Refuse a statement that one transaction cannot hold.

        Raises:
            RollbackError: it would end the transaction, or another task or thread is at work.
        """
        if self._product.ends(statement):
            raise self.fail(f"`{_shown(statement)}` would end it")
        worker = _worker()
        if self._running is not None and self._running != worker:
            raise self.fail("two tasks or threads use its one connection at the same time")
        self._running = worker
        self._awaits_statement = False
        if _ROWS.match(statement) is None:
            self._is_checked = None
        stand_in.has_written = stand_in.has_written or _READS.match(statement) is None

    def after(self, statement: str = "") -> None:
        """Note that a statement is done, and whether the transaction is over with it."""
        self._running = None
        if not self._ended_by and self._product.is_over(driver_of(self.connection)):
            self._ended_by = statement

    # The end

    def end(self) -> None:
        """Undo all that the test wrote, and see whether it was all in this transaction."""
        if not self._is_begun:
            return
        self._is_begun = False
        for stand_in in self._open:
            stand_in.savepoint = ""
        self._open.clear()
        # With both in one round trip, most drivers have nothing left to do in theirs.
        both = ("ROLLBACK",) if self._product.runs_scripts else ()
        try:
            self._run(f"ROLLBACK TO SAVEPOINT {_TEST}", *both)
        except Exception:
            if self.error is None:
                self.fail(self._what_ended_it)
        self.connection.rollback()

    @property
    def is_begun(self) -> bool:
        return self._is_begun

    @property
    def is_busy(self) -> bool:
        """Whether a task or thread is in the middle of a statement."""
        return self._running is not None

    def begin_again(self, owner: str) -> None:
        """Serve another test."""
        self._owner = owner
        self._running = None
        self._ended_by = ""
        self.error = None

    @property
    def _what_ended_it(self) -> str:
        return f"`{_shown(self._ended_by)}` has ended it" if self._ended_by else _ENDED

    def _run(self, *statements: str) -> None:
        """Run statements, in one round trip where the product can."""
        if not statements:
            return
        if self._product.runs_scripts:
            _run(self.connection, "; ".join(statements))
        else:
            for statement in statements:
                _execute(self.connection, statement)

    def _leave(self, stand_in: StandIn) -> None:
        self._open.remove(stand_in)
        stand_in.savepoint = ""

    def _require_top(self, stand_in: StandIn, verb: str) -> None:
        if self._open[-1] is not stand_in:
            raise self.fail(f"a connection of its {verb} while another one, begun later, is open")

    def fail(self, what: str) -> RollbackError:
        """Note what went wrong, to fail the test for at its end, and return it as an error."""
        error = RollbackError(
            f"`{self._owner}` runs in one transaction (strategy `rollback`), and {what}", hint=_HINT
        )
        self.error = self.error or error
        return error


def _worker() -> object:
    """Return what tells one task or thread from another."""
    return threading.get_ident(), id(current_task())


def _released(savepoint: str) -> tuple[str, ...]:
    return () if savepoint == _TEST else (f"RELEASE SAVEPOINT {savepoint}",)


def _shown(statement: str) -> str:
    return " ".join(statement.split())[:_SHOWN]


def driver_of(connection: Any) -> Any:
    """Return the driver's own connection of a DBAPI one."""
    return connection.driver_connection if hasattr(connection, "run_async") else connection


def _execute(connection: Any, statement: str) -> None:
    """Run a statement through a cursor, which begins a transaction where there is none."""
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
    finally:
        cursor.close()


def _value(connection: Any, query: str) -> Any:
    cursor = connection.cursor()
    try:
        cursor.execute(query)
        return cursor.fetchone()[0]
    finally:
        cursor.close()


def _run(connection: Any, script: str) -> None:
    """Run several statements in one round trip."""
    run_async: Callable[..., Any] | None = getattr(connection, "run_async", None)
    if run_async is None:
        _execute(connection, script)
        return
    try:
        run_async(lambda driver: driver.execute(script))
    except Exception as error:
        translate = getattr(connection, "_handle_exception", None)
        if translate is not None:
            translate(error)
        raise
