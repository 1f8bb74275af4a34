"""What branches of every product do, beside whoever is connected to the source."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from freshdb.branches.manager import Branches
from freshdb.branches.products import product
from freshdb.errors import (
    BranchError,
    BranchInputError,
    BranchNotFoundError,
    BranchServerError,
    SchemaError,
)
from tests.branches.makers import PRODUCTS, Maker, maker_of

ROOT = Path(__file__).parents[2]
SERVERS = tuple(name for name in PRODUCTS if name != "sqlite")
SHOP = (
    "CREATE TABLE users (id INTEGER PRIMARY KEY{serial}, name VARCHAR(20) UNIQUE)",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER, total NUMERIC(9, 2))",
    "CREATE TABLE heap (a VARCHAR(9), b VARCHAR(9))",
    "CREATE VIEW names AS SELECT name FROM users",
    "INSERT INTO users (id, name) VALUES (1, 'ada'), (2, 'bob'), (3, 'cyd')",
    "INSERT INTO orders VALUES (1, 1, 10), (2, 1, 20.5), (3, 2, 7)",
    "INSERT INTO heap VALUES (NULL, '{}'), ('x', '[1]'), ('x', '[1]')",
)
SERIAL = {"mariadb": " AUTO_INCREMENT", "sqlite": "", "postgres": ""}
on_servers = pytest.mark.parametrize("maker", SERVERS, indirect=True)
ADD = "INSERT INTO users (id, name) VALUES (4, 'dee')"
COUNT = "SELECT count(*) FROM users"


@pytest.fixture(scope="module", params=PRODUCTS)
def maker(request: pytest.FixtureRequest) -> Iterator[Maker]:
    with maker_of(request.param, request.getfixturevalue) as made:
        made.make("shop")
        with made.connect("shop") as session:
            for sql in SHOP:
                session.run(sql.replace("{serial}", SERIAL[request.param]))
        yield made


@on_servers
def test_a_template_on_a_server_is_branched(
    branches: Branches, maker: Maker, tmp_path: Path
) -> None:
    (tmp_path / "schema.sql").write_text(
        f"CREATE TABLE t{os.getpid()} (a INTEGER PRIMARY KEY); "
        f"INSERT INTO t{os.getpid()} VALUES (1);"
    )
    source = f"template:schema.sql@{maker.url('shop')}"
    url = branches.create("b", source).url
    assert branches.create("c", source, schema_only=True).record.is_schema_only

    assert [int(one) for (one,) in branches.sql("b", f"SELECT a FROM t{os.getpid()}").rows] == [1]
    branches.sql("b", f"DELETE FROM t{os.getpid()}", write=True)
    assert [table.removed for table in branches.diff("b").tables] == [1]
    assert branches.diff("b", "c").is_empty  # nothing of what lets tests be undone is in it
    assert branches.reset("b").url == url
    assert branches.diff("b").is_empty


@on_servers
def test_a_template_that_would_reach_the_applications_own_database_is_refused(
    branches: Branches, maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"reaching{os.getpid()}"
    (tmp_path / f"{name}.py").write_text("def make(): raise AssertionError")
    with pytest.raises(SchemaError, match="the application's own engine"):
        branches.create("b", f"template:{name}:make@{maker.url('shop')}")
    sys.modules.pop(name)

    for source in ("template:x.sql@sqlite:///x.db", "template@postgresql://me@localhost/prod"):
        with pytest.raises(BranchError):
            branches.create("b", source)
    assert branches.registry.homes() == []


def count(branches: Branches, name: str) -> int:
    return int(branches.sql(name, COUNT).rows[0][0])


def _let_write_beside_readers(maker: Maker, name: str) -> None:
    if maker.place(name).product == "sqlite":
        with maker.connect(name) as session:
            session.run("PRAGMA journal_mode = wal")


def test_a_branch_from_its_making_to_its_end(branches: Branches, maker: Maker) -> None:
    url = branches.create("b", maker.url("shop")).url
    assert maker.url("shop") not in url
    branches.sql("b", ADD, write=True)
    branches.snapshot("b", "four")
    assert count(branches, "b") == 4

    (users,) = branches.diff("b").tables
    assert [(users.name, change.values()) for change in users.sample] == [
        ("users", {"id": 4, "name": "dee"})
    ]
    assert branches.reset("b").url == url
    assert branches.diff("b").is_empty
    branches.restore("b", "four")
    assert count(branches, "b") == 4
    assert branches.diff("b@four", "b").is_empty

    (record,) = branches.registry.records()
    places = (record.place, *(one.place for one in record.snapshots))
    its_product = product(record.place.product)
    assert all(map(its_product.exists, places))
    branches.delete("b")
    assert not any(map(its_product.exists, places))
    with maker.connect("shop") as session:
        assert session.run(COUNT)[0][0] in (3, "3")


def test_a_source_in_use_is_copied_in_one_state(branches: Branches, maker: Maker) -> None:
    """A session writes two tables alike in each commit; no copy ever sees them differ."""
    maker.make("busy")
    _let_write_beside_readers(maker, "busy")
    with maker.connect("busy") as session:
        for table in "ab":
            session.run(f"CREATE TABLE {table} (n INTEGER PRIMARY KEY, t VARCHAR(99))")
    stop = threading.Event()

    def write() -> None:
        with maker.connect("busy") as session:
            number = 0
            while not stop.is_set():
                number += 1
                session.run("BEGIN")
                session.run(f"INSERT INTO a VALUES ({number}, 'one')")
                session.run(f"INSERT INTO b VALUES ({number}, 'other')")
                session.run("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            with branches.temporary(maker.url("busy")) as branch:
                sql = "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)"
                ((one, other),) = branches.sql(branch.name, sql).rows
                assert one == other
    finally:
        stop.set()
        writer.join()
        maker.drop("busy")


def test_an_open_transaction_is_not_waited_for(branches: Branches, maker: Maker) -> None:
    _let_write_beside_readers(maker, "shop")
    with maker.connect("shop") as session:
        session.run("BEGIN")
        session.run("INSERT INTO users (id, name) VALUES (9, 'not committed')")

        branches.create("b", maker.url("shop"))

        assert count(branches, "b") == 3
        assert branches.diff("b").is_empty
        assert session.run(COUNT)[0][0] in (4, "4")  # it goes on, in its transaction
        session.run("ROLLBACK")


def test_a_schema_only_branch_stays_so(branches: Branches, maker: Maker) -> None:
    branches.create("b", maker.url("shop"), schema_only=True)
    assert count(branches, "b") == 0
    assert branches.diff("b", data=False).is_empty

    branches.sql("b", ADD, write=True)
    branches.reset("b")
    assert count(branches, "b") == 0


def test_reading_sql_cannot_write(branches: Branches, maker: Maker) -> None:
    branches.create("b", maker.url("shop"))

    for sql in ("DELETE FROM users", "DROP TABLE heap", "CREATE TABLE t (a INTEGER)"):
        with pytest.raises(BranchInputError, match="this statement writes"):
            branches.sql("b", sql)
    with pytest.raises(BranchError, match="nothing"):
        branches.sql("b", "SELECT * FROM nothing")
    for sql in ("COMMIT; DELETE FROM users", "SELECT 1; SELECT 2"):
        with pytest.raises(BranchError):
            branches.sql("b", sql)
    assert count(branches, "b") == 3
    result = branches.sql("b", "SELECT id, name FROM users ORDER BY id", max_rows=1)
    assert (result.columns, len(result.rows), result.is_truncated) == (("id", "name"), 1, True)
    assert result.rows[0][1] == "ada"


ENDLESS = {
    "sqlite": "WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n) SELECT a FROM n",
    "postgres": "SELECT generate_series(1, 1000000000000)",
    "mariadb": "SELECT seq FROM seq_1_to_1000000000000",
}


def test_rows_are_capped_where_they_are_made(branches: Branches, maker: Maker) -> None:
    branches.create("b", maker.url("shop"))

    result = branches.sql("b", ENDLESS[maker.place("shop").product], max_rows=3)

    assert [int(one) for (one,) in result.rows] == [1, 2, 3]
    assert result.is_truncated


def test_sql_takes_parameters(branches: Branches, maker: Maker) -> None:
    branches.create("b", maker.url("shop"))
    mark = {"postgres": "$1"}.get(maker.place("shop").product, maker.mark)

    done = branches.sql("b", f"UPDATE users SET name = {mark} WHERE id = 3", ["it's"], write=True)
    assert done.changed == 1
    found = branches.sql("b", f"SELECT id, name FROM users WHERE name = {mark}", ["it's"])
    assert [name for _, name in found.rows] == ["it's"]


def test_a_patch_makes_the_same_of_another_copy(branches: Branches, maker: Maker) -> None:
    for name in ("b", "c"):
        branches.create(name, maker.url("shop"))
    for sql in (ADD, "UPDATE users SET name = 'x;y' WHERE id = 1", "DELETE FROM orders",
                "ALTER TABLE heap ADD COLUMN c INTEGER DEFAULT 5"):  # fmt: skip
        branches.sql("b", sql, write=True)
    out = io.StringIO()
    branches.patch("b", out=out)
    branches.sql("c", out.getvalue(), write=True)

    assert branches.diff("b", "c").is_empty
    only = branches.diff("c", tables=["orders"])
    assert [(table.name, table.removed) for table in only.tables] == [("orders", 3)]


@pytest.mark.parametrize("maker", ["postgres"], indirect=True)
def test_what_a_database_is_set_to_is_no_difference(branches: Branches, maker: Any) -> None:
    maker.make("one")
    with maker.connect("one") as session:
        session.run("CREATE TABLE t (at timestamptz, d date, f float8)")
        session.run("INSERT INTO t VALUES ('2020-02-02 12:00+01', '2020-02-03', 0.1)")
    branches.create("b", maker.url("one"))
    for setting in ("timezone TO 'Asia/Tokyo'", "datestyle TO 'German'", "extra_float_digits TO 0"):
        maker.as_admin(f'ALTER DATABASE "one_{os.getpid()}" SET {setting}')

    assert branches.diff("b").is_empty

    with maker.connect("one") as session:
        session.run("DELETE FROM t")
    out = io.StringIO()
    branches.patch("b", maker.url("one"), out=out)
    branches.sql("b", out.getvalue(), write=True)
    assert branches.sql("b", "SELECT count(*) FROM t").rows == (("0",),)


@on_servers
def test_a_source_that_is_not_there_leaves_nothing(
    branches: Branches, maker: Maker, directory: Path
) -> None:
    missing = maker.url("shop").replace("/shop_", "/nothing_")
    with pytest.raises(BranchNotFoundError, match="no database `nothing"):
        branches.create("b", missing)
    scheme = missing.partition(":")[0]
    with pytest.raises(BranchServerError) as raised:
        branches.create("b", f"{scheme}://me@localhost:1/x")

    assert raised.value.is_retryable
    assert [path.name for path in directory.glob("*/*")] == []


@on_servers
def test_a_password_is_in_the_environment_only(
    branches: Branches, maker: Maker, monkeypatch: pytest.MonkeyPatch, directory: Path
) -> None:
    scheme, _, rest = maker.url("shop").partition("://")
    user, _, place = rest.partition("@")
    if scheme == "mysql":
        with maker.connect("shop") as session:
            session.run("CREATE USER IF NOT EXISTS secretive@localhost IDENTIFIED BY 's3cret'")
            session.run("GRANT ALL ON *.* TO secretive@localhost")
        user = "secretive"
    monkeypatch.setenv("SHOP_DB", f"{scheme}://{user}:s3cret@{place}")

    masked = branches.create("b", "env:SHOP_DB").url

    assert ":***@" in masked
    assert ":s3cret@" in branches.url("b", driver="asyncpg")
    written = "".join(path.read_text() for path in directory.rglob("*.json"))
    assert "SHOP_DB" in written
    assert "s3cret" not in written
    if scheme == "mysql":
        monkeypatch.delenv("SHOP_DB")
        with pytest.raises(BranchServerError) as raised:
            branches.sql("b", COUNT)
        assert "set `SHOP_DB`" in str(raised.value.hint)
        monkeypatch.setenv("SHOP_DB", f"{scheme}://{user}:s3cret@{place}")
    branches.delete("b")


@on_servers
def test_a_database_whose_record_is_lost_is_found(
    branches: Branches, maker: Maker, tmp_path: Path
) -> None:
    """What another registry has made is left alone, and what freshdb has not made is, too."""
    others = Branches(tmp_path / "others", project=tmp_path)
    others.create("theirs", maker.url("shop"))
    branches.create("kept", maker.url("shop"))
    branches.create("lost", maker.url("shop"))
    branches.snapshot("lost", "s")
    record = branches.registry.read("lost")
    assert record is not None
    places = [record.place, *(one.place for one in record.snapshots)]
    branches.registry.remove(branches.registry.home_of("lost"))

    assert [one.cure for one in branches.doctor()] == ["gc", "gc"]
    assert len(branches.gc()) == 2

    assert not any(product(place.product).exists(place) for place in places)
    assert branches.doctor() == others.doctor() == []
    assert (count(branches, "kept"), count(others, "theirs")) == (3, 3)
    others.delete("theirs")


def test_parallel_creates_and_deletes(maker: Maker, directory: Path, tmp_path: Path) -> None:
    def make(number: int) -> int:
        branches = Branches(directory, project=tmp_path)
        branches.create(f"b{number}", maker.url("shop"))
        return count(branches, f"b{number}")

    names = [f"b{number}" for number in range(32)]
    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(make, range(32))) == [3] * 32
        list(pool.map(Branches(directory, project=tmp_path).delete, names))

    assert Branches(directory, project=tmp_path).doctor() == []


@on_servers
@pytest.mark.parametrize("operation", ["create", "delete", "reset", "run"])
def test_a_kill_between_two_statements_leaves_no_orphan_and_loses_no_branch(
    operation: str, maker: Maker, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.branches.killing_on_servers", operation,
         str(tmp_path / "home"), maker.url("shop")],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


@pytest.fixture(autouse=True)
def _nothing_left(branches: Branches) -> Iterator[None]:
    yield
    for record in branches.registry.records():
        branches.delete(record.name)
