"""How values are stored in one column, strict or not, and what is said of those that do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from freshdb.emulation.catalog import Column
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import Context
from freshdb.emulation.storing import members, moments, numbers, texts
from freshdb.emulation.values import decode, encode

_DATE_WORDS = {"date": "date", "datetime": "datetime", "time": "time"}


class Rules:
    """How values are stored in one column.

    Attributes:
        strict: what does not fit is an error, and not a warning with something near.
    """

    def __init__(self, column: Column, table: str, context: Context) -> None:
        self.column = column
        self.type = column.type
        self.table = table
        self.context = context
        self.strict = True
        self.row = 1
        self._store: Callable[[Rules, Any], Any] = KEEPERS.get(self.type.kind, _anything)

    def store(self, stored: Any, *, strict: bool = True, row: int = 1) -> Any:
        """Return what SQLite keeps for a value.

        Raises:
            MySQLError: 1264, 1265, 1292, 1366, 1406, where the value does not fit.
        """
        if stored is None:
            return None
        self.strict = strict and self.context.is_strict
        self.row = row
        return self._store(self, decode(stored))

    # What is said of a value that does not fit

    def complain(self, code: int, sqlstate: str, message: str) -> None:
        if self.strict:
            raise MySQLError(code, sqlstate, message)
        self.context.warn(code, message)

    def out_of_range(self) -> None:
        self.complain(
            1264, "22003", f"Out of range value for column '{self.column.name}' at row {self.row}"
        )

    def truncated(self) -> None:
        self.complain(
            1265, "01000", f"Data truncated for column '{self.column.name}' at row {self.row}"
        )

    def too_long(self) -> None:
        self.complain(
            1406, "22001", f"Data too long for column '{self.column.name}' at row {self.row}"
        )

    def incorrect(self, word: str, value: Any) -> None:
        code, state = (1292, "22007") if word in _DATE_WORDS else (1366, "22007")
        name = f"`{self.context.database}`.`{self.table}`.`{self.column.name}`"
        self.complain(
            code,
            state,
            f"Incorrect {word} value: '{characters(value)}' for column {name} at row {self.row}",
        )


def _anything(rules: Rules, value: Any) -> Any:
    return encode(value)


KEEPERS: dict[str, Callable[[Rules, Any], Any]] = {
    "int": numbers.store_int,
    "uint": numbers.store_int,
    "bool": numbers.store_int,
    "year": numbers.store_year,
    "bit": numbers.store_bit,
    "decimal": numbers.store_decimal,
    "double": numbers.store_double,
    "text": texts.store_text,
    "bytes": texts.store_bytes,
    "json": texts.store_json,
    "enum": members.store_enum,
    "set": members.store_set,
    "date": moments.store_date,
    "datetime": moments.store_datetime,
    "time": moments.store_time,
}


@lru_cache(maxsize=4096)
def column_of(facts: str) -> tuple[Column, str]:
    """Return the column that a statement's text describes."""
    described = json.loads(facts)
    return Column.from_facts(described["c"]), described["t"]
