"""MariaDB and MySQL: a branch is a database on the server of its source."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb.backends.mariadb.admin import Admin, quoted
from freshdb.backends.mariadb.reset.sessions import end_sessions
from freshdb.branches.products import Copied, Dialect, Progress
from freshdb.branches.products.mariadb.errors import errors_told, missing
from freshdb.branches.products.mariadb.server import admin_of, opened, target_of, url_of
from freshdb.branches.products.servers import BRANCHES, NEW, is_made_by, new_database_name
from freshdb.branches.records import Place

if TYPE_CHECKING:
    from freshdb.branches.products.mariadb.reading import MariaDBDatabase

# In a copy that is whole; it is made last, and goes with the copy.
_WHOLE = "freshdb_copy_is_whole"


class MariaDB:
    """The product whose branches are databases of a MariaDB or MySQL server."""

    name = "mariadb"
    has_servers = True

    @property
    def dialect(self) -> Dialect:
        from freshdb.branches.products.mariadb.patching import MariaDBDialect

        return MariaDBDialect()

    def new_place(self, home: Path, label: str, source: Place) -> Place:
        """Return a database's name that no other branch of any user has on this server."""
        name = new_database_name(home, label)
        return Place(self.name, url_of(target_of(source), name), source.secret, source.driver)

    def whereabouts(self, place: Place) -> tuple[str, str]:
        target = target_of(place)
        return target.address.name_of_host, target.database

    def size(self, place: Place) -> int:
        name = target_of(place).database
        with errors_told(place), admin_of(place) as admin:
            if not _is_there(admin, name):
                raise missing(place)
            found = admin.rows(
                "SELECT SUM(data_length + index_length) FROM information_schema.tables "
                "WHERE table_schema = %s", [name],
            )  # fmt: skip
        return int(found[0][0] or 0)

    def copy(
        self, source: Place, target: Place, *, schema_only: bool, progress: Progress
    ) -> Copied:
        from freshdb.branches.products.mariadb.copying import copy_database

        begin = time.perf_counter()
        name = target_of(target).database
        # Of the source: what the server counts of a database that is new comes later.
        size = self.size(source)
        with errors_told(source), admin_of(source) as admin:
            try:
                way = copy_database(admin, source, name, progress, schema_only=schema_only)
            except BaseException:
                # What went wrong may have ended the server; then `gc` finds what is left.
                with contextlib.suppress(Exception):
                    _drop(admin, name)
                raise
        if schema_only:
            size = self.size(target)
        return Copied(size, time.perf_counter() - begin, way)

    def overwrite(self, target: Place, source: Place, *, progress: Progress) -> Copied:
        """Put a new copy in the place of the old one; its sessions are ended.

        No database of these products can be renamed. So there is a whole copy of the source under
        another name first, from which `settle` makes the database anew: as often as it takes.
        """
        begin = time.perf_counter()
        new = _beside(target)
        copied = self.copy(source, new, schema_only=False, progress=progress)
        with errors_told(target), admin_of(target) as admin:
            admin.run(f"CREATE TABLE {quoted(target_of(new).database)}.{_WHOLE} (done INT)")
        return Copied(copied.size_bytes, time.perf_counter() - begin, copied.way)

    def settle(self, place: Place) -> None:
        from freshdb.branches.products.mariadb.copying import copy_database

        new, name = _beside(place), target_of(place).database
        with errors_told(place), admin_of(place) as admin:
            copy = target_of(new).database
            if admin.rows(
                "SELECT 1 FROM information_schema.tables WHERE table_schema = %s "
                "AND table_name = %s", [copy, _WHOLE],
            ):  # fmt: skip
                _drop(admin, name)
                copy_database(admin, new, name, lambda *_: None, schema_only=False)
                admin.run(f"DROP TABLE {quoted(name)}.{_WHOLE}")
            _drop(admin, copy)

    def delete(self, place: Place) -> None:
        with errors_told(place), admin_of(place) as admin:
            _drop(admin, target_of(_beside(place)).database)
            _drop(admin, target_of(place).database)

    def unmark(self, place: Place) -> None:
        """Do nothing: this server counts by itself what is written."""

    def exists(self, place: Place) -> bool:
        with errors_told(place), admin_of(place) as admin:
            return _is_there(admin, target_of(place).database)

    def made_by(self, registry: str, place: Place) -> list[Place]:
        pattern = BRANCHES.replace("_", r"\_") + "%"
        with errors_told(place), admin_of(place) as admin:
            return [
                Place(self.name, url_of(target_of(place), name), place.secret)
                for (name,) in admin.rows("SHOW DATABASES LIKE %s", [pattern])
                if is_made_by(registry, name)
            ]

    def url(self, place: Place, driver: str | None, *, with_password: bool) -> str:
        target = target_of(place)
        driver = driver or place.driver
        return url_of(target, target.database, driver=driver, with_password=with_password)

    @contextlib.contextmanager
    def open(self, place: Place, *, write: bool = False) -> Iterator[MariaDBDatabase]:
        from freshdb.branches.products.mariadb.reading import MariaDBDatabase

        with errors_told(place), opened(place, write=write) as connection:
            yield MariaDBDatabase(connection, place)


def _beside(place: Place) -> Place:
    """Return where the copy is that is to take a database's place."""
    target = target_of(place)
    return Place(place.product, url_of(target, target.database + NEW), place.secret)


def _is_there(admin: Admin, name: str) -> bool:
    return bool(
        admin.rows("SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", [name])
    )


def _drop(admin: Admin, name: str) -> None:
    """Remove a database, its sessions first: their locks would make this wait."""
    assert name.startswith(BRANCHES)
    sessions = admin.rows(
        "SELECT id FROM information_schema.processlist WHERE db = %s AND id <> CONNECTION_ID()",
        [name],
    )
    end_sessions(admin, [session for (session,) in sessions])
    admin.run(f"DROP DATABASE IF EXISTS {quoted(name)}")
