"""SQLite: a branch is a file in WAL mode, copied from an image that nobody writes.

Of ten ways to share an SQLite database between connections, a plain file in WAL mode with the
driver's default transactions was the only one to pass every concurrency probe; see
`docs/explanation/how-it-works.md`.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import re
import shutil
import sqlite3
import weakref
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from freshdb.backends import Transactions
from freshdb.backends.sqlite.merge import merge_rows_and_schema
from freshdb.backends.sqlite.reset import ResettableFile
from freshdb.backends.sqlite.statements import is_harmless
from freshdb.backends.sqlite.targets import parse_target
from freshdb.errors import LayerConflictError
from freshdb.model import Image, KeptDatabase, Peer, Source, SourceKind
from freshdb.workspace import keep_file, slug

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Dialect

    from freshdb.backends import Backends, ConnectArguments

SIDECARS = ("-wal", "-shm", "-journal")
_DRIVERS = ("pysqlite", "aiosqlite", "pysqlite_numeric", "pysqlite_dollar")
_engine_numbers: weakref.WeakKeyDictionary[Any, int] = weakref.WeakKeyDictionary()
_numbers = count(1)


class SQLite:
    """The SQLite backend.

    Args:
        new_path: gives a path for a branch or an image.
    """

    name = "sqlite"
    is_server = False
    transactions: Transactions | None = None

    def __init__(self, new_path: Callable[[str], Path]) -> None:
        self._new_path = new_path

    @classmethod
    def of_run(cls, run: Backends) -> SQLite:
        return cls(run.new_path)

    def covers(self, dialect: Dialect) -> bool:
        return dialect.name == "sqlite" and dialect.driver in _DRIVERS

    def source(self, dialect: Dialect, arguments: ConnectArguments) -> Source:
        target = parse_target(str(_filename(arguments)), uri=bool(arguments.keywords.get("uri")))
        if target.kind is SourceKind.PRIVATE_MEMORY:
            if dialect not in _engine_numbers:
                _engine_numbers[dialect] = next(_numbers)
            return Source(self.name, target.kind, f"engine {_engine_numbers[dialect]}")
        return Source(self.name, target.kind, target.name)

    def redirect(self, arguments: ConnectArguments, branch: Path) -> None:
        target = parse_target(str(_filename(arguments)), uri=bool(arguments.keywords.get("uri")))
        place = str(branch)
        if target.mode in ("ro", "rw"):
            place = f"file:{quote(place)}?mode={target.mode}"
        if arguments.positional:
            arguments.positional[0] = place
        else:
            arguments.keywords["database"] = place
        # The pool hands the connection to other threads, and a test's end closes it from its own.
        arguments.keywords["check_same_thread"] = False

    def url_of(self, branch: Path, like: URL | None) -> URL:
        from sqlalchemy.engine import make_url

        return (like or make_url("sqlite://")).set(database=str(branch), query={})

    def run_script(self, branch: Path, script: str) -> None:
        with contextlib.closing(sqlite3.connect(branch)) as connection:
            connection.executescript(script)

    def describe(self) -> str:
        return "files"

    def peers(self) -> tuple[Peer, ...]:
        return ()

    def holds_writes(self, driver_connection: Any) -> bool:
        # One that a suspended task is in the middle of closing has none, and says so by raising.
        with contextlib.suppress(sqlite3.Error, ValueError):
            return bool(driver_connection.in_transaction)
        return False

    def abandon(self, driver_connection: Any, loop: object) -> None:
        """Do nothing: its connections work in any loop, and are closed as usual."""

    def session_of(self, driver_connection: Any) -> int:
        return 0

    def template(self, fingerprint: str, build: Callable[[Path], None], *, rebuild: bool) -> Image:
        """Build a template; there is none to be found, as files do not outlive their run."""
        draft = self.build_empty().place
        try:
            build(draft)
            return self.take_image(draft)
        finally:
            self.drop_branch(draft)

    def build_empty(self) -> Image:
        return self._finish(self._new_path("image"))

    def build_from(self, source: Source) -> Image:
        path = self._new_path("image")
        if source.kind is SourceKind.FILE:
            copy_file(Path(source.name), path)
        return self._finish(path)

    def take_image(self, branch: Path) -> Image:
        with contextlib.closing(sqlite3.connect(branch)) as source:
            return self.take_image_through(source)

    def take_image_through(self, driver_connection: Any) -> Image:
        path = self._new_path("image")
        # aiosqlite's backup has the same name, runs in its own thread, and is awaited.
        with contextlib.closing(sqlite3.connect(path, check_same_thread=False)) as target:
            result = driver_connection.backup(target)
            if inspect.isawaitable(result):
                from sqlalchemy.util import await_only

                await_only(result)
        return self._finish(path)

    def make_branch(self, image: Image, kind: str) -> Path:
        path = self._new_path(kind)
        shutil.copyfile(image.place, path)
        return path

    def drop_branch(self, branch: Path) -> None:
        for suffix in ("", *SIDECARS):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{branch}{suffix}")

    def discard(self, image: Image) -> None:
        image.place.unlink(missing_ok=True)

    def place_to_keep(self, branch: Path, name: str, directory: Path) -> KeptDatabase:
        return KeptDatabase(name, str(directory / f"{slug(name)}.sqlite"))

    def keep(self, branch: Path, name: str, directory: Path) -> KeptDatabase:
        keep_file(self.take_image(branch).place, directory, slug(name))
        return self.place_to_keep(branch, name, directory)

    def close(self) -> None:
        """Do nothing: the files go with the workspace."""

    def merge(self, target: Image, before: Image, after: Image) -> Image:
        path = self._new_path("layer")
        shutil.copyfile(target.place, path)
        merge_rows_and_schema(path, before.place, after.place)
        return self._finish(path)

    def apply(self, branch: Path, before: Image, after: Image) -> None:
        try:
            merge_rows_and_schema(branch, before.place, after.place, may_replace=False)
        except sqlite3.Error as error:
            raise LayerConflictError(
                f"the rows of a fixture do not fit beside those that the test has written: {error}",
                hint="ask for the fixture as an argument, or before the test writes",
            ) from error

    def has_same_schema(self, one: Image, other: Image) -> bool:
        return _schema_of(one.place) == _schema_of(other.place)

    def is_same(self, one: Image, other: Image) -> bool:
        if one.place == other.place:
            return True
        return _content(one.place) == _content(other.place)

    def resettable(self, branch: Path, image: Image) -> ResettableFile:
        return ResettableFile(branch)

    def is_harmless(self, statement: str) -> bool:
        return is_harmless(statement)

    def tables_of(self, branch: Path) -> list[str]:
        return [name for kind, name, _ in _schema_of(branch) if kind == "table"]

    def missing_table(self, message: str) -> str | None:
        found = re.search(r"no such table: (?:\w+\.)?(\w+)", message)
        return found[1] if found else None

    def _finish(self, path: Path) -> Image:
        """Leave `path` one whole file in WAL mode, and tell what is in it."""
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = wal")
            found = connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        return Image(path, has_tables=found is not None)


def _schema_of(path: Path) -> list[tuple[str, str, str]]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        sql = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
        return connection.execute(sql).fetchall()


def copy_file(original: Path, path: Path) -> None:
    """Copy a database file with its journals, reading only; a missing one is empty.

    SQLite itself is not let near the original: opening a WAL database for reading makes files
    beside it, and recovering a journal writes to it. The copy recovers instead.
    """
    for suffix in ("", "-wal", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(f"{original}{suffix}", f"{path}{suffix}")


def _filename(arguments: ConnectArguments) -> Any:
    if arguments.positional:
        return arguments.positional[0]
    return arguments.keywords.get("database", ":memory:")


def _content(path: Path) -> bytes:
    """Return the file without the counters in its header, which differ between equal databases."""
    data = bytearray(path.read_bytes())
    data[24:28] = data[92:100] = b""
    return bytes(data)
