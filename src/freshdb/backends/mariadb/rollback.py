"""The transaction that a test of the strategy `rollback` runs in, and what would end it unseen.

In MariaDB and MySQL many statements commit first: all DDL, `TRUNCATE`, `LOCK TABLES`, a second
`BEGIN`. After one of them there is nothing left to roll back, and no error says so. So they are
refused by name, and at the end the server is asked whether the transaction is still the first.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from freshdb.backends.mariadb.connections import in_transaction
from freshdb.errors import ImplicitCommitError

_SAVEPOINT = "freshdb_outer"
_NO_SUCH_SAVEPOINT = 1305
_SHOWN = 200

_COMMENTS = re.compile(r"/\*(?!M?!).*?\*/|#[^\n]*|--(?=\s|$)[^\n]*", re.DOTALL)
# `/*!40000 ALTER … */` is run by servers from that version on.
_OPENED = re.compile(r"/\*M?!\d*")
_COMMITS = re.compile(
    r"""[\s(]*(?:
      (?: ALTER | ANALYZE | BACKUP | CACHE\s+INDEX | CHANGE | CHECK | COMMIT | FLUSH | GRANT
        | INSTALL | LOAD\s+INDEX | LOCK | OPTIMIZE | RENAME | REPAIR | RESET | REVOKE
        | START | STOP | TRUNCATE | UNINSTALL | UNLOCK ) \b
    | BEGIN \b (?! \s+NOT\s+ATOMIC )
    | CREATE \b (?! \s+ (?:OR\s+REPLACE\s+)? TEMPORARY \b )
    | DROP \b (?! \s+ (?:TEMPORARY | PREPARE) \b )
    | ROLLBACK \b (?! \s+ (?:WORK\s+)? TO \b )
    | SET \s+ (?: PASSWORD | DEFAULT\s+ROLE ) \b
    | SET \b .* \b autocommit \s* :?= \s* (?: 1 | ON | TRUE )
    )""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=4096)
def commits_implicitly(statement: str) -> bool:
    """Tell whether a statement ends the transaction that it is run in, by its words.

    A procedure that holds such a statement is not recognised; `OuterTransaction.end` sees it.
    """
    bare = _OPENED.sub(" ", _COMMENTS.sub(" ", statement))
    return _COMMITS.match(bare) is not None


class OuterTransaction:
    """The transaction around a test, on the one connection that all its sessions share.

    Args:
        connection: a DBAPI connection, or SQLAlchemy's stand-in for that of an async driver.
        owner: the test, for messages.
    """

    def __init__(self, connection: Any, owner: str) -> None:
        self._connection = connection
        self._owner = owner
        self._guilty: str | None = None

    def begin(self) -> None:
        """Begin, with a savepoint that the server forgets when the transaction ends."""
        self._run("START TRANSACTION", f"SAVEPOINT {_SAVEPOINT}")

    def before(self, statement: str) -> None:
        """Refuse a statement that would end the transaction.

        Raises:
            ImplicitCommitError: it would; it has not been run.
        """
        if commits_implicitly(statement):
            raise _error(statement, self._owner, "would end", "it was not run")

    def after(self, statement: str) -> None:
        """Note the first statement after which the server says that there is no transaction."""
        if self._guilty is None and in_transaction(self._driver()) is False:
            self._guilty = statement

    def end(self) -> None:
        """Undo all that the test wrote.

        Raises:
            ImplicitCommitError: the transaction had been ended before; what was written until then
                is in the branch, which must be reset.
        """
        try:
            self._run(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        except Exception as error:
            if _NO_SUCH_SAVEPOINT not in getattr(error, "args", ()):
                raise
            self._run("ROLLBACK")
            raise _error(
                self._guilty or "a statement inside a procedure or of the driver's",
                self._owner, "has ended", "its rows are in the branch, which is reset",
            ) from None  # fmt: skip
        self._run("ROLLBACK")

    def _driver(self) -> Any:
        return getattr(self._connection, "_connection", None) or self._connection

    def _run(self, *statements: str) -> None:
        cursor = self._connection.cursor()
        try:
            for statement in statements:
                cursor.execute(statement)
        finally:
            cursor.close()


def _error(statement: str, owner: str, verb: str, consequence: str) -> ImplicitCommitError:
    shown = " ".join(statement.split())
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return ImplicitCommitError(
        f"`{owner}` runs in one transaction, which this {verb}: `{shown}`; {consequence}",
        statement=statement,
        owner=owner,
        hint='mark the test `@pytest.mark.freshdb(strategy="reset")`: MariaDB and MySQL commit '
        "before DDL, `TRUNCATE`, `LOCK TABLES` and a second `BEGIN`",
    )
