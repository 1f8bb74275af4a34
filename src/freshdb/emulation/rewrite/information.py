"""information_schema and SHOW: rows out of the catalog, as a derived table that can be filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from freshdb.emulation import values
from freshdb.emulation.catalog import quote_name
from freshdb.emulation.describing import INFORMATION, Raw, information_rows
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.scope import Output
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import INT, TEXT
from freshdb.errors import EmulationError

_NUMBERS = frozenset(
    [
        "ORDINAL_POSITION",
        "CHARACTER_MAXIMUM_LENGTH",
        "CHARACTER_OCTET_LENGTH",
        "NUMERIC_PRECISION",
        "NUMERIC_SCALE",
        "DATETIME_PRECISION",
        "TABLE_ROWS",
        "AVG_ROW_LENGTH",
        "DATA_LENGTH",
        "MAX_DATA_LENGTH",
        "INDEX_LENGTH",
        "DATA_FREE",
        "AUTO_INCREMENT",
        "VERSION",
        "NON_UNIQUE",
        "SEQ_IN_INDEX",
        "CARDINALITY",
        "SUB_PART",
        "POSITION_IN_UNIQUE_CONSTRAINT",
        "Non_unique",
        "Seq_in_index",
        "Cardinality",
        "Code",
        "Id",
        "Maxlen",
        "Sortlen",
    ]
)


def information_table(writer: Writer, name: str, label: str) -> tuple[str, list[Output]]:
    """Return a table of information_schema as a derived table, with its columns.

    Raises:
        MySQLError: 1109, where the server has no such table either.
        EmulationError: the server has it, the emulation has not.
    """
    upper = name.upper()
    names = INFORMATION.get(upper)
    if names is None:
        if upper.startswith(
            (
                "INNODB_",
                "PROCESSLIST",
                "GLOBAL_",
                "SESSION_",
                "ENGINES",
                "PLUGINS",
                "COLLATIONS",
                "CHARACTER_SETS",
                "PARAMETERS",
            )
        ):
            listed = ", ".join(sorted(INFORMATION))
            raise EmulationError(
                f"information_schema.{name} is not supported", hint=f"there are: {listed}"
            )
        raise MySQLError(1109, "42S02", f"Unknown table '{name}' in information_schema")
    return rows_table(names, information_rows(upper, writer.catalog, writer.context), label)


def rows_table(
    names: Sequence[str], rows: Iterable[Sequence[Any]], label: str
) -> tuple[str, list[Output]]:
    """Return rows as a derived table."""
    outputs = [
        Output(
            name,
            Written(f"{quote_name(label)}.{quote_name(name)}", INT if name in _NUMBERS else TEXT),
        )
        for name in names
    ]
    listed = [f"({', '.join(_constant(value) for value in row)})" for row in rows]
    columns = ", ".join(
        f"column{number} AS {quote_name(name)}" for number, name in enumerate(names, 1)
    )
    if not listed:
        empty = ", ".join(f"NULL AS {quote_name(name)}" for name in names)
        return f"(SELECT {empty} WHERE 0)", outputs
    return f"(SELECT {columns} FROM (VALUES {', '.join(listed)}))", outputs


def _constant(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, (int, float)):
        return str(int(value)) if isinstance(value, bool) else str(value)
    return values.quote(str(value))
