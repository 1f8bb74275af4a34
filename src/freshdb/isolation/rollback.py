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
from functools import lru_cache
from types import FunctionType
from typing import Any

from freshdb.errors import RollbackError
from freshdb.isolation.patches import Patches

_TEST = "freshdb_test"
_ENDS = re.compile(
    r"\s*(COMMIT|END|ABORT|BEGIN|START\s+TRANSACTION|PREPARE\s+TRANSACTION|"
    r"ROLLBACK(?!\s+(WORK\s+|TRANSACTION\s+)?TO\b))\b",
    re.IGNORECASE,
)
_READS = re.compile(r"\s*(SELECT|SHOW|VALUES|TABLE)\b(?!.*\bINTO\b)", re.IGNORECASE | re.DOTALL)
_HINT = 'let the test use real commits: `@pytest.mark.freshdb(strategy="reset")`'
_ENDED = "something has ended it: a driver's own commit, or a lost connection"
_SHOWN = 100


@lru_cache(maxsize=4096)
def ends_transaction(statement: str) -> bool:
    """Tell whether an SQL text begins or ends a transaction by itself."""
    return _ENDS.match(statement) is not None


class OuterTransaction:
    """The transaction around a test, on the one connection that all its stand-ins share.

    Args:
        connection: a DBAPI connection, or SQLAlchemy's adapter of an async one.
        owner: the test's name, for messages.
    """

    def __init__(self, connection: Any, owner: str) -> None:
        self.connection = connection
        self._owner = owner
        self._open: list[StandIn] = []
        self._number = 0
        self._is_begun = False
        self._lock = threading.RLock()
        self._running: object = None
        # The first thing that went wrong; the test is failed for it.
        self.error: RollbackError | None = None

    def stand_in(self) -> StandIn:
        return StandIn(self)

    # What stand-ins ask for

    def enter(self, stand_in: StandIn) -> None:
        """Begin a stand-in's transaction if it is in none."""
        if stand_in.savepoint:
            return
        with self._lock:
            if not self._is_begun:
                self._is_begun = True
                _execute(self.connection, f"SAVEPOINT {_TEST}")
            self._number += 1
            stand_in.savepoint = f"freshdb_{self._number}"
            stand_in.has_written = stand_in.commits_above = False
            self._open.append(stand_in)
            _execute(self.connection, f"SAVEPOINT {stand_in.savepoint}")

    def commit(self, stand_in: StandIn) -> None:
        if not stand_in.savepoint:
            return
        self._require_top(stand_in, "commits")
        # As a real commit does, and in a savepoint of its own: they are deferred again after it.
        name = stand_in.savepoint
        _run(
            self.connection,
            f"SAVEPOINT {name}_c; SET CONSTRAINTS ALL IMMEDIATE; "
            f"ROLLBACK TO SAVEPOINT {name}_c; RELEASE SAVEPOINT {name}",
        )
        self._leave(stand_in)
        if self._open and stand_in.has_written:
            self._open[-1].commits_above = True

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
        back = "" if stand_in.commits_above else f"ROLLBACK TO SAVEPOINT {name}; "
        try:
            _run(self.connection, f"{back}RELEASE SAVEPOINT {name}")
        except Exception:
            # Told when the test ends; whoever rolls back has trouble enough.
            self.fail(_ENDED)
        self._leave(stand_in)

    def forget(self, stand_in: StandIn) -> None:
        """Let a stand-in go whose connection was given up."""
        if stand_in.savepoint and self._open[-1:] == [stand_in]:
            self._leave(stand_in)

    # What the listeners tell

    def before(self, stand_in: StandIn, statement: str, worker: object) -> None:
        """Refuse a statement that one transaction cannot hold.

        Raises:
            RollbackError: it would end the transaction, or another task or thread is at work.
        """
        if ends_transaction(statement):
            shown = " ".join(statement.split())[:_SHOWN]
            raise self.fail(f"`{shown}` would end it")
        if self._running is not None and self._running != worker:
            raise self.fail("two tasks or threads use its one connection at the same time")
        self._running = worker
        stand_in.has_written = stand_in.has_written or _READS.match(statement) is None

    def after(self) -> None:
        self._running = None

    # The end

    def end(self) -> None:
        """Undo all that the test wrote, and see whether it was all in this transaction."""
        if not self._is_begun:
            return
        self._is_begun = False
        for stand_in in self._open:
            stand_in.savepoint = ""
        self._open.clear()
        try:
            _execute(self.connection, f"ROLLBACK TO SAVEPOINT {_TEST}")
        except Exception:
            if self.error is None:
                self.fail(_ENDED)
        self.connection.rollback()

    @property
    def is_begun(self) -> bool:
        return self._is_begun

    def begin_again(self, owner: str) -> None:
        """Serve another test."""
        self._owner = owner
        self._running = None
        self.error = None

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


class StandIn:
    """A DBAPI connection to the application: its transactions are savepoints of the outer one."""

    _OWN = ("_outer", "savepoint", "has_written", "commits_above")

    def __init__(self, outer: OuterTransaction) -> None:
        self._outer = outer
        self.savepoint = ""
        self.has_written = False
        self.commits_above = False

    @property  # type: ignore[misc]  # drivers look at it
    def __class__(self) -> type[Any]:
        return type(self._outer.connection)

    @property
    def outer(self) -> OuterTransaction:
        return self._outer

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        self._outer.enter(self)
        return self._outer.connection.cursor(*args, **kwargs)

    def commit(self) -> None:
        self._outer.commit(self)

    def rollback(self) -> None:
        self._outer.roll_back(self)

    def close(self) -> None:
        """Give the stand-in up; the real connection serves the others."""
        self._outer.forget(self)

    terminate = close

    def set_isolation_level(self, level: object) -> None:
        raise self._outer.fail(f"it asks for `isolation_level` {level}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outer.connection, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._OWN:
            object.__setattr__(self, name, value)
            return
        if name in ("autocommit", "isolation_level"):
            if value:
                raise self._outer.fail(f"it asks for `{name}` {value}")
            return
        setattr(self._outer.connection, name, value)


class UnwrappedForPsycopg2:
    """Lets psycopg2's `register_type`, written in C, have the real connection of a stand-in."""

    def __init__(self) -> None:
        self._patches = Patches()

    def start(self) -> None:
        import psycopg2.extensions

        original = psycopg2.extensions.register_type

        def register_type(kind: Any, connection: Any = None) -> Any:
            real = connection.outer.connection if type(connection) is StandIn else connection
            return original(kind, real)

        if not isinstance(original, FunctionType):
            self._patches.replace(psycopg2.extensions, "register_type", register_type)

    def stop(self) -> None:
        self._patches.undo()


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
