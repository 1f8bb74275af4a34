"""Dump rows of a database into a seed file, with the rows that they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.datafiles import json_writing, toml_writing, yaml_writing
from freshdb.datafiles.values import encode
from freshdb.datafiles.writing import replace
from freshdb.errors import SeedError
from freshdb.nearest import did_you_mean
from freshdb.seeds.masks import Masks

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

Rows = dict[str, list[dict[str, Any]]]
_WRITERS = {
    ".yaml": (yaml_writing.dumped, yaml_writing.NATIVE),
    ".yml": (yaml_writing.dumped, yaml_writing.NATIVE),
    ".toml": (toml_writing.dumped, toml_writing.NATIVE),
    ".json": (json_writing.dumped, json_writing.NATIVE),
}
ENDINGS = tuple(_WRITERS)
_CHUNK = 400


@dataclass(frozen=True)
class Choice:
    """Which rows to begin with.

    Attributes:
        table: a table's name.
        where: a condition in SQL, or None for all rows.
    """

    table: str
    where: str | None = None


def choices(
    names: Sequence[str], conditions: Sequence[str], tables: Mapping[str, Table]
) -> list[Choice]:
    """Return which rows are asked for: those of the tables, or all if nothing is named.

    Args:
        names: tables.
        conditions: SQL that begins with a table's name, such as `runs.id = 5`.
        tables: every table there is.

    Raises:
        SeedError: there is no such table.
    """
    found: dict[str, Choice] = {}
    for condition in conditions:
        match = re.match(r'\s*"?(\w+(?:\.\w+)*?)"?\.\S', condition)
        name = match[1] if match else condition
        found[_known(name, tables)] = Choice(name, condition)
    for name in names or (() if found else tables):
        found.setdefault(_known(name, tables), Choice(name))
    return list(found.values())


def dump_rows(
    connection: Connection,
    tables: Mapping[str, Table],
    start: Iterable[Choice],
    masks: Masks | None = None,
) -> Rows:
    """Return the chosen rows, and those that they refer to by foreign keys, by table.

    Args:
        connection: to the database, which is only read.
        tables: every table there is.
        start: the rows to begin with.
        masks: what to put in the place of values.
    """
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    queue = [(choice.table, rows_of(connection, tables[choice.table], choice)) for choice in start]
    while queue:
        name, rows = queue.pop()
        known = found.setdefault(name, {})
        new: dict[Any, dict[str, Any]] = {}
        for row in rows:
            identity = _identity(tables[name], row, len(known) + len(new))
            if identity not in known:
                new[identity] = row
        known.update(new)
        queue += _referred(connection, tables, tables[name], list(new.values()))
    masks = masks or Masks({})
    return {
        name: [masks.applied(table, row) for row in found[name].values()]
        for name, table in _sorted(tables)
        if found.get(name)
    }


def rows_of(connection: Connection, table: Table, choice: Choice) -> list[dict[str, Any]]:
    """Return the rows of a table, by column key; in the order of the primary key.

    Raises:
        SeedError: the database refuses the condition.
    """
    from sqlalchemy import select, text
    from sqlalchemy.exc import SQLAlchemyError

    query = select(table).order_by(*table.primary_key.columns)
    if choice.where is not None:
        query = query.where(text(choice.where.replace(":", "\\:")))
    try:
        rows = connection.execute(query).all()
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise SeedError(
            f"`--where {choice.where}` fails: {cause}" if choice.where else str(cause),
            hint="it is SQL that begins with a table's name: `runs.id = 5`",
        ) from error
    return [_by_key(table, row) for row in rows]


def written(rows: Rows, ending: str) -> str:
    """Return rows as the text of a seed file.

    Raises:
        SeedError: no seed can be written in this format, or hold one of the values.
    """
    writer = _WRITERS.get(ending)
    if writer is None:
        raise SeedError(
            f"`{ending}` is no format that a seed is written in",
            hint=f"valid: {', '.join(f'`{known}`' for known in ENDINGS)}",
        )
    dumped, native = writer
    try:
        plain = {
            name: [encode({k: _escaped(v) for k, v in row.items()}, native) for row in part]
            for name, part in rows.items()
        }
    except TypeError as error:
        raise SeedError(
            f"a row cannot be written: {error}", hint="mask that column: `--mask table.column=null`"
        ) from None
    return dumped(plain)


def write(rows: Rows, path: Path) -> None:
    """Write a seed file."""
    replace(path, written(rows, path.suffix.lower()))


def _by_key(table: Table, row: Any) -> dict[str, Any]:
    return {
        column.key: value
        for column, value in zip(table.columns, tuple(row), strict=True)
        if column.computed is None
    }


def _escaped(value: Any) -> Any:
    """Return a text that begins like a reference so that it is none."""
    return f"${value}" if isinstance(value, str) and value.startswith("$") else value


def _identity(table: Table, row: dict[str, Any], number: int) -> Any:
    keys = [column.key for column in table.primary_key.columns]
    return tuple(row[key] for key in keys) if keys else number


def _referred(
    connection: Connection, tables: Mapping[str, Table], table: Table, rows: list[dict[str, Any]]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the rows that others refer to, by table."""
    from sqlalchemy import select

    names = {id(known): name for name, known in tables.items()}
    found = []
    for key in table.foreign_keys:
        column = key.column
        values = list(dict.fromkeys(row[key.parent.key] for row in rows))
        values = [value for value in values if value is not None]
        for start in range(0, len(values), _CHUNK):
            query = select(column.table).where(column.in_(values[start : start + _CHUNK]))
            parents = connection.execute(query).all()
            found.append((names[id(column.table)], [_by_key(column.table, row) for row in parents]))
    return found


def _sorted(tables: Mapping[str, Table]) -> list[tuple[str, Table]]:
    from sqlalchemy.schema import sort_tables_and_constraints

    names = {id(table): name for name, table in tables.items()}
    pairs: Any = sort_tables_and_constraints(tables.values())  # type: ignore[no-untyped-call]
    ordered = [table for table, _ in pairs if table is not None]
    return [(names[id(table)], table) for table in ordered]


def _known(name: str, tables: Mapping[str, Table]) -> str:
    if name not in tables:
        raise SeedError(f"there is no table `{name}`", hint=did_you_mean(name, tables))
    return name
