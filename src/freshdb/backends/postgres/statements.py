"""What a statement may leave behind in the session that it runs in."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def is_harmless(statement: str) -> bool:
    """Tell whether a statement leaves nothing in its session: settings, locks, temporary tables.

    What it does to the database need not be harmless: the marks show that. Several statements in
    one text are taken apart at semicolons; one in a literal makes the text look harmful, at worst.
    """
    return all(
        _HARMLESS.match(part) is not None and _HARMFUL.search(part) is None
        for part in statement.split(";")
        if part.strip()
    )


_HARMLESS = re.compile(
    r"(\s|--[^\n]*\n|/\*.*?\*/)*\(?\s*"
    r"(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES|TABLE|COPY|TRUNCATE|EXPLAIN|LOCK|NOTIFY|"
    r"BEGIN|START|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE|SHOW|CALL|"
    r"SET\s+(LOCAL|TRANSACTION|CONSTRAINTS)|(CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE))\b",
    re.IGNORECASE | re.DOTALL,
)
_HARMFUL = re.compile(
    r"\b(set_config|pg_advisory\w*|pg_try_advisory_lock\w*|TEMP|TEMPORARY|CREATE\s+TABLE\s+pg_temp|"
    r"(ALTER|CREATE)\s+(ROLE|USER|DATABASE)|setseed|dblink\w*|lo_open)\b",
    re.IGNORECASE,
)
