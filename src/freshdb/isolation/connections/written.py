"""How many rows each test wrote to which table, for the record of a run."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import ExecuteStyle

from freshdb.isolation.owners import OwnerStack

_COUNTED = "_freshdb_rows_are_counted"
_WRITES = re.compile(
    r"\s*(?:INSERT(?:\s+OR\s+\w+|\s+IGNORE)?\s+INTO|REPLACE(?:\s+INTO)?|UPDATE(?:\s+ONLY)?|DELETE\s+FROM"
    r"|TRUNCATE(?:\s+TABLE)?|COPY)\s+([\w.\"`\[\]]+)",
    re.IGNORECASE,
)


class WrittenRows:
    """Counts rows by owner and table, as the drivers tell them; what triggers write is not seen.

    Args:
        owners: who is at work.
    """

    def __init__(self, owners: OwnerStack) -> None:
        self._owners = owners
        self._rows: dict[str, Counter[str]] = {}

    def start(self) -> None:
        """Begin to listen to all engines."""
        event.listen(Engine, "after_cursor_execute", self._note)

    def stop(self) -> None:
        """Listen no more."""
        event.remove(Engine, "after_cursor_execute", self._note)

    def take(self, owner: str) -> dict[str, int]:
        """Return what an owner has written so far, and forget it."""
        return dict(self._rows.pop(owner, ()))

    def _note(
        self,
        conn: Any,
        cursor: Any,
        statement: str,
        parameters: Any,
        context: Any,
        executemany: bool,
    ) -> None:
        table = written_table(statement, context)
        if table is None:
            return
        owner = self._owners.innermost
        rows = _rows_of(cursor, parameters, context, executemany=executemany)
        self._rows.setdefault(owner.name, Counter())[table] += rows


def _rows_of(cursor: Any, parameters: Any, context: Any, *, executemany: bool) -> int:
    """Return how many rows a statement has written, as far as driver and parameters tell."""
    told: int = getattr(cursor, "rowcount", -1)
    if told > 0:
        return told
    if not executemany:
        return 1  # a driver that cannot tell says -1; one that returns rows has not counted yet
    if context is None or context.execute_style is not ExecuteStyle.INSERTMANYVALUES:
        return len(parameters)
    # An INSERT of many rows with RETURNING comes in batches: all are counted with the first.
    if getattr(context, _COUNTED, False):
        return 0
    setattr(context, _COUNTED, True)
    return len(context.compiled_parameters)


def written_table(statement: str, context: Any = None) -> str | None:
    """Return the table that a statement writes to, None if it writes to none."""
    if context is not None and (context.isinsert or context.isupdate or context.isdelete):
        compiled = context.compiled
        table = getattr(getattr(compiled, "statement", None), "table", None)
        if table is not None:
            return str(getattr(table, "fullname", table))
    found = _WRITES.match(statement)
    return re.sub(r'["`\[\]]', "", found[1]) if found else None
