"""A data file that has been read: its value, and where in the file each part of it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from freshdb.errors import DataFileError, shown
from freshdb.nearest import did_you_mean

Keys = tuple[Any, ...]


@dataclass(frozen=True)
class Place:
    """A line and a column of a file, both counted from 1."""

    path: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{shown(self.path)}:{self.line}:{self.column}"


@dataclass
class Spot:
    """Where a value begins, and where its keys and the values under them do."""

    line: int
    column: int
    items: dict[Any, tuple[Spot | None, Spot]] = field(default_factory=dict)


@dataclass(frozen=True)
class Tagged:
    """A value that its file marks to be something else, such as `!decimal 1.20`."""

    name: str
    argument: Any


class Document:
    """A data file's value; places are worked out when somebody asks for one.

    Args:
        path: the file.
        value: what it holds: mappings, lists and scalars, and `Tagged` among them.
        spots: finds where everything stands.
        holds_texts: every value is a text, since the format has nothing else.
    """

    def __init__(
        self, path: Path, value: Any, spots: Callable[[], Spot], *, holds_texts: bool = False
    ) -> None:
        self.path = path
        self.holds_texts = holds_texts
        self.value = value
        self._find_spots = spots
        # Documents that have been included, by the keys of the value that they stand for.
        self.included: dict[Keys, Document] = {}
        # What else the value was made of: the text of each file, the value of each variable.
        self.ingredients: dict[str, str] = {}

    @cached_property
    def spots(self) -> Spot:
        return self._find_spots()

    def place(self, keys: Iterable[Any] = (), *, of_key: bool = False) -> Place:
        """Return where the value under `keys` stands, or the nearest one around it.

        Args:
            keys: mapping keys and list indexes, from the outside in.
            of_key: the place of the last key itself rather than of its value.
        """
        keys = tuple(keys)
        for length in range(len(keys), 0, -1):
            other = self.included.get(keys[:length])
            if other is not None:
                return other.place(keys[length:], of_key=of_key)
        spot = self.spots
        for position, key in enumerate(keys):
            found = spot.items.get(key)
            if found is None:
                break
            key_spot, value_spot = found
            is_last = position == len(keys) - 1
            spot = key_spot if is_last and of_key and key_spot is not None else value_spot
        return Place(self.path, spot.line, spot.column)

    def home(self, keys: Keys) -> tuple[Document, Keys]:
        """Return the file that holds the value under `keys`, which may be an included one."""
        for length in range(len(keys), 0, -1):
            other = self.included.get(keys[:length])
            if other is not None:
                return other.home(keys[length:])
        return self, keys

    def error(
        self, fact: str, keys: Iterable[Any] = (), *, of_key: bool = False, hint: str | None = None
    ) -> DataFileError:
        """Return an error about the value (or the last key) under `keys`."""
        place = self.place(keys, of_key=of_key)
        return DataFileError(fact, path=place.path, line=place.line, column=place.column, hint=hint)

    def unknown(self, what: str, word: Any, keys: Keys, valid: Iterable[str]) -> DataFileError:
        """Return the error about a key that is none of the valid ones, naming the nearest."""
        return self.error(
            f"there is no {what} `{word}`",
            (*keys, word),
            of_key=True,
            hint=did_you_mean(str(word), valid),
        )
