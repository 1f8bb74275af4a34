"""Where a Postgres database is, and the programs that dump and restore one."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from freshdb.branches.records import Place
from freshdb.errors import BranchError
from freshdb.servers.postgres.wire import Address, Connection

BRANCHES = "freshdb_branch_"
MAINTENANCE = "postgres"
_TLS = {"require": "always", "verify-ca": "always", "verify-full": "always"}


@dataclass(frozen=True)
class Target:
    """A database on a server."""

    address: Address
    database: str


def target_of(place: Place) -> Target:
    """Return what a place means; the password comes from the environment."""
    parts = urlsplit(place.where)
    query = dict(parse_qsl(parts.query))
    host = query.get("host") or unquote(parts.hostname or "") or os.environ.get("PGHOST", "")
    user = unquote(parts.username or "") or os.environ.get("PGUSER") or _user()
    address = Address(
        host or "localhost",
        int(query.get("port") or parts.port or os.environ.get("PGPORT") or 5432),
        user,
        _password(place.secret),
        _TLS.get(query.get("sslmode", ""), "never"),
    )
    return Target(address, unquote(parts.path.strip("/")) or user)


def url_of(
    address: Address, database: str, *, driver: str | None = None, with_password: bool | None = None
) -> str:
    """Return a URL; `with_password` None leaves the password out, False masks it."""
    user = quote(address.user, safe="")
    if address.password and with_password is not None:
        user += f":{quote(address.password, safe='') if with_password else '***'}"
    scheme = f"postgresql+{driver}" if driver else "postgresql"
    query = {"host": address.host, "port": str(address.port)} if address.is_socket else {}
    if address.tls == "always":
        query["sslmode"] = "require"
    place = "" if address.is_socket else f"{address.host}:{address.port}"
    text = f"?{urlencode(query, safe='/')}" if query else ""
    return f"{scheme}://{user}@{place}/{quote(database)}{text}"


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


def _password(variable: str) -> str:
    url = os.environ.get(variable, "") if variable else ""
    return unquote(urlsplit(url).password or "") or os.environ.get("PGPASSWORD", "")


def _user() -> str:
    import getpass

    return getpass.getuser()
