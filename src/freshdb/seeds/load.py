"""Write planned rows through a connection: in batches where nobody needs what a row gets."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from freshdb.errors import DataFileError, SeedError
from freshdb.seeds.plan import Insert, Labels, plan
from freshdb.seeds.roads import Road, road_for
from freshdb.seeds.rows import Row

if TYPE_CHECKING:
    from sqlalchemy import Connection, ForeignKeyConstraint, Table

BATCH = 10_000
Progress = Callable[[int, int], None]


def load_rows(
    connection: Connection,
    rows: Iterable[Row],
    tables: Mapping[str, Table],
    labels: Labels,
    progress: Progress = lambda done, of: None,
) -> None:
    """Plan and insert rows; the caller commits.

    Args:
        connection: to a database that has the tables.
        rows: of seed files.
        tables: by name.
        labels: of earlier seeds; those of these rows are added.
        progress: told from time to time how many rows are there, and of how many.

    Raises:
        DataFileError: a row does not fit, or the database refuses it. Roll back then.
    """
    inserts = plan(rows, tables, labels)
    written = {insert.table: None for insert in inserts}.keys()
    road = road_for(connection)
    road.start(connection, written, len(inserts))
    done = 0
    for batch in _batches(inserts):
        if _is_alone(batch[0]):
            _insert_alone(connection, batch[0])
        else:
            _insert_together(connection, road, batch)
        done += len(batch)
        progress(done, len(inserts))
    _update_later(connection, inserts)
    if road.leaves_keys:
        _check_references(connection, inserts)
    road.finish(connection, written)
    for insert in inserts:
        if insert.row.label is not None:
            labels[insert.row.table, insert.row.label] = _all_values(connection, insert)


def _is_alone(insert: Insert) -> bool:
    """Tell whether it must be known what the database makes up for a row."""
    if insert.is_needed or insert.later:
        return True
    if insert.row.label is None:
        return False
    return any(key.key not in insert.values for key in insert.table.primary_key.columns)


def _batches(inserts: list[Insert]) -> Iterator[list[Insert]]:
    """Yield the rows in order, those together that can go in one statement."""

    def shape(insert: Insert) -> tuple[object, ...]:
        if _is_alone(insert):
            return (id(insert),)
        return (insert.table, insert.shape, *insert.needs)

    for _, group in groupby(inserts, key=shape):
        while batch := list(islice(group, BATCH)):
            yield batch


def _take(insert: Insert) -> None:
    """Take what a row needs from others, which have been inserted before it."""
    if insert.needs:
        for key, (other, column) in insert.needs.items():
            insert.values[key] = other.values[column]
        insert.needs = {}


def _insert_together(connection: Connection, road: Road, batch: list[Insert]) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    for insert in batch:
        _take(insert)
    table, values = batch[0].table, [insert.values for insert in batch]
    try:
        with connection.begin_nested():
            road.insert(connection, table, values)
    except SQLAlchemyError:
        # One at a time, to find out which one it is.
        for insert in batch:
            _insert_one(connection, insert)


def _insert_one(connection: Connection, insert: Insert) -> Any:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        if insert.values:
            return connection.execute(insert.table.insert(), insert.values)
        return connection.execute(insert.table.insert().values())
    except SQLAlchemyError as error:
        raise _refused(insert, error) from error


def _insert_alone(connection: Connection, insert: Insert) -> None:
    """Insert a row whose values are needed as the database has them."""
    _take(insert)
    given = dict(insert.values)
    result = _insert_one(connection, insert)
    table = insert.table
    if not table.primary_key.columns:
        return
    keys = zip(table.primary_key.columns, result.inserted_primary_key, strict=True)
    insert.values.update({column.key: value for column, value in keys})
    if insert.is_needed:
        insert.values = {**_all_values(connection, insert), **given}


def _all_values(connection: Connection, insert: Insert) -> dict[str, Any]:
    """Return every value of a row that has been inserted, also those the database made up."""
    from sqlalchemy import select

    table = insert.table
    if len(insert.values) == len(table.columns) or not table.primary_key.columns:
        return dict(insert.values)
    query = select(table)
    for column in table.primary_key.columns:
        if column.key not in insert.values:
            return dict(insert.values)
        query = query.where(column == insert.values[column.key])
    found = connection.execute(query).one()
    return {
        column.key: value for column, value in zip(table.columns, tuple(found), strict=True)
    } | insert.values


def _update_later(connection: Connection, inserts: list[Insert]) -> None:
    """Set the columns that were left null because rows need each other."""
    from sqlalchemy.exc import SQLAlchemyError

    for insert in inserts:
        if not insert.later:
            continue
        values = {
            key: need[0].values[need[1]] if isinstance(need, tuple) else need
            for key, need in insert.later.items()
        }
        statement = insert.table.update().values(values)
        for column in insert.table.primary_key.columns:
            statement = statement.where(column == insert.values[column.key])
        try:
            connection.execute(statement)
        except SQLAlchemyError as error:
            raise _refused(insert, error) from error
        insert.values.update(values)


def _check_references(connection: Connection, inserts: list[Insert]) -> None:
    """Find a foreign key that leads to no row, where the database itself has not looked."""
    for table in dict.fromkeys(insert.table for insert in inserts):
        for key in table.foreign_key_constraints:
            lost = _lost(connection, key)
            columns = [element.parent.key for element in key.elements]
            for insert in inserts if lost else ():
                if insert.table is table:
                    values = tuple(insert.values.get(column) for column in columns)
                    if values in lost:
                        raise insert.row.error(_leads_nowhere(key, values), columns[0])
            if lost and connection.dialect.name != "sqlite":
                # A value that the database holds in another form than the file. SQLite's are passed
                # over: with foreign keys off, rows that were there before may lead nowhere.
                raise SeedError(_leads_nowhere(key, min(lost)))


def _lost(connection: Connection, key: ForeignKeyConstraint) -> set[tuple[Any, ...]]:
    """Return the values of a table's foreign key that no row has which it refers to."""
    from sqlalchemy import select

    columns = [element.parent for element in key.elements]
    referred = key.referred_table.alias()
    same = (referred.c[element.column.key] == element.parent for element in key.elements)
    query = select(*columns).distinct()
    # A key of several columns leads nowhere if one of them is null.
    query = query.where(*(column.is_not(None) for column in columns))
    query = query.where(~select(referred).where(*same).exists())
    return set(map(tuple, connection.execute(query)))


def _leads_nowhere(key: ForeignKeyConstraint, values: tuple[Any, ...]) -> str:
    names = ", ".join(element.parent.name for element in key.elements)
    others = ", ".join(element.column.name for element in key.elements)
    shown = ", ".join(map(repr, values))
    return (
        f"`{key.table.name}.{names}` is {shown}, and `{key.referred_table.name}` "
        f"has no row with that `{others}`"
    )


def _refused(insert: Insert, error: Exception) -> DataFileError:
    cause = getattr(error, "orig", None) or error
    return insert.row.error(
        f"the database refuses this row of `{insert.row.table}`: {cause}".rstrip()
    )


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Pause the garbage collector: a hundred thousand rows are no garbage, and it looks at all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
