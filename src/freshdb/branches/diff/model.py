"""Differences as values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from freshdb.branches.products import Row, SchemaObject, Table


class Kind(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class RowChange:
    """One row that differs.

    Attributes:
        before: its values in the order of `names`; None if it was added.
        after: the same; None if it was removed.
    """

    __slots__ = ("after", "before", "names")

    def __init__(self, names: tuple[str, ...], before: Row | None, after: Row | None) -> None:
        self.names = names
        self.before = before
        self.after = after

    @property
    def kind(self) -> Kind:
        if self.before is None:
            return Kind.ADDED
        return Kind.REMOVED if self.after is None else Kind.CHANGED

    def changed(self) -> dict[str, tuple[Any, Any]]:
        """Return the columns that differ, each with its value before and after."""
        assert self.before is not None
        assert self.after is not None
        return {
            name: (old, new)
            for name, old, new in zip(self.names, self.before, self.after, strict=False)
            if old != new or type(old) is not type(new)
        }

    def values(self) -> dict[str, Any]:
        """Return the row by column: as it is now, or was if it is gone."""
        row = self.after if self.after is not None else self.before
        assert row is not None
        return dict(zip(self.names, row, strict=False))


class TableChanges(Protocol):
    """Reads the changes of one table anew each time it is called."""

    def __call__(self) -> Iterator[RowChange]: ...


class TableState(StrEnum):
    """What is known of a table."""

    COMPARED = "compared"
    CREATED = "created"
    DROPPED = "dropped"
    SAME = "same"
    """It cannot have changed, and was not read."""
    UNREAD = "unread"
    """Its rows cannot be compared."""


@dataclass(frozen=True)
class TablePair:
    """A table of two databases.

    Attributes:
        before: None if it is not there in the first.
        after: None if it is not there in the second.
        key: the columns by which rows are matched: the primary key, or else all.
        is_keyed: whether a row keeps its identity when its other columns change.
        changes: reads what differs.
        all_after: reads all rows of the second table, as if they were added.
    """

    name: str
    state: TableState
    before: Table | None
    after: Table | None
    key: tuple[str, ...] = ()
    is_keyed: bool = False
    changes: TableChanges = field(default=lambda: iter(()), repr=False)
    all_after: TableChanges = field(default=lambda: iter(()), repr=False)
    reason: str = ""


@dataclass(frozen=True)
class SchemaDiff:
    """The schemas of two databases, and how they differ.

    Attributes:
        text: a unified diff of the normal forms; empty if there is no difference.
    """

    before: tuple[SchemaObject, ...] = ()
    after: tuple[SchemaObject, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class TableDiff:
    """How the rows of one table differ.

    Attributes:
        sample: the first of its changes; all of them unless `is_truncated`.
    """

    name: str
    state: TableState
    key: tuple[str, ...]
    is_keyed: bool
    added: int = 0
    changed: int = 0
    removed: int = 0
    sample: tuple[RowChange, ...] = ()
    is_truncated: bool = False
    reason: str = ""

    @property
    def total(self) -> int:
        return self.added + self.changed + self.removed


@dataclass(frozen=True)
class Diff:
    """What turns one database into another, counted, with samples.

    Attributes:
        before: the name of the one.
        after: the name of the other.
        schema: how the schemas differ.
        tables: those whose rows differ or could not be compared.
        skipped: tables that cannot have changed, and were not read.
        has_schema: whether the schemas were compared.
        has_data: whether rows were.
    """

    before: str
    after: str
    schema: SchemaDiff
    tables: tuple[TableDiff, ...]
    skipped: tuple[str, ...] = ()
    has_schema: bool = True
    has_data: bool = True

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing differs."""
        return not self.schema.text and not any(table.total for table in self.tables)

    @property
    def is_truncated(self) -> bool:
        """Tell whether some table has more changes than are in its sample."""
        return any(table.is_truncated for table in self.tables)
