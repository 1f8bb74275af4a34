"""What a key of a row stands for, and its values as the column takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from freshdb.errors import DataFileError
from freshdb.nearest import did_you_mean
from freshdb.seeds.coerce import Coerce, coercer, json_cell
from freshdb.seeds.rows import LABEL, Row

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

_REFERENCE = re.compile(r"\$([A-Za-z_][\w-]*)(?:\.(\w+))?")


@dataclass(frozen=True, slots=True)
class Field:
    """What a key of a row stands for."""

    name: str
    key: str
    column: Column[Any]
    coerce: Coerce


@dataclass(frozen=True, slots=True)
class Reference:
    """Stands where a reference will be replaced by a value."""

    text: str


def fields_of(row: Row, tables: Mapping[str, Table]) -> list[Field]:
    """Return what the keys of a row stand for.

    Raises:
        DataFileError: there is no such table or column, or one is missing that must be given.
    """
    from sqlalchemy.types import ARRAY, JSON

    table = tables.get(row.table)
    if table is None:
        raise row.document.unknown("table", row.table, row.keys[:-2], tables)
    fields: list[Field] = []
    for name in row.values:
        column = column_named(table, name)
        if column is None:
            raise row.error(
                f"table `{row.table}` has no column `{name}`",
                name,
                of_key=True,
                hint=did_you_mean(name, [*table.columns.keys(), LABEL]),
            )
        if column.computed is not None:
            raise row.error(f"the database computes `{row.table}.{name}`", name, of_key=True)
        if any(one.column is column for one in fields):
            raise row.error(f"`{row.table}.{column.key}` is given twice", name, of_key=True)
        coerce = coercer(column)
        if row.document.holds_texts and isinstance(column.type, (JSON, ARRAY)):
            coerce = _of_json_cell(coerce)
        fields.append(Field(name, column.key, column, coerce))
    given = {one.key for one in fields}
    for column in table.columns:
        if column.key not in given and _must_be_given(column):
            raise row.error(
                f"the row has no `{column.key}`, which `{row.table}` needs and has no default for"
            )
    return fields


def fitted(one: Field, values: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a column as it takes them.

    Raises:
        ValueError: one of them does not fit.
    """
    if not any(value is None or (isinstance(value, str) and value[:1] == "$") for value in values):
        return list(map(one.coerce, values))
    known: dict[str, Any] = {}
    found = []
    for value in values:
        if type(value) is not str or value[:1] != "$":
            found.append(_fit(one, value))
            continue
        if value not in known:
            known[value] = _fit(one, value)
        found.append(known[value])
    return found


def _fit(one: Field, value: Any) -> Any:
    """Return a value as its column takes it; a ValueError says what would fit."""
    if value is None:
        if not one.column.nullable:
            raise _NullError
        return None
    if isinstance(value, str) and value[:1] == "$":
        if value[:2] != "$$" and _REFERENCE.fullmatch(value):
            return Reference(value)
        value = value[1:] if value[:2] == "$$" else value
    return one.coerce(value)


class _NullError(ValueError):
    pass


def first_misfit(rows: list[Row], fields: list[Field]) -> DataFileError:
    """Return an error about the first value of rows that does not fit."""
    for row in rows:
        for one, value in zip(fields, row.values.values(), strict=True):
            try:
                _fit(one, value)
            except _NullError:
                return row.error(f"`{row.table}.{one.name}` cannot be null", one.name)
            except ValueError as expected:
                what = f"`{row.table}.{one.name}` is {value!r}, not {expected}"
                return row.error(what, one.name)
    raise AssertionError("a value that did not fit does now")


def _of_json_cell(coerce: Coerce) -> Coerce:
    return lambda cell: coerce(json_cell(cell))


def referred_row(value: Any) -> tuple[str, str | None] | None:
    """Return the label and the column that a reference such as `$acme.id` names; else None."""
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return (found[1], found[2]) if found is not None else None


def column_named(table: Table, name: str) -> Column[Any] | None:
    """Return a table's column; `tenant` stands for the foreign key `tenant_id` too."""
    if name in table.columns:
        return table.columns[name]
    for column in table.columns:
        if column.name == name:
            return column
    key = table.columns.get(f"{name}_id")
    return key if key is not None and key.foreign_keys else None


def _must_be_given(column: Column[Any]) -> bool:
    has_default = (
        column.default is not None
        or column.server_default is not None
        or column.computed is not None
        or column.identity is not None
    )
    is_serial = column.primary_key and column is column.table._autoincrement_column
    return not (column.nullable or has_default or is_serial)
