"""Postgres servers for tests: every version that is on this machine, started once per process."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from freshdb.backends.postgres.backend import Postgres
from freshdb.model import Image
from freshdb.servers.postgres.programs import all_programs
from freshdb.settings import Settings

PROGRAMS = {str(found.version): found.directory for found in reversed(list(all_programs()))}
NEWEST = max(PROGRAMS, key=int)


class Products:
    """Backends on private servers, one for each version that a test asks for."""

    def __init__(self) -> None:
        self._made: dict[str, Postgres] = {}

    def of_version(self, version: str) -> Postgres:
        if version not in self._made:
            settings = Settings(server="private", server_programs=str(PROGRAMS[version]))
            self._made[version] = Postgres(settings, "tests", str(Path(__file__)))
        return self._made[version]

    def close(self) -> None:
        while self._made:
            self._made.popitem()[1].close()


def image_of(backend: Postgres, schema: str) -> Image:
    """Return an image with this schema and these rows."""
    branch = backend.make_branch(backend.build_empty(), "built")
    with backend.connected(branch) as connection:
        connection.query(schema)
    return backend.take_image(branch)


@contextmanager
def programs_of_its_own(before: str = "", *options: str) -> Iterator[Path]:
    """Yield a directory of programs by which a server of one test's own is started.

    Not in pytest's directory: the account that runs a server for root could not look into it.

    Args:
        before: what a shell does before it starts the server.
        options: more of the server's.
    """
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o711)
        directory = Path(parent) / "bin"
        directory.mkdir()
        directory.chmod(0o755)
        real = PROGRAMS[NEWEST]
        (directory / "initdb").symlink_to(real / "initdb")
        script = f'#!/bin/sh\n{before}\nexec {shlex.quote(str(real))}/postgres "$@" '
        (directory / "postgres").write_text(script + shlex.join(options))
        (directory / "postgres").chmod(0o755)
        yield directory


@contextmanager
def client_of(backend: Postgres, branch: object) -> Iterator[psycopg.Connection]:
    """Open a driver's connection to a branch, as an application does; it commits each statement."""
    url = backend.url_of(branch, None)  # type: ignore[arg-type]  # a place is whatever it is
    connection = psycopg.connect(
        host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True
    )
    try:
        yield connection
    finally:
        connection.close()
