"""Functions of the connection's own that plans call in SQLite: storing, counting, the time."""

from __future__ import annotations

import json
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.context import active
from freshdb.emulation.storing import Rules, column_of, enum_number, set_number
from freshdb.emulation.values import decode, encode, plain
from freshdb.emulation.variables import read_variable
from freshdb.errors import EmulationError


def register_helpers(session: Any) -> None:
    """Register them on a session's connection."""
    Helpers(session)


class Helpers:
    """The functions; each begins with `fd_` in SQL."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.context = session.context
        self._escalated = False
        self._rules: dict[str, Rules] = {}
        create = session.connection.create_function
        create("fd_store", 4, self._store, deterministic=True)
        # Deterministic, it would refuse a constant before SQLite knows of any row to write.
        create("fd_store_row", 4, self._store)
        create("fd_upsert", 2, self._upsert)
        create("fd_number", 2, session.numbers.number)
        create("fd_enum_number", 2, enum_number, deterministic=True)
        create("fd_set_number", 2, set_number, deterministic=True)
        create("fd_variable", 1, lambda name: read_variable(self.context, name))
        create("fd_now", 2, self._now)
        create("fd_not_null", 2, self._not_null)
        create("fd_plain", 1, plain, deterministic=True)
        create("fd_calm", -1, self._calm)
        create("fd_window", 2, folded, deterministic=True)
        create("current_timestamp", 0, lambda: self._now("datetime", 0))
        session.connection.create_aggregate("fd_single", 1, self._single())

    def _store(self, value: Any, facts: str, strict: int, row: int) -> Any:
        rules = self._rules.get(facts)
        if rules is None:
            column, table = column_of(facts)
            rules = self._rules[facts] = Rules(column, table, self.context)
        active.context = self.context
        try:
            return rules.store(value, strict=bool(strict), row=row)
        except (MySQLError, EmulationError) as error:
            self.context.pending_error = error
            raise

    def _calm(self, *after: Any) -> Any:
        """Let warnings be warnings; called again with a value, let them be errors as before."""
        if not after:
            self._escalated, self.context.escalates = self.context.escalates, False
            return 1
        self.context.escalates = self._escalated
        return after[0]

    def _not_null(self, value: Any, column: str) -> Any:
        if value is None:
            self.context.pending_error = MySQLError(
                1048, "23000", f"Column '{column}' cannot be null"
            )
            raise self.context.pending_error
        return value

    def _upsert(self, changes: int, number: Any) -> int:
        self.session.matched += 1
        self.session.changed += bool(changes)
        self.session.changed_id = number
        return int(bool(changes))

    def _now(self, kind: str, digits: int) -> str:
        from freshdb.emulation.functions.spec import SPECS

        name = {"datetime": "NOW", "date": "CURDATE", "time": "CURTIME"}[kind]
        arguments = () if kind == "date" else (digits,)
        return str(plain(encode(SPECS[name].body(self.context, *arguments))))

    def _single(self) -> type:
        context = self.context

        class Single:
            def __init__(self) -> None:
                self.count, self.value = 0, None

            def step(self, value: Any) -> None:
                self.count += 1
                self.value = value
                if self.count > 1:
                    error = MySQLError(1242, "21000", "Subquery returns more than 1 row")
                    context.pending_error = error
                    raise error

            def finalize(self) -> Any:
                return self.value

        return Single


def folded(registered: str, rows: str) -> Any:
    """Return an aggregate over the rows of a window's frame, given as a JSON array."""
    from freshdb.emulation.functions.spec import SPECS

    aggregate = SPECS[registered.removeprefix("my_").upper()].body()
    for row in json.loads(rows):
        aggregate.step(*[decode(value) for value in row])
    return encode(aggregate.value())
