"""One room per database product, behind one Protocol.

A backend names its branches and images by places: paths for SQLite, databases of a server for
others. Nobody else looks inside a place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, MutableSequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from freshdb.model import Image, KeptDatabase, Peer, Place, Source

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from sqlalchemy.engine import URL, Dialect

    from freshdb.settings import Settings

__all__ = ["Backend", "Backends", "ConnectArguments", "Resettable", "Transactions"]


@dataclass(frozen=True)
class Transactions:
    """How a product's transactions are, for a test that runs in one.

    Attributes:
        begin: statements that begin one, where the first of any other kind does not.
        check: a statement that makes sure of what is else only seen at a commit.
        is_checked: a query that tells whether there is anything that `check` could find.
        runs_scripts: whether several statements can be sent at once.
        ends: tells by its words whether a statement begins or ends a transaction.
        is_over: tells whether a driver's connection is known to be in none any more.
    """

    begin: tuple[str, ...]
    check: str
    is_checked: str
    runs_scripts: bool
    ends: Callable[[str], bool]
    is_over: Callable[[Any], bool]


class Backend(Protocol):
    """What freshdb must know about a database product.

    Attributes:
        name: the product, as sources and messages name it.
        is_server: whether branches live on a server. Then async connections work in their own
            loop only, the server can end a connection from its side, and an image is not taken of
            a branch that somebody is connected to: connections to it are ended first.
        transactions: how they are, where a test may run in one; None where it may not.
    """

    name: str
    is_server: bool
    transactions: Transactions | None

    def covers(self, dialect: Dialect) -> bool:
        """Tell whether engines with this dialect are redirected."""

    def source(self, dialect: Dialect, arguments: ConnectArguments) -> Source:
        """Return the database that a connection with these arguments would reach."""

    def redirect(self, arguments: ConnectArguments, branch: Place) -> None:
        """Change the arguments so that the connection reaches the branch."""

    def url_of(self, branch: Place, like: URL | None) -> URL:
        """Return the URL by which an engine reaches a branch.

        Args:
            branch: which.
            like: its driver is used; None where the application's is not known.
        """

    def run_script(self, branch: Place, script: str) -> None:
        """Run the statements of an SQL file in a branch."""

    def describe(self) -> str:
        """Return where branches live, or nothing if there have been none; no password is in it."""

    def peers(self) -> Iterable[Peer]:
        """Return the other ends of connections to servers."""

    # Images

    def template(self, fingerprint: str, build: Callable[[Place], None], *, rebuild: bool) -> Image:
        """Return the template with this fingerprint, built if nobody has built it yet.

        Args:
            fingerprint: of what builds it; another one is another template.
            build: fills an empty branch, which is published if this returns.
            rebuild: build it even if it is there.
        """

    def build_empty(self) -> Image:
        """Make an image of a database with nothing in it."""

    def build_from(self, source: Source) -> Image:
        """Make an image of what a source starts from where no schema is set; it is only read."""

    def take_image(self, branch: Place) -> Image:
        """Make an image of what is committed in a branch; see `is_server` for who is connected."""

    def take_image_through(self, driver_connection: Any) -> Image:
        """Make an image of the database that a driver's connection is connected to."""

    def merge(self, target: Image, before: Image, after: Image) -> Image:
        """Make an image of `target` with the change from `before` to `after` on top."""

    def has_same_schema(self, one: Image, other: Image) -> bool:
        """Tell whether two images have the same tables, indexes, views and triggers."""

    def is_same(self, one: Image, other: Image) -> bool:
        """Tell whether two images hold the same database; may say no where it cannot tell."""

    def discard(self, image: Image) -> None:
        """Remove an image that nothing starts from any more."""

    # Branches

    def make_branch(self, image: Image, kind: str) -> Place:
        """Make a branch that starts as the image, by a copy of the whole: a clone."""

    def resettable(self, branch: Place, image: Image) -> Resettable | None:
        """Return what can undo, in place, all that will be written to a new branch.

        None where that cannot be done on this server, or for this image.
        """

    def apply(self, branch: Place, before: Image, after: Image) -> None:
        """Change a branch that is in use by what differs from `before` to `after`.

        Raises:
            LayerConflictError: the branch has other rows in the same places.
        """

    def drop_branch(self, branch: Place) -> None:
        """Remove a branch, with whoever is connected to it."""

    def place_to_keep(self, branch: Place, name: str, directory: Path) -> KeptDatabase:
        """Return what `keep` would return; nothing is done."""

    def keep(self, branch: Place, name: str, directory: Path) -> KeptDatabase:
        """Keep a failed test's branch for a look, until the project's next run.

        Args:
            branch: of a server: it is gone as a branch after that.
            name: the test's node id.
            directory: where the project's kept files are.
        """

    def tables_of(self, branch: Place) -> list[str]:
        """Return the names of the tables in a branch."""

    # Connections

    def holds_writes(self, driver_connection: Any) -> bool:
        """Tell whether a driver's connection holds what is neither committed nor rolled back."""

    def abandon(self, driver_connection: Any, loop: asyncio.AbstractEventLoop | None) -> None:
        """End a connection to a server at once, and without a word of warning.

        Args:
            driver_connection: the driver's own.
            loop: the one that an async connection works in; it may be closed.
        """

    def session_of(self, driver_connection: Any) -> int:
        """Return the server's number for a connection."""

    def is_harmless(self, statement: str) -> bool:
        """Tell whether a statement leaves nothing in its connection that outlives a reset."""

    def missing_table(self, message: str) -> str | None:
        """Return the table that an error message of the driver's says is missing."""

    def close(self) -> None:
        """Let go of everything: the run is over."""


class Resettable(Protocol):
    """A branch that can be made pristine in place."""

    def begin(self, keep: Collection[int] = (), *, rolled_back: bool = False) -> None:
        """Begin to undo all that was written; a server goes on by itself until `finish`.

        Args:
            rolled_back: whether all was done in transactions that have been rolled back.
            keep: sessions, by `Backend.session_of`, that have run nothing but what `is_harmless`
                says so of. Others may have to be ended.
        """

    def finish(self) -> bool:
        """Wait until all is undone, and tell whether that could be proved right."""

    def reset(self, keep: Collection[int] = (), *, rolled_back: bool = False) -> bool:
        """Begin, and wait until it is finished."""
        self.begin(keep, rolled_back=rolled_back)
        return self.finish()

    @property
    def why_not(self) -> str:
        """Say what kept the last reset from being proved right, or nothing."""

    @property
    def ended(self) -> AbstractSet[int]:
        """The sessions, by `Backend.session_of`, that the last reset has ended at the server."""

    def close(self) -> None:
        """Let go of the branch; it is not reset again."""


class ConnectArguments:
    """The driver's connect arguments as `do_connect` hands them out, to be changed in place.

    Attributes:
        driver: SQLAlchemy's name of the driver, where that matters to the backend.
        dialect: the engine's, where that matters to the backend.
        named: all of them by their names, those of a DSN too, where `source` has read one.
    """

    __slots__ = ("dialect", "driver", "keywords", "named", "positional")

    def __init__(self, positional: MutableSequence[Any], keywords: dict[str, Any]) -> None:
        self.positional = positional
        self.keywords = keywords
        self.driver = ""
        self.dialect: Dialect | None = None
        self.named: dict[str, Any] = {}


# SQLAlchemy's name of the product -> the module and class that know it.
PRODUCTS = {
    "sqlite": ("freshdb.backends.sqlite.backend", "SQLite"),
    "postgresql": ("freshdb.backends.postgres.backend", "Postgres"),
    "mysql": ("freshdb.backends.mariadb.backend", "MariaDB"),
    "mariadb": ("freshdb.backends.mariadb.backend", "MariaDB"),
}


class Backends:
    """The backends of one process of a run, each made when an engine first needs it.

    Args:
        settings: those of the run.
        new_path: gives a path for a branch or an image that is a file.
        label: names the process, for example the xdist worker.
        project: names the project among others on the same server.
    """

    def __init__(
        self, settings: Settings, new_path: Callable[[str], Path], label: str, project: str
    ) -> None:
        self.settings = settings
        self.new_path = new_path
        self.label = label
        self.project = project
        self._made: dict[str, Backend] = {}

    def __iter__(self) -> Any:
        return iter(tuple(self._made.values()))

    def of_product(self, name: str) -> Backend:
        """Return the backend for one of `PRODUCTS`."""
        # Two names may stand for one product.
        module, kind = PRODUCTS[name]
        if module not in self._made:
            self._made[module] = getattr(import_module(module), kind).of_run(self)
        return self._made[module]

    def of_dialect(self, dialect: Dialect) -> Backend | None:
        """Return the backend that covers engines with this dialect, or None."""
        if dialect.name not in PRODUCTS:
            return None
        backend = self.of_product(dialect.name)
        return backend if backend.covers(dialect) else None

    def peers(self) -> list[Peer]:
        """Return the other ends of connections to servers, the application's and freshdb's."""
        return [peer for backend in self for peer in backend.peers()]

    def close(self) -> None:
        """Let go of what they have; a second call does nothing."""
        while self._made:
            self._made.popitem()[1].close()
