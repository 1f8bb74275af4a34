"""SQLite: what a name opens, and the helpers for an application's own engine factory."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import QueuePool, StaticPool

from freshdb import engine_options, is_in_memory_sqlite
from freshdb.backends.sqlite.targets import parse_target
from freshdb.model import SourceKind

IN_MEMORY = [
    "sqlite://",
    "sqlite:///:memory:",
    "sqlite+aiosqlite://",
    "sqlite+aiosqlite:///:memory:",
    "sqlite:///file::memory:?cache=shared&uri=true",
    "sqlite:///file:name?mode=memory&cache=shared&uri=true",
    "sqlite:///file:/name?vfs=memdb&uri=true",
]
NOT_IN_MEMORY = [
    "sqlite:///app.db",
    "sqlite:////absolute/app.db",
    "sqlite:///file:app.db?mode=ro&uri=true",
    "postgresql+asyncpg://localhost/app",
    "mysql+pymysql://localhost/memory",
]


@pytest.mark.parametrize("url", IN_MEMORY)
def test_in_memory_urls(url: str) -> None:
    assert is_in_memory_sqlite(url)
    assert engine_options(url)["poolclass"] is StaticPool


@pytest.mark.parametrize("url", NOT_IN_MEMORY)
def test_other_urls(url: str) -> None:
    assert not is_in_memory_sqlite(url)
    assert engine_options(url) == {}


def test_engine_options_make_one_database_for_all_threads() -> None:
    import threading

    engine = create_engine(
        "sqlite://", **engine_options("sqlite://"), execution_options={"freshdb": False}
    )
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
    seen: list[object] = []

    def look() -> None:
        with engine.connect() as connection:
            seen.append(connection.scalar(text("SELECT count(*) FROM t")))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [0]
    engine.dispose()


def test_a_file_keeps_sqlalchemys_own_pool(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    engine = create_engine(url, **engine_options(url))

    assert isinstance(engine.pool, QueuePool)


@pytest.mark.parametrize(
    ("filename", "uri", "kind", "name"),
    [
        (":memory:", False, SourceKind.PRIVATE_MEMORY, ""),
        ("", False, SourceKind.PRIVATE_MEMORY, ""),
        ("file::memory:", True, SourceKind.PRIVATE_MEMORY, ""),
        ("file::memory:?cache=shared", True, SourceKind.SHARED_MEMORY, ":memory:"),
        ("file:a?mode=memory", True, SourceKind.PRIVATE_MEMORY, ""),
        ("file:a?mode=memory&cache=shared", True, SourceKind.SHARED_MEMORY, "a"),
        ("file:/a?vfs=memdb", True, SourceKind.SHARED_MEMORY, "memdb /a"),
        ("file:a?vfs=memdb", True, SourceKind.PRIVATE_MEMORY, ""),
        ("/tmp/a.db", False, SourceKind.FILE, "/tmp/a.db"),
        ("file:/tmp/a%20b.db?mode=ro", True, SourceKind.FILE, "/tmp/a b.db"),
        ("file:///tmp/a.db", True, SourceKind.FILE, "/tmp/a.db"),
        ("file://localhost/tmp/a.db", True, SourceKind.FILE, "/tmp/a.db"),
    ],
)
def test_what_a_name_opens(filename: str, uri: bool, kind: SourceKind, name: str) -> None:
    target = parse_target(filename, uri=uri)

    assert (target.kind, target.name) == (kind, name)


@pytest.mark.parametrize(
    ("name", "is_shared"),
    [
        ("file::memory:?cache=shared", True),
        ("file:of_oracle?mode=memory&cache=shared", True),
        ("file:of_oracle?mode=memory", False),
        ("file:/of_oracle?vfs=memdb", True),
        ("file:of_oracle?vfs=memdb", False),
    ],
)
def test_sqlite_itself_agrees_on_what_is_shared(name: str, is_shared: bool) -> None:
    """The rules that `parse_target` follows, asked of the real database."""
    if "memdb" in name and sqlite3.sqlite_version_info < (3, 36):
        is_shared = False
    with closing(sqlite3.connect(name, uri=True)) as one:
        one.execute("CREATE TABLE t (x)")
        with closing(sqlite3.connect(name, uri=True)) as other:
            found = other.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]

    assert bool(found) is is_shared
    assert (parse_target(name, uri=True).kind is SourceKind.SHARED_MEMORY) is is_shared
