"""What is known of the place in which a fragment stands, and what a speaker makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Role = Literal["columns", "condition", "keys", "groups", "source", "assigned", "value"]
"""`assigned` is what a column is given; `value` a part of an expression, or not known better."""
Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class Value:
    """Something that SQLAlchemy has compiled: its SQL and its type's name in SQLite's DDL.

    The name is None where nobody knows the type. A list stands for several values.
    """

    sql: str
    declared: str | None = None
    is_bound: bool = False
    is_list: bool = False


@dataclass(frozen=True)
class Source:
    """Something that FROM names; `table` is the real name of a table."""

    name: str
    table: str | None
    columns: dict[str, str | None]


@dataclass(frozen=True)
class Place:
    """Where a fragment stands.

    Attributes:
        sources: what FROM names, the inner query's before those of the queries around it.
        texts: what FROM names by texts of its own.
        labels: the names that the select list gives; `listed` are the texts in it.
        is_result: its value goes to the application.
    """

    role: Role
    sources: Sequence[Source] = ()
    outer: Sequence[Source] = ()
    texts: Sequence[str] = ()
    labels: frozenset[str] = frozenset()
    listed: Sequence[str] = ()
    bound: dict[str, Value] = field(default_factory=dict)
    is_result: bool = False


@dataclass(frozen=True)
class Piece:
    """A fragment, or one column of it, as SQLite takes it.

    Attributes:
        name: of a column of the result.
        convert: makes the driver's value of SQLite's; None where they are the same.
    """

    sql: str
    name: str | None = None
    convert: Convert | None = None


class Speaker(Protocol):
    """What writes fragments of one dialect."""

    def fragment(self, text: str, place: Place) -> list[Piece] | None:
        """Return what a fragment is written as: several only among columns.

        None leaves it as it is.

        Raises:
            EmulationError: it uses what is not supported.
        """

    def default(self, text: str) -> str | None:
        """Return what a column's default is written as; None leaves it as it is."""

    def writes(self, name: str, arguments: Sequence[str | None]) -> bool:
        """Tell whether calls of a function are written as fragments.

        Args:
            name: the function, which SQLite does not have.
            arguments: their texts, where the application has written them.

        Raises:
            EmulationError: it is not supported.
        """

    def knows(self, name: str) -> bool:
        """Tell whether a call may stand inside a fragment."""

    def stored(self, value: Any) -> Any:
        """Return a bound value as SQLite is given it."""
