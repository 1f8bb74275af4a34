"""What SQLite opens for a file name, a URI or an SQLAlchemy URL: a file, or a memory of its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from freshdb.model import SourceKind

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


class Target:
    """What SQLite would open for a file name or URI."""

    __slots__ = ("kind", "mode", "name")

    def __init__(self, kind: SourceKind, name: str, mode: str = "") -> None:
        self.kind = kind
        self.name = name
        self.mode = mode


def parse_target(filename: str, *, uri: bool) -> Target:
    """Tell what SQLite opens for `filename`; https://www.sqlite.org/uri.html has the rules."""
    if uri and filename.startswith("file:"):
        return _parse_uri(filename)
    if filename in ("", ":memory:"):
        return Target(SourceKind.PRIVATE_MEMORY, "")
    return Target(SourceKind.FILE, os.path.realpath(filename))


def _parse_uri(uri: str) -> Target:
    parts = urlsplit(uri)
    query = dict(parse_qsl(parts.query))
    path = unquote(parts.path)
    in_memory = query.get("mode") == "memory" or path in ("", ":memory:")
    if query.get("vfs") == "memdb":
        # The memdb VFS shares a name between connections only where it starts with a slash.
        shared = path.startswith("/")
        return _memory(f"memdb {path}", shared=shared)
    if in_memory:
        return _memory(path or ":memory:", shared=query.get("cache") == "shared")
    return Target(SourceKind.FILE, os.path.realpath(path), query.get("mode", ""))


def _memory(name: str, *, shared: bool) -> Target:
    if shared:
        return Target(SourceKind.SHARED_MEMORY, name)
    return Target(SourceKind.PRIVATE_MEMORY, "")


def is_in_memory_sqlite(url: str | URL) -> bool:
    """Tell whether an SQLAlchemy URL names an SQLite database in memory.

    True for `sqlite://`, `sqlite:///:memory:`, and the URI forms `file::memory:`, `mode=memory`
    and `vfs=memdb`, with any driver; False for files and for other databases.

    Args:
        url: an SQLAlchemy URL, or its text.

    Raises:
        sqlalchemy.exc.ArgumentError: the text is no SQLAlchemy URL.
    """
    from sqlalchemy.engine import make_url

    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return False
    database = parsed.database or ""
    if not database.startswith("file:"):
        return database in ("", ":memory:")
    query = "&".join(f"{key}={value}" for key, value in parsed.query.items())
    separator = "&" if "?" in database else "?"
    return _parse_uri(f"{database}{separator}{query}").kind is not SourceKind.FILE


def engine_options(url: str | URL) -> dict[str, Any]:
    """Return the keyword arguments that `create_engine` needs for this URL outside of tests.

    An SQLite database in memory lives in one connection, so its engine must keep that one
    connection (`StaticPool`) and hand it to every thread. Files and servers need nothing.
    Why one shared connection is a trap: `docs/explanation/one-shared-connection.md`.

    Args:
        url: an SQLAlchemy URL, or its text.
    """
    if not is_in_memory_sqlite(url):
        return {}
    from sqlalchemy.pool import StaticPool

    return {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
