"""How Postgres's transactions are, for a test that runs in one."""

from __future__ import annotations

import re
from functools import lru_cache

from freshdb.backends import Transactions

_ENDS = re.compile(
    r"\s*(COMMIT|END|ABORT|BEGIN|START\s+TRANSACTION|PREPARE\s+TRANSACTION|"
    r"ROLLBACK(?!\s+(WORK\s+|TRANSACTION\s+)?TO\b))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def ends_transaction(statement: str) -> bool:
    """Tell whether an SQL text begins or ends a transaction by itself."""
    return _ENDS.match(statement) is not None


TRANSACTIONS = Transactions(
    begin=(),
    check="SET CONSTRAINTS ALL IMMEDIATE",
    is_checked=(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE condeferrable) "
        "OR EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgdeferrable)"
    ),
    runs_scripts=True,
    ends=ends_transaction,
    # Without its transaction it has no savepoints, which is seen soon enough.
    is_over=lambda driver_connection: False,
)
