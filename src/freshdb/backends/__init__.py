"""One file per database product, behind one Protocol."""

from __future__ import annotations

from collections.abc import MutableSequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from freshdb.model import Image, Source

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

__all__ = ["Backend", "backend_for"]


class Backend(Protocol):
    """What freshdb must know about a database product."""

    name: str

    def covers(self, dialect: Dialect) -> bool:
        """Tell whether engines with this dialect are redirected."""

    def source(self, dialect: Dialect, arguments: ConnectArguments) -> Source:
        """Return the database that a connection with these arguments would reach."""

    def redirect(self, arguments: ConnectArguments, branch: Path) -> None:
        """Change the arguments so that the connection reaches the branch."""

    def in_transaction(self, driver_connection: Any) -> bool:
        """Tell whether the driver's connection holds a transaction."""

    def build_empty(self, path: Path) -> Image:
        """Make an image of a database with nothing in it."""

    def build_from_file(self, original: Path, path: Path) -> Image:
        """Make an image of a database file of the application's, which is only read."""

    def take_image(self, branch: Path, path: Path) -> Image:
        """Make an image of what is committed in a branch, whoever is connected to it."""

    def take_image_through(self, driver_connection: Any, path: Path) -> Image:
        """Make an image of the database that a driver's connection is connected to."""

    def make_branch(self, image: Image, path: Path) -> None:
        """Make a branch that starts as the image."""

    def resettable(self, branch: Path) -> Resettable:
        """Return what can undo, in place, all that will be written to a new branch."""

    def is_harmless(self, statement: str) -> bool:
        """Tell whether a statement leaves nothing behind that `Resettable.reset` cannot undo."""

    def drop_branch(self, path: Path) -> None:
        """Remove a branch."""

    def merge(self, target: Image, before: Image, after: Image, path: Path) -> Image:
        """Make an image of `target` with the change from `before` to `after` on top."""

    def apply(self, branch: Path, before: Image, after: Image) -> None:
        """Change a branch that is in use by what differs from `before` to `after`.

        Raises:
            LayerConflictError: the branch has other rows in the same places.
        """

    def tables_of(self, branch: Path) -> list[str]:
        """Return the names of the tables in a branch."""

    def missing_table(self, message: str) -> str | None:
        """Return the table that an error message of the driver's says is missing."""

    def has_same_schema(self, one: Image, other: Image) -> bool:
        """Tell whether two images have the same tables, indexes, views and triggers."""

    def is_same(self, one: Image, other: Image) -> bool:
        """Tell whether two images hold the same database; may say no where it cannot tell."""


class Resettable(Protocol):
    """A branch that can be made pristine in place."""

    def reset(self) -> bool:
        """Undo all that was committed, and tell whether that could be proved right."""

    def close(self) -> None:
        """Let go of the branch; it is not reset again."""


class ConnectArguments:
    """The driver's connect arguments as `do_connect` hands them out, to be changed in place."""

    __slots__ = ("keywords", "positional")

    def __init__(self, positional: MutableSequence[Any], keywords: dict[str, Any]) -> None:
        self.positional = positional
        self.keywords = keywords


def backend_for(dialect: Dialect) -> Backend | None:
    """Return the backend that covers engines with this dialect, or None."""
    from freshdb.backends.sqlite import SQLite

    backend = SQLite()
    return backend if backend.covers(dialect) else None
