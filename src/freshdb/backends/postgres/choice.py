"""Which server branches live on: the application's where it is fit for that, else a private one.

Nothing is written to a server before it has passed all of these questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freshdb.backends.safety import is_of_another_product, reason_against
from freshdb.errors import ServerError, SettingError, UnsafeServerError
from freshdb.servers.postgres.address import Address
from freshdb.servers.postgres.wire import Connection
from freshdb.settings import Settings

OLDEST_VERSION = 140000
_CONNECT_TIMEOUT_S = 3.0


@dataclass(frozen=True)
class Target:
    """The database that connect arguments lead to."""

    address: Address
    database: str


def unfitness(target: Target) -> str | None:
    """Return why a server cannot be used, found out by asking it; None where it can."""
    try:
        connection = Connection(target.address, "postgres", _CONNECT_TIMEOUT_S)
    except ServerError as error:
        return f"{target.address} does not answer: {error.fact.rpartition(': ')[2]}"
    with connection:
        if str(connection.server_pid) != connection.value("SELECT pg_backend_pid()"):
            return f"{target.address} is a connection pooler"
        if int(connection.value("SHOW server_version_num") or 0) < OLDEST_VERSION:
            return f"{target.address} is older than Postgres 14"
        may = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        if connection.value(may) != "t":
            return f"role `{target.address.user}` may not create databases"
        if connection.value("SELECT pg_is_in_recovery()") == "t":
            return f"{target.address} is a replica"
    return None


@dataclass(frozen=True)
class Choice:
    """Which server it is, and why.

    Attributes:
        target: where it is; None for a private one.
        reason: in words, for the header.
    """

    target: Target | None
    reason: str


def choose(target: Target, settings: Settings) -> Choice:
    """Choose the server for an engine that leads to `target`.

    Raises:
        UnsafeServerError: the server that the setting names is remote, or looks like production.
        ServerError: it cannot be used.
    """
    if settings.server == "private":
        return Choice(None, f"as `server` says (from {settings.source_of('server')})")
    named = settings.server != "auto" and not is_of_another_product(settings.server, "postgresql")
    if named:
        target = target_of_url(settings.server, settings.source_of("server"))
    against = reason_against(target.address.host, target.database, settings.allow_hosts)
    if against is not None and named:
        raise UnsafeServerError(
            f"the server {target.address} is not used: {against}",
            hint="if it is meant for tests, name its host in `allow_hosts` and let its database's "
            "name say so",
        )
    why_not = against or unfitness(target)
    if why_not is None:
        return Choice(target, "as `server` says" if named else "the application's own")
    if named:
        raise ServerError(f"the server {target.address} cannot be used: {why_not}")
    return Choice(None, why_not)


def target_of_url(url: str, source: str) -> Target:
    """Return what a URL leads to.

    Raises:
        SettingError: it is not the URL of a Postgres database.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() != "postgresql":
        raise SettingError(
            f"setting `server` is {url.partition('://')[0]!r}, not the URL of a Postgres server",
            name="server",
            source=source,
            hint="write `auto`, `private`, or a URL such as "
            "`postgresql://postgres@localhost:5432/postgres`",
        )
    query: dict[str, Any] = dict(parsed.query)
    return target_of_arguments(
        {
            "host": parsed.host,
            "port": parsed.port,
            "user": parsed.username,
            "password": parsed.password,
            "database": parsed.database,
            **query,
        }
    )


def target_of_arguments(keywords: dict[str, Any]) -> Target:
    """Return what a driver's keywords lead to, by the rules that the drivers share."""
    import getpass
    import os

    host, port = _first(keywords.get("host")), _first(keywords.get("port"))
    user = keywords.get("user") or os.environ.get("PGUSER") or getpass.getuser()
    tls = str(keywords.get("sslmode") or keywords.get("ssl") or "never")
    address = Address(
        host=host or os.environ.get("PGHOST") or _default_host(),
        port=int(port or os.environ.get("PGPORT") or 5432),
        user=user,
        password=str(keywords.get("password") or os.environ.get("PGPASSWORD") or ""),
        tls={"require": "always", "verify-ca": "always", "verify-full": "always"}.get(tls, "never"),
    )
    database = keywords.get("dbname") or keywords.get("database") or os.environ.get("PGDATABASE")
    return Target(address, str(database or user))


def _default_host() -> str:
    """Return what libpq takes where no host is named: its socket where there is one."""
    for directory in ("/var/run/postgresql", "/tmp"):  # noqa: S108  # where libpq looks
        if (Path(directory) / ".s.PGSQL.5432").exists():
            return directory
    return "localhost"


def _first(value: Any) -> str:
    """Return the first of several hosts or ports, as drivers try it first."""
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    return str(value or "").split(",")[0]
