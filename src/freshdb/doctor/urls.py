"""What the URL of a database tells without connecting."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

PRODUCTS = {
    "sqlite": "SQLite",
    "postgresql": "Postgres",
    "postgres": "Postgres",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
}
DRIVERS = {
    "sqlite+aiosqlite": "aiosqlite",
    "postgresql": "psycopg2",
    "postgresql+psycopg2": "psycopg2",
    "postgresql+psycopg": "psycopg",
    "postgresql+psycopg_async": "psycopg",
    "postgresql+asyncpg": "asyncpg",
    "mysql": "MySQLdb",
    "mysql+mysqldb": "MySQLdb",
    "mysql+pymysql": "pymysql",
    "mysql+aiomysql": "aiomysql",
    "mysql+asyncmy": "asyncmy",
    "mariadb+mariadbconnector": "mariadb",
}
"""The module behind each of SQLAlchemy's names of a dialect with its driver."""

_LOCAL = re.compile(r"localhost|127(\.\d+){3}|::1|0\.0\.0\.0|.*\.local(host|domain)?|/.*")


def product_of(url: str) -> str | None:
    """Return the product that a URL is for, None if it is no database's."""
    scheme, separator, _ = url.partition("://")
    return PRODUCTS.get(scheme.partition("+")[0]) if separator else None


def host_of(url: str) -> str:
    """Return the host in a URL, empty if there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_local(url: str) -> bool:
    """Tell whether a URL stays on this machine; names without a dot are those of containers."""
    host = host_of(url)
    is_plain_name = "." not in host and ":" not in host
    return is_plain_name or _LOCAL.fullmatch(host) is not None
