"""What a statement may leave behind in the connection that it runs in."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def is_harmless(statement: str) -> bool:
    """Tell whether a statement changes rows at most, and nothing of its connection.

    Not so are, among others, `PRAGMA name = value`, `ATTACH` and temporary tables, which stay with
    a connection for as long as it lives.
    """
    return _HARMLESS.match(statement) is not None


_HARMLESS = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|VALUES|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|"
    r"PRAGMA\s+((main|temp)\.)?(table_|index_|foreign_key_list|database_list)\w*)\b",
    re.IGNORECASE,
)
