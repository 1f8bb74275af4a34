"""Plan a load without a database.

Every table, column, value and reference is checked, and the rows are put in an order in which each
comes after those that it needs. Rows with the same keys are taken together, column by column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby, repeat
from typing import TYPE_CHECKING, Any

from freshdb.nearest import did_you_mean
from freshdb.seeds.fields import Field, Reference, fields_of, first_misfit, fitted, referred_row
from freshdb.seeds.order import in_order
from freshdb.seeds.rows import Row

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

Labels = dict[tuple[str, str], dict[str, Any]]
"""The rows of labels that are in the database already, by table and label."""


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


_MADE_UP = object()  # a value that the database will make up


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
        self._known: dict[tuple[Any, ...], list[Field]] = {}
        # What refers to the same row, and in which of its columns.
        self._unresolved: list[tuple[str, Field, list[Insert]]] = []

    def inserts(self, rows: list[Row]) -> list[Insert]:
        """Return rows of the same keys with their values made to fit; references wait."""
        shape = (rows[0].table, rows[0].document.holds_texts, *rows[0].values)
        fields = self._known.get(shape)
        if fields is None:
            # Rows with and without a value may take turns.
            fields = self._known[shape] = fields_of(rows[0], self._tables)
        table = self._tables[rows[0].table]
        keys = tuple(one.key for one in fields)
        given = zip(*(row.values.values() for row in rows), strict=True)
        try:
            columns = [fitted(one, values) for one, values in zip(fields, given, strict=True)]
        except ValueError:
            raise first_misfit(rows, fields) from None
        each: Iterable[tuple[Any, ...]] = zip(*columns, strict=True) if columns else repeat(())
        inserts = [
            Insert(row, table, dict(zip(keys, values, strict=True)), keys)
            for row, values in zip(rows, each, strict=False)
        ]
        for one, values in zip(fields, columns, strict=True):
            referring: dict[str, list[Insert]] = {}
            for insert, value in zip(inserts, values, strict=True):
                if type(value) is Reference:
                    referring.setdefault(value.text, []).append(insert)
            self._unresolved += [(text, one, alike) for text, alike in referring.items()]
        for insert in inserts:
            if insert.row.label is not None:
                self._label(insert.row, insert)
        return inserts

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
            if not isinstance(target, str) and (value is _MADE_UP or type(value) is Reference):
                target.is_needed = True
                need = target, column
                for insert in referring:
                    del insert.values[one.key]
                    insert.needs[one.key] = need
                continue
            for insert in referring:
                insert.values[one.key] = value

    def _refer(self, insert: Insert, one: Field, text: str) -> tuple[Insert | str, str, str]:
        """Return the row that a reference names (or its table, if it is there), and the column."""
        named = referred_row(text)
        assert named is not None
        label, column_name = named
        target = self._target(insert, one, label, text)
        table = self._tables[target] if isinstance(target, str) else target.table
        column = column_name or _referred(one.column, table)
        if column not in table.columns:
            raise insert.row.error(
                f"`{text}`: table `{table.name}` has no column `{column}`",
                one.name,
                hint=did_you_mean(column, table.columns.keys()),
            )
        return target, label, column

    def _target(self, insert: Insert, one: Field, label: str, text: str) -> Insert | str:
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


def _referred(column: Column[Any], table: Table) -> str:
    """Return which column of a row `$label` alone stands for."""
    for key in column.foreign_keys:
        if key.column.table is table:
            return str(key.column.key)
    keys = list(table.primary_key.columns)
    return str(keys[0].key) if len(keys) == 1 else "id"
