"""How MariaDB's and MySQL's transactions are, for a test that runs in one.

In MariaDB and MySQL many statements commit first: all DDL, `TRUNCATE`, `LOCK TABLES`, a second
`BEGIN`. After one of them there is nothing left to roll back, and no error says so. So they are
refused by name, and after each statement the server's answer is looked at.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from freshdb.backends import Transactions
from freshdb.backends.mariadb.connections import in_transaction

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

    A procedure that holds such a statement is not recognised; the server's answer shows it.
    """
    bare = _OPENED.sub(" ", _COMMENTS.sub(" ", statement))
    return _COMMITS.match(bare) is not None


def is_over(driver_connection: Any) -> bool:
    """Tell whether the server has said that a connection is in no transaction any more."""
    return in_transaction(driver_connection) is False


TRANSACTIONS = Transactions(
    # In an engine that commits by itself, no statement begins one.
    begin=("START TRANSACTION",),
    check="",
    is_checked="",
    runs_scripts=False,
    ends=commits_implicitly,
    is_over=is_over,
)
