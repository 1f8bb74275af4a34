"""Postgres: a branch is a database on the server of its source."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb.branches.products import Copied, Dialect, Progress
from freshdb.branches.products.postgres.server import (
    FORMS,
    MAINTENANCE,
    Target,
    connected,
    dump_into,
    target_of,
    url_of,
)
from freshdb.branches.products.servers import (
    BRANCHES,
    NEW,
    OLD,
    is_made_by,
    new_database_name,
    watched,
    way_in,
)
from freshdb.branches.records import Place
from freshdb.errors import BranchNotFoundError, BranchSpaceError, ServerError
from freshdb.servers.postgres.quoting import literal, quoted
from freshdb.servers.postgres.wire import Connection

if TYPE_CHECKING:
    from freshdb.branches.products.postgres.reading import PostgresDatabase

_IN_USE, _NO_DATABASE, _DISK_FULL, _EXISTS = "55006", "3D000", "53100", "42P04"
_NOT_LET_IN = "28"
_GONE_TIMEOUT_S = 5.0
_COPIED_FILES = """
SELECT sum((pg_stat_file('base/' || d || '/' || f, true)).size)
FROM pg_ls_dir('base') d, LATERAL pg_ls_dir('base/' || d, true, false) f
WHERE d ~ '^[0-9]+$' AND d::oid NOT IN (SELECT oid FROM pg_database)
"""


class Postgres:
    """The product whose branches are databases of a server."""

    name = "postgres"
    has_servers = True

    @property
    def dialect(self) -> Dialect:
        from freshdb.branches.products.postgres.patching import PostgresDialect

        return PostgresDialect()

    def new_place(self, home: Path, label: str, source: Place) -> Place:
        """Return a database's name that no other branch of any user has on this server."""
        name = new_database_name(home, label)
        url = url_of(target_of(source).address, name)
        return Place(self.name, url, source.secret, source.driver)

    def whereabouts(self, place: Place) -> tuple[str, str]:
        target = target_of(place)
        return target.address.host, target.database

    def size(self, place: Place) -> int:
        with _errors_told(place), connected(place, MAINTENANCE) as admin:
            return _size(admin, place)

    def copy(
        self, source: Place, target: Place, *, schema_only: bool, progress: Progress
    ) -> Copied:
        begin = time.perf_counter()
        with _errors_told(source), connected(source, MAINTENANCE) as admin:
            total = _size(admin, source)
            if schema_only:
                way = _dumped(admin, source, target, schema_only=True)
            else:
                with watched(progress, total, lambda: _copied_files(source)):
                    way = _cloned(admin, target_of(source), target_of(target)) or ""
            if not way:
                with watched(progress, total, lambda: _size_meanwhile(target)):
                    way = _dumped(admin, source, target, schema_only=False)
            size = _size(admin, target)
        return Copied(size, time.perf_counter() - begin, way)

    def overwrite(self, target: Place, source: Place, *, progress: Progress) -> Copied:
        """Put a new copy in the place of the old one, which `settle` drops; sessions are ended."""
        begin = time.perf_counter()
        name = target_of(target).database
        new = Place(self.name, url_of(target_of(target).address, name + NEW), target.secret)
        with _errors_told(target), connected(target, MAINTENANCE) as admin:
            way = self.copy(source, new, schema_only=False, progress=progress).way
            _end_sessions(admin, name)
            # One transaction: there is a database of this name at any moment.
            admin.query(
                f"BEGIN; ALTER DATABASE {quoted(name)} RENAME TO {quoted(name + OLD)}; "
                f"ALTER DATABASE {quoted(name + NEW)} RENAME TO {quoted(name)}; COMMIT"
            )
        return Copied(self.size(target), time.perf_counter() - begin, way)

    def settle(self, place: Place) -> None:
        name = target_of(place).database
        with _errors_told(place), connected(place, MAINTENANCE) as admin:
            for left in (name + NEW, name + OLD):
                _drop(admin, left)

    def delete(self, place: Place) -> None:
        name = target_of(place).database
        with _errors_told(place), connected(place, MAINTENANCE) as admin:
            for (one,) in admin.query(
                f"SELECT datname FROM pg_database WHERE datname IN ({literal(name)}, "
                f"{literal(name + NEW)}, {literal(name + OLD)})"
            ):
                _drop(admin, one or "")

    def unmark(self, place: Place) -> None:
        from freshdb.backends.postgres.reset import disarm

        with _errors_told(place), connected(place) as connection:
            disarm(connection)

    def exists(self, place: Place) -> bool:
        try:
            self.size(place)
        except BranchNotFoundError:
            return False
        return True

    def made_by(self, registry: str, place: Place) -> list[Place]:
        address = target_of(place).address
        with _errors_told(place), connected(place, MAINTENANCE) as admin:
            return [
                Place(self.name, url_of(address, name), place.secret)
                for (name,) in admin.query("SELECT datname FROM pg_database ORDER BY 1")
                if name is not None and is_made_by(registry, name)
            ]

    def url(self, place: Place, driver: str | None, *, with_password: bool) -> str:
        return url_of(
            target_of(place).address, target_of(place).database, driver=driver or place.driver,
            with_password=with_password,
        )  # fmt: skip

    @contextlib.contextmanager
    def open(self, place: Place, *, write: bool = False) -> Iterator[PostgresDatabase]:
        from freshdb.branches.products.postgres.reading import PostgresDatabase

        with _errors_told(place), connected(place) as connection:
            if not write:
                forms = "; ".join(f"SET {form}" for form in FORMS)
                connection.query(f"{forms}; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield PostgresDatabase(connection, place, may_write=write)


def _size(admin: Connection, place: Place) -> int:
    name = target_of(place).database
    found = admin.query(
        f"SELECT pg_database_size(oid) FROM pg_database WHERE datname = {literal(name)}"
    )
    if not found:
        raise _missing(place)
    return int(found[0][0] or 0)


def _copied_files(place: Place) -> Generator[int, None, None]:
    """Yield how large databases are that are being copied: nothing but their files is seen yet."""
    with connected(place, MAINTENANCE) as watcher:
        while True:
            yield int(watcher.value(_COPIED_FILES) or 0)


def _size_meanwhile(place: Place) -> Generator[int, None, None]:
    with connected(place, MAINTENANCE) as watcher:
        while True:
            yield _size(watcher, place)


def _cloned(admin: Connection, source: Target, target: Target) -> str | None:
    """Let the server copy the files; None where somebody is connected to the source."""
    if admin.query(
        "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' "
        f"AND datname = {literal(source.database)} LIMIT 1"
    ):
        return None
    version = int(admin.value("SHOW server_version_num") or 0)
    strategy, way = "", "template"
    if version >= 180000:
        # Shares blocks where the file system can, and fails where it cannot.
        admin.query("SET file_copy_method = clone")
        with contextlib.suppress(ServerError):
            admin.query(_clone_sql(source, target, " STRATEGY FILE_COPY"))
            return "file_copy_method = clone"
        _drop(admin, target.database)
        admin.query("RESET file_copy_method")
    if version >= 150000:
        is_fast = admin.value("SHOW fsync") == "off"
        # By files is faster where nothing is synced; where it is, two checkpoints cost far more.
        word = "FILE_COPY" if is_fast else "WAL_LOG"
        strategy, way = f" STRATEGY {word}", f"template, {word.lower()}"
    try:
        admin.query(_clone_sql(source, target, strategy))
    except ServerError as error:
        if error.code == _IN_USE:
            return None
        raise
    return way


def _clone_sql(source: Target, target: Target, strategy: str) -> str:
    return f"CREATE DATABASE {quoted(target.database)} TEMPLATE {quoted(source.database)}{strategy}"


def _dumped(admin: Connection, source: Place, target: Place, *, schema_only: bool) -> str:
    """Copy what one transaction sees, beside whoever is connected to the source."""
    name = target_of(target).database
    admin.query(f"CREATE DATABASE {quoted(name)} TEMPLATE template0")
    try:
        dump_into(source, target, schema_only=schema_only)
    except BaseException:
        _drop(admin, name)
        raise
    return "schema only" if schema_only else "dump, since the source is in use"


def _drop(admin: Connection, name: str) -> None:
    assert name.startswith(BRANCHES)
    _end_sessions(admin, name)
    admin.query(f"DROP DATABASE IF EXISTS {quoted(name)}")


def _end_sessions(admin: Connection, name: str) -> None:
    """End all connections to a database, and wait until they are gone."""
    sessions = f"FROM pg_stat_activity WHERE datname = {literal(name)}"
    if admin.query(f"SELECT pg_terminate_backend(pid) {sessions}"):
        deadline = time.monotonic() + _GONE_TIMEOUT_S
        while admin.query(f"SELECT 1 {sessions}") and time.monotonic() < deadline:
            time.sleep(0.001)


def _missing(place: Place) -> BranchNotFoundError:
    return BranchNotFoundError(
        f"there is no database `{target_of(place).database}` on {target_of(place).address}",
        hint="`freshdb branch doctor` looks for more",
    )


@contextlib.contextmanager
def _errors_told(place: Place) -> Iterator[None]:
    """Say of a server's error what it means for the caller."""
    from freshdb.errors import BranchError, BranchServerError

    try:
        yield
    except ServerError as error:
        if error.code == _NO_DATABASE:
            raise _missing(place) from error
        if error.code == _DISK_FULL:
            raise BranchSpaceError(error.fact, hint="make room on the server") from error
        if not error.code or error.code.startswith(("08", "57")):
            raise BranchServerError(
                error.fact, hint=error.hint or "does the server run? Try again"
            ) from error
        hint = way_in(place, error.hint) if error.code.startswith(_NOT_LET_IN) else error.hint
        raise BranchError(error.fact, hint=hint) from error
