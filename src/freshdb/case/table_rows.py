"""`expected_rows`: what tables must hold after a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from freshdb.case.case import Case
from freshdb.case.compare import differences, pair_up, short
from freshdb.case.matchers import Matcher, Partial
from freshdb.datafiles.document import Keys
from freshdb.nearest import did_you_mean
from freshdb.seeds.coerce import coercer
from freshdb.seeds.fields import column_named, referred_row

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from freshdb.seeds.plan import Labels

AT_LEAST = "at_least"


@dataclass(frozen=True)
class ExpectedTable:
    """The rows that a table must hold.

    Attributes:
        table: the table.
        rows: the columns that matter, by key; with matchers and references.
        keys: where each row stands in the file.
        is_exact: there may be no other rows.
    """

    table: Table
    rows: list[dict[str, Any]]
    keys: list[Keys]
    is_exact: bool


def expected_tables(case: Case, tables: Mapping[str, Table]) -> list[ExpectedTable]:
    """Return what `expected_rows` of a case asks for.

    Raises:
        DataFileError: a table, column or value does not fit.
    """
    keys: Keys = (*case.keys, "expected_rows")
    if not isinstance(case.expected_rows, dict):
        raise case.document.error("`expected_rows` is no mapping of tables", keys)
    found = []
    for name, content in case.expected_rows.items():
        table = tables.get(name)
        if table is None:
            raise case.document.unknown("table", name, keys, tables)
        found.append(_expected(case, table, content, (*keys, name)))
    return found


def _expected(case: Case, table: Table, content: Any, keys: Keys) -> ExpectedTable:
    is_exact = not (isinstance(content, dict) and AT_LEAST in content)
    if isinstance(content, dict):
        for key in content:
            if key != AT_LEAST:
                raise case.document.unknown("key", key, keys, [AT_LEAST])
        content, keys = content[AT_LEAST], (*keys, AT_LEAST)
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise case.document.error(
            f"the rows of `{table.name}` are no list of rows",
            keys,
            hint=f"write `{table.name}: [{{column: value}}]`, or `{AT_LEAST}:` and such a list",
        )
    rows = [_row(case, table, row, (*keys, index)) for index, row in enumerate(content)]
    return ExpectedTable(table, rows, [(*keys, index) for index in range(len(rows))], is_exact)


def _row(case: Case, table: Table, row: dict[str, Any], keys: Keys) -> dict[str, Any]:
    made = {}
    for name, value in row.items():
        column = column_named(table, name)
        if column is None:
            raise case.document.error(
                f"table `{table.name}` has no column `{name}`",
                (*keys, name),
                of_key=True,
                hint=did_you_mean(name, table.columns.keys()),
            )
        is_open = value is None or isinstance(value, Matcher) or referred_row(value) is not None
        try:
            made[str(column.key)] = value if is_open else coercer(column)(value)
        except ValueError as expected:
            raise case.document.error(
                f"`{table.name}.{name}` is {value!r}, not {expected}", (*keys, name)
            ) from None
    return made


def differing_rows(
    case: Case, expected: ExpectedTable, connection: Connection, labels: Labels
) -> list[str]:
    """Return the lines that tell in which rows a table is not what is expected."""
    from sqlalchemy import select

    table = expected.table
    names = [column.key for column in table.columns]
    rows = [
        dict(zip(names, row, strict=True))
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)).all()
    ]
    wanted = [
        Partial({key: _value(case, table, value, labels, key) for key, value in row.items()})
        for row in expected.rows
    ]
    extra, missing = pair_up(rows, wanted)
    lines = []
    for one in missing:
        number = next(n for n, other in enumerate(wanted) if other is one)
        line = case.document.place(expected.keys[number]).line
        nearest = min(extra, key=lambda row: len(differences(row, one)), default=None)
        if nearest is None or len(differences(nearest, one)) == len(one.argument):
            lines.append(f"missing from `{table.name}`: {short(one.argument)}   (line {line})")
            continue
        extra.remove(nearest)
        lines.append(f"a row of `{table.name}` differs: {short(nearest)}   (line {line})")
        lines += [f"  {difference}" for difference in differences(nearest, one)]
    if expected.is_exact:
        lines += [f"not expected in `{table.name}`: {short(row)}" for row in extra]
    return lines


def _value(case: Case, table: Table, value: Any, labels: Labels, key: str) -> Any:
    """Return a value, that of another row where it refers to one that a seed has labelled."""
    named = referred_row(value)
    if named is None:
        return value
    label, other = named
    found = [(t, values) for (t, name), values in labels.items() if name == label]
    targets = {one.column.table.fullname for one in table.columns[key].foreign_keys}
    if len(found) > 1:
        found = [(t, values) for t, values in found if t in targets]
    if len(found) != 1:
        raise case.document.error(
            f"`{value}` of `expected_rows` is the label of {len(found)} rows",
            (*case.keys, "expected_rows"),
            hint=did_you_mean(label, [name for _, name in labels]),
        )
    column = other or next((one.column.key for one in table.columns[key].foreign_keys), "id")
    return found[0][1][column]
