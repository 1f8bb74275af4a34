"""Plan a load without a database.

Every table, column, value and reference is checked, and the rows are put in an order in which each
comes after those that it needs. Rows with the same keys are taken together, column by column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, repeat
from typing import TYPE_CHECKING, Any

from freshdb.errors import DataFileError
from freshdb.nearest import did_you_mean
from freshdb.seeds.coerce import Coerce, coercer, json_cell
from freshdb.seeds.order import in_order
from freshdb.seeds.rows import LABEL, Row

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

Labels = dict[tuple[str, str], dict[str, Any]]
"""The rows of labels that are in the database already, by table and label."""

_REFERENCE = re.compile(r"\$([A-Za-z_][\w-]*)(?:\.(\w+))?")


@dataclass(slots=True, eq=False)
class Insert:
    """One row on its way into its table.

    Attributes:
        row: where it comes from.
        table: where it goes.
        values: by column key; those that are taken from other rows are not there yet.
        shape: equal for rows of a table that give the same columns.
        is_needed: whether others need values that the database will make up for this row.
    """

    row: Row
    table: Table
    values: dict[str, Any]
    shape: object
    needs: dict[str, tuple[Insert, str]] = field(default_factory=dict)
    later: dict[str, Any] = field(default_factory=dict)
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class _Field:
    """What a key of a row stands for."""

    name: str
    key: str
    column: Column[Any]
    coerce: Coerce


_MADE_UP = object()  # a value that the database will make up


@dataclass(frozen=True, slots=True)
class _Reference:
    """Stands where a reference will be replaced by a value."""

    text: str


def plan(rows: Iterable[Row], tables: Mapping[str, Table], labels: Labels) -> list[Insert]:
    """Return what is to be inserted, in order.

    Args:
        rows: as their files have them.
        tables: every table there is, by name.
        labels: what earlier seeds have put into the database.

    Raises:
        DataFileError: a table, column, value or reference does not fit.
    """
    planner = _Planner(tables, labels)
    inserts: list[Insert] = []
    for _, alike in groupby(rows, key=lambda row: (row.table, row.document, *row.values)):
        inserts += planner.inserts(list(alike))
    planner.resolve()
    return in_order(inserts)


class _Planner:
    def __init__(self, tables: Mapping[str, Table], labels: Labels) -> None:
        self._tables = tables
        self._before = labels
        self._labelled: dict[str, dict[str, Insert]] = {}
        self._known: dict[tuple[Any, ...], list[_Field]] = {}
        # What refers to the same row, and in which of its columns.
        self._unresolved: list[tuple[str, _Field, list[Insert]]] = []

    def inserts(self, rows: list[Row]) -> list[Insert]:
        """Return rows of the same keys with their values made to fit; references wait."""
        shape = (rows[0].table, rows[0].document.holds_texts, *rows[0].values)
        fields = self._known.get(shape)
        if fields is None:
            # Rows with and without a value may take turns.
            fields = self._known[shape] = self._fields(rows[0])
        table = self._tables[rows[0].table]
        keys = tuple(one.key for one in fields)
        given = zip(*(row.values.values() for row in rows), strict=True)
        try:
            columns = [_fitted(one, values) for one, values in zip(fields, given, strict=True)]
        except ValueError:
            raise _first_misfit(rows, fields) from None
        each: Iterable[tuple[Any, ...]] = zip(*columns, strict=True) if columns else repeat(())
        inserts = [
            Insert(row, table, dict(zip(keys, values, strict=True)), keys)
            for row, values in zip(rows, each, strict=False)
        ]
        for one, values in zip(fields, columns, strict=True):
            referring: dict[str, list[Insert]] = {}
            for insert, value in zip(inserts, values, strict=True):
                if type(value) is _Reference:
                    referring.setdefault(value.text, []).append(insert)
            self._unresolved += [(text, one, alike) for text, alike in referring.items()]
        for insert in inserts:
            if insert.row.label is not None:
                self._label(insert.row, insert)
        return inserts

    def _fields(self, row: Row) -> list[_Field]:
        """Return what the keys of a row stand for."""
        from sqlalchemy.types import ARRAY, JSON

        table = self._tables.get(row.table)
        if table is None:
            raise row.document.unknown("table", row.table, row.keys[:-2], self._tables)
        fields: list[_Field] = []
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
            fields.append(_Field(name, column.key, column, coerce))
        given = {one.key for one in fields}
        for column in table.columns:
            if column.key not in given and _must_be_given(column):
                raise row.error(
                    f"the row has no `{column.key}`, which `{row.table}` needs and has no "
                    "default for"
                )
        return fields

    def _label(self, row: Row, insert: Insert) -> None:
        known = self._labelled.setdefault(str(row.label), {})
        if row.table in known:
            first = known[row.table].row.place
            raise row.error(f"`{row.table}` has two rows with the label `{row.label}` ({first})")
        if (row.table, str(row.label)) in self._before:
            raise row.error(f"an earlier seed has a row `{row.label}` of `{row.table}`")
        known[row.table] = insert

    def resolve(self) -> None:
        """Replace references by values where they are known, else note the need."""
        for text, one, referring in self._unresolved:
            target, label, column = self._refer(referring[0], one, text)
            if isinstance(target, str):
                value = self._before[target, label][column]
            else:
                value = target.values.get(column, _MADE_UP)
            if not isinstance(target, str) and (value is _MADE_UP or type(value) is _Reference):
                target.is_needed = True
                need = target, column
                for insert in referring:
                    del insert.values[one.key]
                    insert.needs[one.key] = need
                continue
            for insert in referring:
                insert.values[one.key] = value

    def _refer(self, insert: Insert, one: _Field, text: str) -> tuple[Insert | str, str, str]:
        """Return the row that a reference names (or its table, if it is there), and the column."""
        found = _REFERENCE.fullmatch(text)
        assert found is not None
        target = self._target(insert, one, found[1], text)
        table = self._tables[target] if isinstance(target, str) else target.table
        column = found[2] or _referred(one.column, table)
        if column not in table.columns:
            raise insert.row.error(
                f"`{text}`: table `{table.name}` has no column `{column}`",
                one.name,
                hint=did_you_mean(column, table.columns.keys()),
            )
        return target, found[1], column

    def _target(self, insert: Insert, one: _Field, label: str, text: str) -> Insert | str:
        """Return the row with a label, or the name of its table where it is there already."""
        row = insert.row
        candidates: dict[str, Insert | str] = {
            table: table for table, name in self._before if name == label
        }
        candidates.update(self._labelled.get(label, {}))
        if not candidates:
            labels = [*self._labelled, *(name for _, name in self._before)]
            raise row.error(
                f"no row has the label `{label}`",
                one.name,
                hint=f"{did_you_mean(label, labels)}. For the text itself write `${text}`",
            )
        if len(candidates) > 1:
            referred = {key.column.table.fullname for key in one.column.foreign_keys}
            candidates = {t: found for t, found in candidates.items() if t in referred}
        if len(candidates) != 1:
            tables = sorted(self._labelled.get(label, {}))
            raise row.error(
                f"`{label}` is the label of a row in each of {', '.join(f'`{t}`' for t in tables)}",
                one.name,
                hint="give one of the rows another label",
            )
        return next(iter(candidates.values()))


def _fitted(one: _Field, values: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a column as it takes them.

    Raises:
        ValueError: one of them does not fit.
    """
    if not any(value is None or (isinstance(value, str) and value[:1] == "$") for value in values):
        return list(map(one.coerce, values))
    known: dict[str, Any] = {}
    fitted = []
    for value in values:
        if type(value) is not str or value[:1] != "$":
            fitted.append(_fit(one, value))
            continue
        if value not in known:
            known[value] = _fit(one, value)
        fitted.append(known[value])
    return fitted


def _fit(one: _Field, value: Any) -> Any:
    """Return a value as its column takes it; a ValueError says what would fit."""
    if value is None:
        if not one.column.nullable:
            raise _NullError
        return None
    if isinstance(value, str) and value[:1] == "$":
        if value[:2] != "$$" and _REFERENCE.fullmatch(value):
            return _Reference(value)
        value = value[1:] if value[:2] == "$$" else value
    return one.coerce(value)


class _NullError(ValueError):
    pass


def _first_misfit(rows: list[Row], fields: list[_Field]) -> DataFileError:
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


def _referred(column: Column[Any], table: Table) -> str:
    """Return which column of a row `$label` alone stands for."""
    for key in column.foreign_keys:
        if key.column.table is table:
            return str(key.column.key)
    keys = list(table.primary_key.columns)
    return str(keys[0].key) if len(keys) == 1 else "id"
