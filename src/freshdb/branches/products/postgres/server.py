"""Where a Postgres database is, and the programs that dump and restore one."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from freshdb.branches.products.servers import ServerUrl, parts_of, text_of, this_user
from freshdb.branches.records import Place
from freshdb.errors import BranchError
from freshdb.servers.postgres.address import Address
from freshdb.servers.postgres.wire import Connection

MAINTENANCE = "postgres"
# Values are read and written in one form, whatever a database, a role or the server is set to.
FORMS = (
    "datestyle TO 'ISO, YMD'", "intervalstyle TO 'postgres'", "timezone TO 'UTC'",
    "bytea_output TO 'hex'", "extra_float_digits TO 1",
)  # fmt: skip
_TLS = {"require": "always", "verify-ca": "always", "verify-full": "always"}


@dataclass(frozen=True)
class Target:
    """A database on a server."""

    address: Address
    database: str


def target_of(place: Place) -> Target:
    """Return what a place means; the password comes from the environment."""
    url = parts_of(place)
    user = url.user or os.environ.get("PGUSER") or this_user()
    address = Address(
        url.query.get("host") or url.host or os.environ.get("PGHOST") or "localhost",
        int(url.query.get("port") or url.port or os.environ.get("PGPORT") or 5432),
        user,
        url.password or os.environ.get("PGPASSWORD", ""),
        _TLS.get(url.query.get("sslmode", ""), "never"),
    )
    return Target(address, url.database or user)


def url_of(
    address: Address, database: str, *, driver: str | None = None, with_password: bool | None = None
) -> str:
    """Return a URL; `with_password` None leaves the password out, False masks it."""
    query = {"host": address.host, "port": str(address.port)} if address.is_socket else {}
    if address.tls == "always":
        query["sslmode"] = "require"
    host = "" if address.is_socket else address.host
    url = ServerUrl(
        "postgresql", address.user, host, address.port, database, query, address.password
    )
    return text_of(url, driver=driver, with_password=with_password)


def connected(
    place: Place, database: str | None = None
) -> contextlib.AbstractContextManager[Connection]:
    """Open a connection to a place, or to another database of its server."""
    target = target_of(place)
    return contextlib.closing(Connection(target.address, database or target.database, 600.0))


def dump(place: Place, *words: str) -> str:
    """Return what `pg_dump` says of a database."""
    done = subprocess.run(  # noqa: S603  # a program that was found, and no shell
        [program("pg_dump"), *_DUMP, *words], env=_environment(place), capture_output=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise BranchError(f"`pg_dump` failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()


def dump_into(source: Place, target: Place, *, schema_only: bool) -> None:
    """Dump one database into another, as one transaction sees it."""
    words = [program("pg_dump"), *_DUMP, *(["--schema-only"] if schema_only else [])]
    restore = [
        program("psql"),
        "--quiet",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    with subprocess.Popen(  # noqa: S603  # a program that was found, and no shell
        words, env=_environment(source), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as dumping:
        restored = subprocess.run(  # noqa: S603  # the same
            restore, env=_environment(target), stdin=dumping.stdout, capture_output=True,
            check=False,
        )  # fmt: skip
        assert dumping.stdout is not None
        assert dumping.stderr is not None
        dumping.stdout.close()
        said = dumping.stderr.read()
    if dumping.returncode or restored.returncode:
        text = (said or restored.stderr).decode(errors="replace").strip()
        raise BranchError(f"dumping and restoring failed: {text}")


_DUMP = ("--no-owner", "--no-privileges", "--no-password")


def program(name: str) -> str:
    """Return the path of one of Postgres's programs."""
    found = shutil.which(name)
    if found is None:
        from freshdb.servers.postgres.programs import all_programs

        for programs in all_programs():
            if (programs.directory / name).is_file():
                return str(programs.directory / name)
        raise BranchError(
            f"`{name}` is not on this machine",
            hint="install Postgres's client programs (`apt install postgresql-client`)",
        )
    return str(Path(found))


def _environment(place: Place) -> dict[str, str]:
    """Return the environment by which libpq finds a database: no password on a command line."""
    target = target_of(place)
    facts = {
        "PGHOST": target.address.host, "PGPORT": str(target.address.port),
        "PGUSER": target.address.user, "PGDATABASE": target.database, "PGAPPNAME": "freshdb",
    }  # fmt: skip
    if target.address.password:
        facts["PGPASSWORD"] = target.address.password
    return {**os.environ, **facts}
