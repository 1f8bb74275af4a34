"""Branches in a directory of the test's own, and a small shop to branch."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from freshdb.branches.manager import Branches
from freshdb.branches.products.sqlite import raw

SHOP = """
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id), total NUMERIC
);
CREATE INDEX orders_by_user ON orders (user_id);
INSERT INTO users (name) VALUES ('ada'), ('bob'), ('cyd');
INSERT INTO orders (user_id, total) VALUES (1, 10), (1, 20.5), (2, 7);
"""


def run_sql(path: Path | str, script: str) -> None:
    """Run statements on a file, as an application would."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def rows(path: Path | str, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A database file of somebody else's."""
    path = tmp_path / "shop.db"
    run_sql(path, SHOP)
    return path


@pytest.fixture(autouse=True)
def _files_closed() -> Iterator[None]:
    """Close what is kept open for the sake of other connections of the process: there are none."""
    yield
    raw.close_all()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "branches"


@pytest.fixture
def branches(directory: Path, tmp_path: Path) -> Iterator[Branches]:
    with Branches(directory, project=tmp_path) as made:
        yield made
