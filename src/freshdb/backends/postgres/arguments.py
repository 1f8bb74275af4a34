"""Connect arguments: keywords, or the text of a DSN, as each driver takes them; and URLs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from freshdb.backends.postgres.choice import target_of_arguments
from freshdb.backends.postgres.server import ServerDatabase

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from freshdb.backends import ConnectArguments

_TEXT_WORDS = ("dsn", "conninfo")
"""What the drivers call a text that says where to connect."""

_OF_ITS_SERVER = (
    "ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "hostaddr", "service",
    "target_session_attrs", "direct_tls", "passfile", "channel_binding", "gssencmode",
)  # fmt: skip
"""Arguments that say how to reach the application's server, and nothing of any other."""


def keywords_of(arguments: ConnectArguments) -> dict[str, Any]:
    """Return connect arguments as keywords, with those of a DSN among them."""
    keywords = dict(arguments.keywords)
    for text in _texts(arguments):
        found = _of_url(text) if "://" in text else _of_words(text)
        for word, value in found.items():
            keywords.setdefault(word, value)
    return keywords


def lead_to(branch: ServerDatabase, arguments: ConnectArguments, driver: str) -> None:
    """Let connect arguments lead to a branch instead of the application's database."""
    _take_apart(arguments)
    keywords, server = arguments.keywords, branch.server
    is_long = "database" in keywords or driver == "asyncpg"
    keywords.pop("dbname", None)
    keywords["database" if is_long else "dbname"] = branch.name
    if server.is_private:
        user = str(keywords.get("user") or target_of_arguments(keywords).address.user)
        server.ensure_role(user)
        keywords["user"] = user
        keywords.pop("password", None)
        for word in _OF_ITS_SERVER:
            keywords.pop(word, None)
    keywords["host"], keywords["port"] = server.address.host, server.address.port


def url_of(branch: ServerDatabase, like: URL | None, driver: str, user: str) -> URL:
    """Return the URL of a branch.

    Args:
        branch: where it leads.
        like: the application's own, which it is like in all else.
        driver: that of SQLAlchemy's dialect, empty where none is known.
        user: whom the application logs in as, if nothing else says so.
    """
    from sqlalchemy.engine import make_url

    driver = {"psycopg_async": "psycopg"}.get(driver, driver)
    url = like or make_url(f"postgresql+{driver}://" if driver else "postgresql://")
    address = branch.server.address
    if branch.server.is_private:
        user = url.username or user or address.user
        branch.server.ensure_role(user)
        url = url.set(username=user, password=None)
    elif like is None:
        url = url.set(username=address.user, password=address.password or None)
    query = {k: v for k, v in url.query.items() if k not in (*_OF_ITS_SERVER, "host", "port")}
    if address.is_socket:
        query |= {"host": address.host, "port": str(address.port)}
        return url.set(host="", port=None, database=branch.name, query=query)
    return url.set(host=address.host, port=address.port, database=branch.name, query=query)


def _take_apart(arguments: ConnectArguments) -> None:
    """Write connect arguments that are a text as keywords."""
    if _texts(arguments):
        arguments.keywords.update(arguments.named)
        arguments.positional[:] = []
        for word in _TEXT_WORDS:
            arguments.keywords.pop(word, None)


def _texts(arguments: ConnectArguments) -> list[str]:
    """Return the texts among connect arguments: a DSN, or a conninfo."""
    named = (arguments.keywords.get(word) for word in _TEXT_WORDS)
    return [str(text) for text in (*arguments.positional, *named) if text]


def _of_words(text: str) -> dict[str, str]:
    found = {}
    for word, value in re.findall(r"(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|\S+)", text):
        found[word] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith("'") else value
    return found


def _of_url(text: str) -> dict[str, Any]:
    from sqlalchemy.engine import make_url

    url = make_url(text)
    return {**url.query, **url.translate_connect_args(username="user", database="dbname")}
