"""SQLite: a branch is a file."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb.branches.products import Copied, Dialect, Progress
from freshdb.branches.products.sqlite import raw
from freshdb.branches.products.sqlite.copying import copy_bytes, copy_schema, write_into
from freshdb.branches.records import Place
from freshdb.errors import BranchBusyError, BranchError, BranchNotFoundError, BranchSpaceError

if TYPE_CHECKING:
    from freshdb.branches.products.sqlite.reading import SQLiteDatabase

SIDECARS = ("-wal", "-shm", "-journal")


class SQLite:
    """The product whose databases are files."""

    name = "sqlite"
    has_servers = False

    @property
    def dialect(self) -> Dialect:
        from freshdb.branches.products.sqlite.patching import SQLiteDialect

        return SQLiteDialect()

    def new_place(self, home: Path, label: str, source: Place) -> Place:
        name = f"snapshot-{label}.sqlite" if label else "database.sqlite"
        return Place(self.name, str(home / name), driver=source.driver)

    def whereabouts(self, place: Place) -> tuple[str, str]:
        return "", Path(place.where).stem

    def size(self, place: Place) -> int:
        try:
            size = os.stat(place.where).st_size
        except OSError as error:
            raise BranchNotFoundError(
                f"cannot read `{place.where}`: {error.strerror}", hint="name a file that exists"
            ) from None
        with contextlib.suppress(OSError):
            size += os.stat(f"{place.where}-wal").st_size
        return size

    def copy(
        self, source: Place, target: Place, *, schema_only: bool, progress: Progress
    ) -> Copied:
        size = self.size(source)
        _check_room(Path(target.where).parent, 0 if schema_only else size)
        begin = time.perf_counter()
        with _errors_told(source.where):
            if schema_only:
                way = copy_schema(source.where, target.where)
            else:
                way = copy_bytes(source.where, target.where, progress)
        return Copied(self.size(target), time.perf_counter() - begin, way)

    def overwrite(self, target: Place, source: Place, *, progress: Progress) -> Copied:
        size = self.size(source)
        _check_room(Path(target.where).parent, size)
        begin = time.perf_counter()
        with _errors_told(target.where):
            write_into(target.where, source.where, progress)
        return Copied(size, time.perf_counter() - begin, "page copy")

    def settle(self, place: Place) -> None:
        """SQLite does so itself: `overwrite` is one transaction."""

    def delete(self, place: Place) -> None:
        raw.forget(place.where)
        for suffix in (*SIDECARS, ""):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place.where + suffix)

    def unmark(self, place: Place) -> None:
        """Do nothing: a file is not marked."""

    def exists(self, place: Place) -> bool:
        return os.path.isfile(place.where)

    def made_by(self, registry: str, place: Place) -> list[Place]:
        """Return none: a file is in its branch's directory, and goes with that."""
        return []

    def url(self, place: Place, driver: str | None, *, with_password: bool) -> str:
        driver = driver or place.driver
        return f"sqlite{f'+{driver}' if driver else ''}:///{place.where}"

    @contextlib.contextmanager
    def open(self, place: Place, *, write: bool = False) -> Iterator[SQLiteDatabase]:
        # Not needed to copy and to delete, which is all that most commands do.
        from freshdb.branches.products.sqlite.reading import SQLiteDatabase, connected

        if not self.exists(place):
            raise BranchNotFoundError(
                f"there is no file `{place.where}`", hint="`freshdb branch doctor` looks for more"
            )
        with _errors_told(place.where), connected(place.where, write=write) as connection:
            yield SQLiteDatabase(connection, place.where)


def _check_room(directory: Path, needed: int) -> None:
    disk = os.statvfs(directory)
    free = disk.f_bavail * disk.f_frsize
    if needed > free:
        raise no_room(directory, needed, free)


def no_room(directory: Path, needed: int, free: int) -> BranchSpaceError:
    return BranchSpaceError(
        f"a copy of {needed / 1e6:.1f} MB does not fit into `{directory}`, which has "
        f"{free / 1e6:.1f} MB left",
        hint="make room, `freshdb branch gc`, or name another place: `branch_directory` in "
        "[tool.freshdb]",
    )


@contextlib.contextmanager
def _errors_told(path: str) -> Iterator[None]:
    """Say of an error of SQLite or of the system what it means for the caller."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise BranchBusyError(
                f"`{path}` is locked by a writer", hint="try again when it has committed"
            ) from error
        if "full" in text:
            raise BranchSpaceError(
                f"`{path}`: {text}", hint="make room, or `freshdb branch gc`"
            ) from error
        raise BranchError(f"SQLite says of `{path}`: {text}") from error
    except sqlite3.DatabaseError as error:
        raise BranchError(f"SQLite says of `{path}`: {error}") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BranchSpaceError(
                f"no room for a copy of `{path}`", hint="make room, or `freshdb branch gc`"
            ) from error
        raise
