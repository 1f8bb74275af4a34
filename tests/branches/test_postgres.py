"""Branches of Postgres databases: as those of files, beside whoever is connected to the source."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.branches.manager import Branches
from freshdb.branches.products.postgres.server import target_of
from freshdb.branches.products.servers import BRANCHES
from freshdb.errors import (
    BranchError,
    BranchInputError,
    BranchNotFoundError,
    BranchServerError,
)
from freshdb.servers.postgres.private import PrivateServer, ensure_server
from freshdb.servers.postgres.wire import Connection, literal

SHOP = """
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE);
CREATE TABLE orders (id int PRIMARY KEY, user_id bigint REFERENCES users, total numeric(9, 2));
CREATE TABLE heap (a text, b jsonb);
CREATE VIEW names AS SELECT name FROM users;
INSERT INTO users (name) VALUES ('ada'), ('bob'), ('cyd');
INSERT INTO orders VALUES (1, 1, 10), (2, 1, 20.5), (3, 2, 7);
INSERT INTO heap VALUES (NULL, '{}'), ('x', '[1]'), ('x', '[1]');
"""
COUNT = "SELECT count(*) FROM users"


@dataclass
class Source:
    """A database of somebody else's on a real server."""

    server: PrivateServer
    name: str

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    def connect(self, database: str | None = None) -> Connection:
        return Connection(self.server.address, database or self.name)

    def databases(self) -> list[str]:
        with self.connect("postgres") as admin:
            rows = admin.query("SELECT datname FROM pg_database")
        return [name for (name,) in rows if name and name.startswith(BRANCHES)]


@pytest.fixture(scope="module")
def server() -> Iterator[PrivateServer]:
    server = ensure_server()
    yield server
    server.release()


@pytest.fixture(scope="module")
def shop(server: PrivateServer) -> Iterator[Source]:
    name = f"shop_{os.getpid()}"
    with Connection(server.address, "postgres") as admin:
        admin.query(f"CREATE DATABASE {name}")
        with Connection(server.address, name) as connection:
            connection.query(SHOP)
        yield Source(server, name)
        admin.query(f"DROP DATABASE {name} WITH (FORCE)")


def patch_of(branches: Branches, one: str, other: str | None = None) -> str:
    out = io.StringIO()
    branches.patch(one, other, out=out)
    return out.getvalue()


def test_a_branch_from_its_making_to_its_end(branches: Branches, shop: Source) -> None:
    url = branches.create("b", shop.url).url
    assert url != shop.url
    branches.sql("b", "INSERT INTO users (name) VALUES ('dee')", write=True)
    branches.snapshot("b", "four")
    assert branches.sql("b", COUNT).rows == (("4",),)

    (users,) = branches.diff("b").tables
    assert [change.values() for change in users.sample] == [{"id": 4, "name": "dee"}]
    assert branches.reset("b").url == url
    assert branches.diff("b").is_empty
    branches.restore("b", "four")
    assert branches.sql("b", COUNT).rows == (("4",),)
    assert branches.diff("b@four", "b").is_empty

    (record,) = branches.registry.records()
    places = (record.place, *(one.place for one in record.snapshots))
    mine = {target_of(place).database for place in places}
    assert len(mine) == 2
    assert mine <= set(shop.databases())
    branches.delete("b")
    assert not mine & set(shop.databases())
    with shop.connect() as connection:
        assert connection.value(COUNT) == "3"


def test_a_source_with_open_sessions_is_copied_in_one_state(
    branches: Branches, shop: Source
) -> None:
    with shop.connect() as session:
        session.query("BEGIN; INSERT INTO users (name) VALUES ('not committed')")

        cost = branches.create("b", shop.url).cost

        assert cost is not None
        assert "in use" in cost.way
        assert branches.sql("b", COUNT).rows == (("3",),)
        assert branches.diff("b").is_empty
        assert session.value(COUNT) == "4"  # the session is still there, in its transaction
        session.query("ROLLBACK")
    branches.delete("b")


def test_a_schema_only_branch(branches: Branches, shop: Source) -> None:
    branches.create("b", shop.url, schema_only=True)

    assert branches.sql("b", COUNT).rows == (("0",),)
    assert branches.diff("b", data=False).is_empty
    branches.delete("b")


def test_reading_sql_cannot_write(branches: Branches, shop: Source) -> None:
    branches.create("b", shop.url)

    with pytest.raises(BranchInputError, match="this statement writes"):
        branches.sql("b", "DELETE FROM users")
    with pytest.raises(BranchError, match=r'relation "nothing" does not exist'):
        branches.sql("b", "SELECT * FROM nothing")
    result = branches.sql("b", "SELECT id, name FROM users ORDER BY id", max_rows=1)
    assert (result.columns, result.rows, result.is_truncated) == (
        ("id", "name"), (("1", "ada"),), True,
    )  # fmt: skip
    branches.delete("b")


def test_a_source_that_is_not_there_leaves_nothing(
    branches: Branches, shop: Source, directory: Path
) -> None:
    with pytest.raises(BranchNotFoundError, match="no database `nothing`"):
        branches.create("b", shop.server.url("nothing"))
    with pytest.raises(BranchServerError, match="cannot connect") as raised:
        branches.create("b", "postgresql://me@localhost:1/x")

    assert raised.value.is_retryable
    assert [path.name for path in directory.glob("*/*")] == []


def test_a_password_is_in_the_environment_only(
    branches: Branches, shop: Source, monkeypatch: pytest.MonkeyPatch, directory: Path
) -> None:
    host = shop.server.address.host
    url = f"postgresql+psycopg://freshdb:s3cret@/{shop.name}?host={host}"
    monkeypatch.setenv("SHOP_DB", url)

    masked = branches.create("b", "env:SHOP_DB").url

    assert ":***@" in masked
    assert ":s3cret@" in branches.url("b", driver="asyncpg")
    written = "".join(path.read_text() for path in directory.rglob("*.json"))
    assert "SHOP_DB" in written
    assert "s3cret" not in written
    branches.delete("b")


def test_parallel_creates_and_deletes(shop: Source, directory: Path, tmp_path: Path) -> None:
    def make(number: int) -> str:
        branches = Branches(directory, project=tmp_path)
        branches.create(f"b{number}", shop.url)
        return str(branches.sql(f"b{number}", COUNT).rows[0][0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(make, range(8))) == ["3"] * 8
        list(pool.map(Branches(directory, project=tmp_path).delete, [f"b{n}" for n in range(8)]))

    assert Branches(directory, project=tmp_path).doctor() == []


KILLED = """
import os, signal, sys
from freshdb.branches.manager import Branches
from freshdb.servers.postgres.wire import Connection
left = int(sys.argv[4])
def counted(original):
    def ask(self, *arguments):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(self, *arguments)
    return ask
Connection.query = counted(Connection.query)
branches = Branches(sys.argv[1], project=sys.argv[2])
name = sys.argv[6]
{"create": lambda: branches.create(name, sys.argv[3]),
 "delete": lambda: branches.delete(name),
 "reset": lambda: branches.reset(name)}[sys.argv[5]]()
"""


@pytest.mark.parametrize("operation", ["create", "delete", "reset"])
def test_a_kill_between_any_two_statements_leaves_no_orphan(
    operation: str, branches: Branches, shop: Source, directory: Path, tmp_path: Path
) -> None:
    name = f"t{os.getpid()}"

    def mine() -> list[str]:
        return [one for one in shop.databases() if one.startswith(f"{BRANCHES}{name}_")]

    for step in range(1, 30, 3):
        if operation != "create":
            branches.create(name, shop.url, if_exists="reuse")
        words = [str(directory), str(tmp_path), shop.url, str(step), operation, name]
        code = subprocess.run([sys.executable, "-c", KILLED, *words], check=False).returncode

        branches.gc()

        assert branches.doctor() == []
        there = [one.name for one in branches.list()]
        # A copy that a killed reset had begun belongs to its branch, and goes with it.
        assert len(mine()) <= len(there) * (2 if operation == "reset" else 1)
        if operation == "reset" or there:
            assert branches.sql(name, COUNT).rows == (("3",),)
            branches.delete(name)
        assert mine() == []
        if code == 0:
            break
    assert code == 0


TEXTS = st.one_of(st.none(), st.sampled_from(["", "a", "A", "é", "a\tb", "\\N", "it's", "x\ny"]))
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), st.integers(1, 9), TEXTS, TEXTS),
        st.tuples(st.just("update"), st.integers(1, 9), TEXTS, TEXTS),
        st.tuples(st.just("delete"), st.integers(1, 9), TEXTS, TEXTS),
        st.tuples(st.just("heap"), st.integers(1, 9), TEXTS, TEXTS),
        st.tuples(st.just("unheap"), st.integers(1, 9), TEXTS, TEXTS),
    ),
    max_size=10,
)
LATER = {
    "": "",
    "column": "ALTER TABLE users ADD COLUMN age int DEFAULT 7 NOT NULL",
    "table": "CREATE TABLE more (x int PRIMARY KEY, y text); INSERT INTO more VALUES (1, 'z')",
    "dropped": "DROP TABLE orders",
    "type": "ALTER TABLE orders ALTER COLUMN total TYPE text",
    "index": "CREATE INDEX heap_a ON heap (a)",
}


def _sql(value: str | None) -> str:
    return "NULL" if value is None else literal(value)


def _statement(verb: str, number: int, one: str | None, other: str | None) -> str:
    return {
        "insert": f"INSERT INTO users (name) VALUES ({_sql(one)})",
        "update": f"UPDATE users SET name = {_sql(one)} WHERE id = {number}",
        "delete": f"DELETE FROM orders WHERE id = {number}",
        "heap": f"INSERT INTO heap VALUES ({_sql(one)}, to_jsonb({_sql(other)}::text))",
        "unheap": f"DELETE FROM heap WHERE a IS NOT DISTINCT FROM {_sql(one)}",
    }[verb]


@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(changes=CHANGES, later=st.sampled_from(sorted(LATER)))
def test_the_diff_is_exactly_what_was_changed_and_the_patch_closes_it(
    shop: Source, changes: list[Any], later: str
) -> None:
    with tempfile.TemporaryDirectory() as place:
        branches = Branches(Path(place) / "branches", project=place)
        for name in ("one", "other"):
            branches.create(name, shop.url)
        try:
            for change in changes:
                try:
                    branches.sql("other", _statement(*change), write=True)
                except BranchError:
                    continue  # what a constraint forbids is no change
            found = {table.name: table for table in branches.diff("one", "other").tables}
            for table in ("users", "orders", "heap"):
                old, new = (_content(branches, name, table) for name in ("one", "other"))
                sample = found[table].sample if table in found else ()
                gone = Counter(_row(change, change.before) for change in sample if change.before)
                come = Counter(_row(change, change.after) for change in sample if change.after)
                assert (gone, come) == (old - new, new - old)

            if LATER[later]:
                branches.sql("other", LATER[later], write=True)
            patch = patch_of(branches, "one", "other")
            branches.sql("one", patch, write=True)

            assert branches.diff("one", "other").is_empty, patch
        finally:
            for name in ("one", "other"):
                branches.delete(name)


def _content(branches: Branches, name: str, table: str) -> Counter[Any]:
    result = branches.sql(name, f"SELECT * FROM {table}", max_rows=1000)
    return Counter(tuple(sorted(zip(result.columns, row, strict=True))) for row in result.rows)


def _row(change: Any, values: Any) -> Any:
    texts = (None if value is None else str(value) for value in values)
    return tuple(sorted(zip(change.names, texts, strict=True)))
