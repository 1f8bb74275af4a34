"""What a database product must be able to do so that its databases can be branched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TextIO

from freshdb.branches.records import Place
from freshdb.errors import BranchInputError

Row = tuple[Any, ...]

Progress = Callable[[int, int], None]
"""Told how many bytes of how many have been copied."""


@dataclass(frozen=True)
class Copied:
    """What a copy has cost.

    Attributes:
        way: how it was made, for example `file copy` or `schema only`.
    """

    size_bytes: int
    seconds: float
    way: str


@dataclass(frozen=True)
class SchemaObject:
    """One thing of a schema.

    Attributes:
        kind: `table`, `index`, `view`, `trigger`, `setting` …
        table: the table that it belongs to; its own name for a table.
        ddl: its definition in the normal form, by which it is compared and shown.
        sql: the statement that makes it.
    """

    kind: str
    name: str
    table: str
    ddl: str
    sql: str


@dataclass(frozen=True)
class Column:
    """A column whose values are stored, which those of generated columns are not.

    Attributes:
        default: the SQL of its default.
        is_loose: whether it can hold values of different types that Python takes for equal.
        has_own_type: whether its type belongs to its database, and may be missing in another.
    """

    name: str
    type: str
    default: str | None = None
    is_loose: bool = False
    has_own_type: bool = False


@dataclass(frozen=True)
class Table:
    """A table whose rows can be compared.

    Attributes:
        key: the names of the primary key's columns; empty where there is none.
        is_unique: whether no two rows can have the same key (NULLs may make that so).
        has_unique: whether anything but the key is unique.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_unique: bool
    has_unique: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class Buckets:
    """Some of a table's rows: each row falls into one of `number` buckets, by its key.

    Attributes:
        number: a power of two.
        wanted: the buckets whose rows are meant.
    """

    number: int
    wanted: frozenset[int]


Digests = dict[int, tuple[Any, ...]]
"""For each bucket that has rows, what is the same in another table if its rows are."""


@dataclass(frozen=True)
class Selection:
    """Which values of a table's rows to read, and in which order.

    Attributes:
        key: columns to order by, which come first in a row.
        rest: the other columns.
        loose: columns of which the type of each value is to be told, after all values.
        stand_ins: for a column that this table does not have, the one of the other table.
        alike: the columns that have the same type in the other table.
        only: the buckets to read; None for all rows.
    """

    key: tuple[str, ...]
    rest: tuple[str, ...]
    loose: tuple[str, ...] = ()
    stand_ins: dict[str, Column] = field(default_factory=dict)
    alike: frozenset[str] = frozenset()
    only: Buckets | None = None

    def values(
        self,
        table: Table,
        value_of: Callable[[Column], str],
        stand_in: Callable[[Column], str],
    ) -> list[str]:
        """Return the SQL for the values of the key, then of the rest.

        Args:
            table: the one whose rows are read.
            value_of: returns the SQL for the value of a column that the table has.
            stand_in: returns it for one that only the other table has.
        """
        own = {column.name: column for column in table.columns}
        return [
            value_of(own[name]) if name in own else stand_in(self.stand_ins[name])
            for name in (*self.key, *self.rest)
        ]


@dataclass(frozen=True)
class Result:
    """What a statement has given back.

    Attributes:
        changed: how many rows it has changed, -1 where that cannot be known.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    is_truncated: bool = False
    changed: int = -1

    @classmethod
    def capped(cls, columns: Iterable[str], rows: Sequence[Row], most: int) -> Result:
        """Return at most so many rows of those that were read, which may be one more."""
        return cls(tuple(columns), tuple(rows[:most]), is_truncated=len(rows) > most)


class Database(Protocol):
    """An open database, which is seen in one state for as long as it is open for reading.

    Attributes:
        buckets: into how many buckets rows are put to find out, first whether any, then which of
            them differ from another table's; empty where it costs no less than to read all rows.
    """

    buckets: tuple[int, ...]

    def objects(self) -> list[SchemaObject]:
        """Return the schema, in the order in which it can be made."""

    def tables(self) -> dict[str, Table]:
        """Return the tables whose rows can be compared, by name."""

    def unread(self) -> dict[str, str]:
        """Return the tables whose rows cannot be compared, with the reason."""

    def rows(self, table: Table, selection: Selection) -> Iterator[list[Row]]:
        """Yield all rows in lists, in the order of the key.

        A row has the values of the key, then of the rest, then the types of the loose columns.
        For a column that this table does not have it has the default of the other's.
        """

    def alike(self, other: Database) -> set[str]:
        """Return the names of tables that certainly have the same rows here and there."""

    def digests(self, table: Table, selection: Selection, number: int) -> Digests:
        """Return the digests of a table's rows in `number` buckets, made where the rows are."""

    def query(self, sql: str, parameters: Sequence[Any], max_rows: int) -> Result:
        """Run one statement."""

    def run_script(self, sql: str) -> None:
        """Run statements."""


class Dialect(Protocol):
    """How the product orders values, and the SQL that changes one database into another."""

    def order(self, key: Row) -> Any:
        """Return what sorts as the product sorts these values."""

    def values(self, row: Row) -> Row:
        """Return a row that `rows` has given with values that Python knows."""

    def write_patch(self, pairs: list[Any], schema: Any, out: TextIO) -> None:
        """Write the SQL that turns one database into the other.

        Args:
            pairs: a `TablePair` for each table whose rows may differ.
            schema: the `SchemaDiff`, which is needed to patch rows too.
            out: where it goes, part by part.
        """


class Product(Protocol):
    """One product: makes, fills, removes and opens its databases.

    Attributes:
        has_servers: whether its databases are on servers, and no files of their own.
    """

    name: str
    has_servers: bool

    @property
    def dialect(self) -> Dialect: ...

    def new_place(self, home: Path, label: str, source: Place) -> Place:
        """Return where a branch (label empty) or its snapshot is to be."""

    def whereabouts(self, place: Place) -> tuple[str, str]:
        """Return the host, empty for this machine, and the database's name."""

    def size(self, place: Place) -> int:
        """Return how many bytes a database has, about; fail if it cannot be a source."""

    def copy(
        self, source: Place, target: Place, *, schema_only: bool, progress: Progress
    ) -> Copied:
        """Make a database as a copy of another, in one state, without stopping its users."""

    def overwrite(self, target: Place, source: Place, *, progress: Progress) -> Copied:
        """Give a database the content of another, under the same URL; `settle` must follow."""

    def settle(self, place: Place) -> None:
        """Finish `overwrite`, or undo as much of it as a killed process has done."""

    def delete(self, place: Place) -> None:
        """Remove a database that freshdb has made; it may be gone already, in part or whole."""

    def unmark(self, place: Place) -> None:
        """Take away what freshdb puts into a template so that tests can be undone."""

    def exists(self, place: Place) -> bool:
        """Tell whether a database is there."""

    def made_by(self, registry: str, place: Place) -> list[Place]:
        """Return the databases on a place's server that the registry of this id has made."""

    def url(self, place: Place, driver: str | None, *, with_password: bool) -> str:
        """Return the URL by which SQLAlchemy reaches it."""

    def open(self, place: Place, *, write: bool = False) -> AbstractContextManager[Any]:
        """Open a `Database`."""


_HOMES = {
    "sqlite": ("freshdb.branches.products.sqlite", "SQLite"),
    "postgres": ("freshdb.branches.products.postgres", "Postgres"),
    "mariadb": ("freshdb.branches.products.mariadb", "MariaDB"),
}


def product(name: str) -> Product:
    """Return a product by its name.

    Raises:
        BranchInputError: there is no such product.
    """
    if name not in _HOMES:
        raise BranchInputError(
            f"databases of `{name}` cannot be branched",
            hint=f"these can: {', '.join(f'`{one}`' for one in _HOMES)}",
        )
    module, attribute = _HOMES[name]
    made: Product = getattr(import_module(module), attribute)()
    return made
