"""Which server branches live on: the application's where it is fit for that, else a private one.

Nothing is written to a server before its name has passed.
"""

from __future__ import annotations

from dataclasses import dataclass

from freshdb.backends.mariadb.admin import Admin
from freshdb.backends.mariadb.connections import Target, target_of
from freshdb.backends.mariadb.notes import REGISTRY
from freshdb.backends.mariadb.reset.counters import reason_not_to_trust_counters
from freshdb.backends.safety import is_of_another_product, reason_against
from freshdb.errors import ServerError, SettingError, UnsafeServerError
from freshdb.servers.mariadb.programs import find_programs
from freshdb.settings import Settings

_CONNECT_TIMEOUT_S = 3


@dataclass(frozen=True)
class Choice:
    """Which server it is, and why.

    Attributes:
        target: where it is; None for a private one.
        reason: in words, for the header.
        why_slow: why branches cannot be reset there, and are cloned for each test; or nothing.
    """

    target: Target | None
    reason: str
    why_slow: str = ""


def choose(target: Target, settings: Settings) -> Choice:
    """Choose the server for an engine that leads to `target`.

    Raises:
        UnsafeServerError: the server that the setting names is remote, or looks like production.
        ServerError: it cannot be used.
    """
    if settings.server == "private":
        return Choice(None, f"as `server` says (from {settings.source_of('server')})")
    if settings.server != "auto" and not is_of_another_product(settings.server, "mysql", "mariadb"):
        return _named(settings)
    against = reason_against(
        target.address.name_of_host, target.database, settings.allow_hosts
    ) or unfitness(target)
    if against is not None:
        return Choice(None, against)
    slow = slowness(target)
    if slow is None:
        return Choice(target, "the application's own")
    try:
        find_programs(settings.server_programs)
    except ServerError:
        return Choice(target, "the application's own", slow)
    return Choice(None, f"at {target.address}, {slow}")


def _named(settings: Settings) -> Choice:
    """Return the server that the setting names."""
    target = target_of_url(settings.server, settings.source_of("server"))
    against = reason_against(target.address.name_of_host, target.database, settings.allow_hosts)
    if against is not None:
        raise UnsafeServerError(
            f"the server {target.address} is not used: {against}",
            hint="if it is meant for tests, name its host in `allow_hosts` and let its database's "
            "name say so",
        )
    why_not = unfitness(target)
    if why_not is not None:
        raise ServerError(f"the server {target.address} cannot be used: {why_not}")
    return Choice(target, "as `server` says", slowness(target) or "")


def unfitness(target: Target) -> str | None:
    """Return why a server cannot be used, found out by asking it; None where it can."""
    try:
        admin = Admin(target.address, _CONNECT_TIMEOUT_S)
    except ServerError as error:
        return f"{target.address} does not answer: {error.fact.rpartition(': ')[2]}"
    try:
        if admin.rows("SELECT @@global.read_only")[0][0]:
            return f"{target.address} is a replica, or read-only"
        admin.run(f"CREATE DATABASE IF NOT EXISTS {REGISTRY} CHARACTER SET utf8mb4")
    except ServerError:
        raise
    except Exception:
        return f"user `{target.user}` may not create databases at {target.address}"
    finally:
        admin.close()
    return None


def slowness(target: Target) -> str | None:
    """Return why branches cannot be reset in place on a server; None where they can."""
    admin = Admin(target.address, _CONNECT_TIMEOUT_S)
    try:
        admin.rows("SELECT trx_id FROM information_schema.innodb_trx LIMIT 1")
        return reason_not_to_trust_counters(admin)
    except ServerError:
        raise
    except Exception:
        return f"user `{target.user}` may not read performance_schema"
    finally:
        admin.close()


def target_of_url(url: str, source: str) -> Target:
    """Return what a URL leads to.

    Raises:
        SettingError: it is not the URL of a MariaDB or MySQL database.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("mysql", "mariadb"):
        raise SettingError(
            f"setting `server` is {url.partition('://')[0]!r}, not the URL of a server",
            name="server",
            source=source,
            hint="write `auto`, `private`, or a URL such as `mysql://root@localhost:3306/`",
        )
    return target_of(
        {
            "host": parsed.host,
            "port": parsed.port,
            "user": parsed.username,
            "password": parsed.password,
            "database": parsed.database,
            "unix_socket": parsed.query.get("unix_socket"),
        }
    )
