"""`information_schema` and the little of `pg_catalog` that applications ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import quote, refused

Outputs = list[tuple[str, str]]
Tables = dict[str, dict[str, tuple[str, Any]]]
Required = dict[str, set[str]]
Rows = Iterator[tuple[Any, ...]]
_OF_SEQUENCE = ["last_value", "log_cnt", "is_called"]
_OF_SQLITE = ("sqlite_", "_freshdb")


def information(schema: str, view: str, tables: Tables, required: Required) -> tuple[str, Outputs]:
    """Return the rows of a view of the server's own, and its columns.

    Args:
        schema: `information_schema` or `pg_catalog`.
        view: the view's name.
        tables: the tables with their columns.
        required: of each table the columns that are never NULL.

    Raises:
        EmulationError: there is none here.
    """
    found = _VIEWS.get(f"{schema}.{view}")
    if found is None:
        hint = f"there are {', '.join(sorted(_VIEWS))}"
        raise refused(f"{schema}.{view}", hint)
    columns, rows = found
    names = [name for name, _ in columns]
    listed = [f"({', '.join(map(_constant, row))})" for row in rows(_own(tables), required)]
    head = ", ".join(f"NULL AS {name}" for name in names)
    if not listed:
        return f"SELECT {head} WHERE 0", columns
    body = f"VALUES {', '.join(listed)}"
    return f"WITH q({', '.join(names)}) AS ({body}) SELECT * FROM q", columns


def _own(tables: Tables) -> Tables:
    return {
        name: found
        for name, found in tables.items()
        if not name.startswith(_OF_SQLITE) and [*found] != _OF_SEQUENCE
    }


def _constant(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else quote(value)


def _tables(tables: Tables, required: Required) -> Rows:
    for name in sorted(tables):
        yield "postgres", "public", name, "BASE TABLE"


def _columns(tables: Tables, required: Required) -> Rows:
    for table in sorted(tables):
        for at, (name, (kind, _)) in enumerate(tables[table].items(), 1):
            shown = "ARRAY" if types.element(kind) else types.shown(kind)
            nullable = "NO" if name in required.get(table, ()) else "YES"
            yield "postgres", "public", table, name, at, shown, nullable


def _pg_tables(tables: Tables, required: Required) -> Rows:
    for name in sorted(tables):
        yield "public", name, "postgres"


_TEXTS = ("table_catalog", "table_schema", "table_name")
_VIEWS: dict[str, tuple[Outputs, Callable[[Tables, Required], Rows]]] = {
    "information_schema.tables": (
        [(name, "text") for name in (*_TEXTS, "table_type")],
        _tables,
    ),
    "information_schema.columns": (
        [
            *((name, "text") for name in (*_TEXTS, "column_name")),
            ("ordinal_position", "int4"),
            ("data_type", "text"),
            ("is_nullable", "text"),
        ],
        _columns,
    ),
    "pg_catalog.pg_tables": (
        [("schemaname", "text"), ("tablename", "text"), ("tableowner", "text")],
        _pg_tables,
    ),
}
