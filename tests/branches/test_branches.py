"""Branches in Python: made, looked at, changed, discarded, and what they refuse."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

import freshdb
from freshdb.branches import products
from freshdb.branches.diff.model import Kind
from freshdb.branches.manager import Branches
from freshdb.branches.products.sqlite import SQLite, copying
from freshdb.branches.registry import RECORD
from freshdb.errors import (
    BranchBusyError,
    BranchError,
    BranchExistsError,
    BranchInputError,
    BranchNotFoundError,
    BranchRefusedError,
    BranchSpaceError,
)
from tests.branches.conftest import rows, run_sql

ADD = "INSERT INTO users (name) VALUES ('dee')"
COUNT = "SELECT count(*) FROM users"


def count(branches: Branches, name: str) -> int:
    number: int = branches.sql(name, COUNT).rows[0][0]
    return number


def left_in(directory: Path) -> list[str]:
    """Return what lies where branches live, besides empty directories of worktrees."""
    return sorted(path.name for path in directory.glob("*/*"))


def test_a_temporary_branch_is_a_database_of_its_own(shop: Path, directory: Path) -> None:
    with freshdb.Branches(directory) as branches, branches.temporary(str(shop)) as branch:
        engine = create_engine(branch.url)
        with engine.begin() as connection:
            connection.execute(text(ADD))
            assert connection.scalar(text(COUNT)) == 4
        engine.dispose()

    assert rows(shop, COUNT) == [(3,)]
    assert left_in(directory) == []


def test_the_source_is_not_touched(branches: Branches, shop: Path) -> None:
    run_sql(shop, "PRAGMA journal_mode = wal")
    before = {path.name: path.stat().st_mtime_ns for path in shop.parent.glob("shop.db*")}
    digest = hashlib.sha256(shop.read_bytes()).hexdigest()

    branches.create("b", str(shop))
    branches.sql("b", ADD, write=True)
    branches.diff("b")
    branches.reset("b")

    now = {path.name: path.stat().st_mtime_ns for path in shop.parent.glob("shop.db*")}
    assert now == before
    assert hashlib.sha256(shop.read_bytes()).hexdigest() == digest


def test_reset_gives_the_parent_as_it_is_now_under_the_same_url(
    branches: Branches, shop: Path
) -> None:
    url = branches.create("b", str(shop)).url
    branches.sql("b", "DELETE FROM orders", write=True)
    engine = create_engine(url)
    with engine.connect() as connection:  # held by somebody meanwhile
        assert connection.scalar(text("SELECT count(*) FROM orders")) == 0
        connection.rollback()
        run_sql(shop, ADD)

        assert branches.reset("b").url == url

        assert connection.scalar(text(COUNT)) == 4
        assert connection.scalar(text("SELECT count(*) FROM orders")) == 3
    engine.dispose()
    assert branches.diff("b").is_empty


def test_a_schema_only_branch_has_the_tables_and_stays_so(branches: Branches, shop: Path) -> None:
    run_sql(shop, "CREATE VIEW names AS SELECT name FROM users; PRAGMA user_version = 3")

    branches.create("b", str(shop), schema_only=True)

    assert count(branches, "b") == 0
    assert not branches.diff("b", data=False).schema.text
    branches.sql("b", ADD, write=True)
    branches.reset("b")
    assert count(branches, "b") == 0


def test_snapshots_are_kept_and_gone_back_to(branches: Branches, shop: Path) -> None:
    branches.create("b", str(shop))
    branches.sql("b", ADD, write=True)
    branches.snapshot("b", "four")
    branches.sql("b", "DELETE FROM users", write=True)

    assert count(branches, "b@four") == 4
    assert [table.removed for table in branches.diff("b@four", "b").tables] == [4]
    branches.restore("b", "four")
    assert count(branches, "b") == 4
    branches.create("c", "b@four")
    assert count(branches, "c") == 4

    with pytest.raises(BranchExistsError, match="a snapshot `four` already"):
        branches.snapshot("b", "four")
    with pytest.raises(BranchNotFoundError, match="has no snapshot `fuor`"):
        branches.restore("b", "fuor")


def test_a_branch_of_a_branch(branches: Branches, shop: Path) -> None:
    branches.create("parent", str(shop))
    branches.sql("parent", ADD, write=True)
    branches.create("child", "parent")
    branches.sql("child", "UPDATE users SET name = 'eve' WHERE id = 4", write=True)

    (users,) = branches.diff("child").tables
    assert [change.changed() for change in users.sample] == [{"name": ("dee", "eve")}]

    with pytest.raises(BranchRefusedError, match="`parent` is the parent of `child`"):
        branches.delete("parent")
    branches.delete("child")
    branches.delete("parent")


def test_a_template_is_built_and_branched(
    branches: Branches, tmp_path: Path, directory: Path
) -> None:
    (tmp_path / "schema.sql").write_text("CREATE TABLE t (a); INSERT INTO t VALUES (1);")
    (tmp_path / "pyproject.toml").write_text('[tool.freshdb]\nschema = "schema.sql"\n')

    branches.create("b")

    assert branches.sql("b", "SELECT a FROM t").rows == ((1,),)
    branches.sql("b", "DELETE FROM t", write=True)
    assert [table.removed for table in branches.diff("b").tables] == [1]
    branches.reset("b")
    assert branches.diff("b").is_empty


def test_a_live_source_is_copied_in_one_state(branches: Branches, tmp_path: Path) -> None:
    """A writer keeps two tables equal in each commit; no copy ever sees them differ."""
    source = tmp_path / "busy.db"
    run_sql(source, "PRAGMA journal_mode = wal; CREATE TABLE a (n); CREATE TABLE b (n);")
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(source, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = off")
            connection.execute("PRAGMA wal_autocheckpoint = 5")
            number = 0
            while not stop.is_set():
                number += 1
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO a VALUES (?)", (str(number) * 300,))
                connection.execute("INSERT INTO b VALUES (?)", (str(number) * 300,))
                connection.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(10):
            with branches.temporary(str(source)) as branch:
                sql = "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)"
                ((one, other),) = branches.sql(branch.name, sql).rows
                check = branches.sql(branch.name, "PRAGMA integrity_check").rows
            assert one == other
            assert check == (("ok",),)
    finally:
        stop.set()
        writer.join()


def test_a_source_that_is_opened_while_it_is_copied_is_copied_once_more(
    branches: Branches, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "idle.db"
    run_sql(source, "PRAGMA journal_mode = wal; CREATE TABLE a (n);")
    copy_file, writers = copying._copy_file, list[sqlite3.Connection]()

    def surprised(*arguments: Any) -> str:
        if not writers:
            writers.append(sqlite3.connect(source, isolation_level=None))
            writers[0].execute("INSERT INTO a VALUES (1)")
            writers[0].execute("PRAGMA wal_checkpoint")
        return copy_file(*arguments)

    monkeypatch.setattr(copying, "_copy_file", surprised)
    with branches.temporary(str(source)) as branch:
        assert branches.sql(branch.name, "SELECT n FROM a").rows == ((1,),)
    writers[0].close()


def test_a_source_whose_writer_was_killed_is_copied_as_it_recovers(
    branches: Branches, shop: Path
) -> None:
    script = (
        "import os, signal, sqlite3; c = sqlite3.connect(" + repr(str(shop)) + ");"
        "c.execute('PRAGMA cache_size = 1'); c.execute('PRAGMA cache_spill = 1');"
        "rows = [(str(n) * 500,) for n in range(99)];"
        "c.executemany('INSERT INTO users (name) VALUES (?)', rows);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    assert Path(f"{shop}-journal").stat().st_size > 0

    branches.create("b", str(shop))

    assert branches.sql("b", "PRAGMA integrity_check", write=True).rows == (("ok",),)
    assert count(branches, "b") == 3


def test_time_to_live_is_kept_at_each_call(
    branches: Branches, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branches.create("short", str(shop), ttl="30m")
    branches.create("long", str(shop), ttl=None)
    branches.create("kept", str(shop), ttl="30m")
    branches.protect("kept")
    branches.create("parent", str(shop), ttl="30m")
    branches.create("child", "parent", ttl="1d")
    branches.create("extended", str(shop), ttl="30m")
    branches.extend("extended", "5h")
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)

    assert [one.name for one in branches.list()] == ["child", "extended", "kept", "long", "parent"]

    branches.delete("child")
    assert [one.name for one in branches.list()] == ["extended", "kept", "long"]


def test_a_branch_that_is_in_use_does_not_expire(
    branches: Branches, shop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    branches.create("b", str(shop), ttl="1s")
    monkeypatch.setattr(time, "time", lambda: 4e9)
    script = (
        "import freshdb, sys; print(len(freshdb.Branches(sys.argv[1], project=sys.argv[2]).list()))"
    )

    # The command itself calls freshdb, which keeps times to live.
    record = branches.registry.read("b")
    assert record is not None
    command = [sys.executable, "-c", "import time; time.time = lambda: 4e9; " + script]
    words = [*command, str(branches.registry.base), str(tmp_path)]
    monkeypatch.undo()
    with open(tmp_path / "out", "w+") as out:
        assert branches.exec("b", words, stdout=out) == 0
        out.seek(0)
        assert out.read() == "1\n"


def test_a_protected_branch_is_neither_deleted_nor_written_over(
    branches: Branches, shop: Path
) -> None:
    branches.create("b", str(shop))
    branches.protect("b")

    for refused in (
        lambda: branches.delete("b"),
        lambda: branches.reset("b"),
        lambda: branches.create("b", str(shop), if_exists="replace"),
    ):
        with pytest.raises(BranchRefusedError, match="`b` is protected"):
            refused()

    branches.protect("b", on=False)
    branches.delete("b")


def test_a_name_that_is_taken(branches: Branches, shop: Path) -> None:
    first = branches.create("b", str(shop))
    branches.sql("b", ADD, write=True)

    with pytest.raises(BranchExistsError, match="there is a branch `b` already"):
        branches.create("b", str(shop))
    again = branches.create("b", str(shop), if_exists="reuse")
    assert (again.is_new, again.record.id) == (False, first.record.id)
    assert count(branches, "b") == 4
    other = branches.create("b", str(shop), if_exists="replace")
    assert other.is_new
    assert count(branches, "b") == 3


def test_two_worktrees_have_names_of_their_own(shop: Path, directory: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / ".git").mkdir(parents=True)
        worktree = Branches(directory, project=tmp_path / name / ".git")
        worktree.create("b", str(shop))
        assert [one.name for one in worktree.list()] == ["b"]

    assert len(worktree.list(everywhere=True)) == 2


def test_parallel_creates_and_deletes(shop: Path, directory: Path, tmp_path: Path) -> None:
    """32 at once: of each name one is made, whole, and one delete of each succeeds."""

    def make(number: int) -> str:
        try:
            branches = Branches(directory, project=tmp_path)
            branch = branches.create(f"b{number % 16}", str(shop))
            assert count(branches, branch.name) == 3
        except BranchExistsError:
            return "exists"
        return "made"

    def drop(number: int) -> str:
        try:
            Branches(directory, project=tmp_path).delete(f"b{number % 16}")
        except BranchNotFoundError:
            return "gone"
        return "deleted"

    with ThreadPoolExecutor(32) as pool:
        made = sorted(pool.map(make, range(32)))
        dropped = sorted(pool.map(drop, range(32)))

    assert made == ["exists"] * 16 + ["made"] * 16
    assert dropped == ["deleted"] * 16 + ["gone"] * 16
    assert left_in(directory) == []


def test_parallel_creates_by_processes(shop: Path, directory: Path, tmp_path: Path) -> None:
    script = (
        "import sys; from freshdb.branches.manager import Branches; sys.stdin.readline(); "
        f"b = Branches({str(directory)!r}, project={str(tmp_path)!r}); "
        f"[b.create(None, {str(shop)!r}) for _ in range(8)]"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) for _ in range(4)
    ]
    for process in started:
        process.communicate(b"\n")
    assert [process.returncode for process in started] == [0] * 4

    branches = Branches(directory, project=tmp_path)
    assert len(branches.list()) == 32
    assert branches.doctor() == []


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        ("nothing", BranchNotFoundError, "no branch `nothing`"),
        ("./nothing.db", BranchNotFoundError, "there is no file"),
        ("env:FRESHDB_NO_SUCH", BranchNotFoundError, "holds no URL"),
        ("sqlite://", BranchInputError, "names no file"),
        ("oracle://h/x", BranchInputError, "databases of `oracle` cannot be branched"),
        ("postgresql://me:pw@localhost/x", BranchInputError, "seen by everybody"),
        ("postgresql://me@db.example.com/x", BranchRefusedError, "is not this machine"),
        ("postgresql:///x?host=db.example.com", BranchRefusedError, "is not this machine"),
        ("mysql://me@db.example.com/x", BranchRefusedError, "is not this machine"),
        ("mysql://me@localhost", BranchInputError, "names no database"),
        ("shop.dbb", BranchNotFoundError, "no branch `shop.dbb`"),
        ("postgresql://me@localhost/prod", BranchRefusedError, "looks like production"),
        ("", BranchInputError, "source is empty"),
    ],
)
def test_sources_that_cannot_be_used(
    branches: Branches, source: str, error: type[BranchError], message: str, directory: Path
) -> None:
    with pytest.raises(error, match=message) as raised:
        branches.create("b", source)

    assert raised.value.hint
    assert ":pw@" not in str(raised.value)
    assert left_in(directory) == []


def test_a_file_that_looks_like_production_is_refused(branches: Branches, tmp_path: Path) -> None:
    run_sql(tmp_path / "shop-prod.db", "CREATE TABLE t (a)")

    with pytest.raises(BranchRefusedError, match="`prod` in its name looks like production"):
        branches.create("b", str(tmp_path / "shop-prod.db"))


def test_a_source_that_is_no_database_leaves_nothing(
    branches: Branches, tmp_path: Path, directory: Path
) -> None:
    (tmp_path / "text.db").write_text("this is text, " * 100)

    with pytest.raises(BranchError, match="file is not a database"):
        branches.create("b", str(tmp_path / "text.db"))
    assert left_in(directory) == []


def test_a_source_locked_by_a_writer_is_busy_and_leaves_nothing(
    branches: Branches, shop: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from freshdb.branches.products.sqlite import copying

    monkeypatch.setattr(copying, "BUSY_TIMEOUT_S", 0.01)
    with closing(sqlite3.connect(shop, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BranchBusyError, match="is locked by a writer") as raised:
            branches.create("b", str(shop))

    assert raised.value.is_retryable
    assert left_in(directory) == []


def test_a_copy_that_does_not_fit_leaves_nothing(
    branches: Branches, shop: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(directory)
    monkeypatch.setattr(os, "statvfs", lambda path: type("", (), {"f_bavail": 1, "f_frsize": 512}))
    with pytest.raises(BranchSpaceError, match="does not fit"):
        branches.create("b", str(shop))
    assert left_in(directory) == []
    monkeypatch.setattr(os, "statvfs", lambda path: real)


def test_a_disk_that_fills_up_meanwhile_leaves_nothing(
    branches: Branches, shop: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "copy_file_range", full, raising=False)
    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(BranchSpaceError, match="no room for a copy"):
        branches.create("b", str(shop))
    assert left_in(directory) == []


def test_gc_takes_nothing_that_the_registry_cannot_read(
    branches: Branches, shop: Path, directory: Path
) -> None:
    branches.create("b", str(shop))
    home = branches.registry.home_of("b")
    (home / RECORD).write_text("{")

    assert branches.gc() == []
    (finding,) = branches.doctor()
    assert "cannot be read" in finding.what
    assert (home / "database.sqlite").exists()


def test_a_file_whose_record_is_lost_is_found(branches: Branches, shop: Path) -> None:
    branches.create("b", str(shop))
    before = branches.snapshot("b", "s").record
    branches.registry.write(before.without_snapshot("s"))
    lost = before.snapshots[0].place.where

    assert [one.what for one in branches.doctor()] == [
        f"no record knows of {lost}, which freshdb has made"
    ]
    assert branches.gc() == [f"{lost}: no record knew of it"]
    assert not Path(lost).exists()
    assert branches.diff("b").is_empty


def test_doctor_misses_a_database_that_somebody_took(branches: Branches, shop: Path) -> None:
    branches.create("b", str(shop))
    Path(branches.registry.home_of("b") / "database.sqlite").unlink()

    (finding,) = branches.doctor()

    assert finding.what.startswith("its database is gone")
    branches.delete("b")
    assert branches.doctor() == []


def test_sql_reads_unless_it_may_write(branches: Branches, shop: Path, tmp_path: Path) -> None:
    branches.create("b", str(shop))

    for statement in (ADD, "DROP TABLE users", "PRAGMA user_version = 9", "CREATE TABLE x (a)"):
        with pytest.raises(BranchError):
            branches.sql("b", statement)
    for write in (False, True):
        with pytest.raises(BranchError, match="not authorized"):
            branches.sql("b", f"ATTACH '{tmp_path / 'new.db'}' AS other", write=write)
    assert not (tmp_path / "new.db").exists()
    assert branches.sql("b", ADD, write=True).changed == 1
    assert branches.sql("b", "SELECT name FROM users WHERE id = ?", [4]).rows == (("dee",),)
    with pytest.raises(BranchInputError, match="no branch to run SQL on"):
        branches.sql(str(shop), "SELECT 1")


def test_rows_of_sql_are_capped(branches: Branches, shop: Path) -> None:
    branches.create("b", str(shop))

    result = branches.sql("b", "SELECT id FROM users ORDER BY id", max_rows=2)

    assert (result.rows, result.is_truncated) == (((1,), (2,)), True)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "-x", "x" * 49, "a b"])
def test_names_that_would_be_trouble_are_refused(branches: Branches, shop: Path, name: str) -> None:
    if name:
        with pytest.raises(BranchInputError, match="is no name"):
            branches.create(name, str(shop))
    with pytest.raises(BranchInputError, match="is no name"):
        branches.registry.home_of(name)


@pytest.mark.parametrize("ttl", ["", "2", "2x", "h", "0s", "9999d", "-1h"])
def test_times_to_live_that_make_no_sense(branches: Branches, shop: Path, ttl: str) -> None:
    with pytest.raises(BranchInputError, match="time to live"):
        branches.create("b", str(shop), ttl=ttl)


def test_tables_on_the_same_pages_are_not_read(
    branches: Branches, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_sql(shop, "CREATE TABLE big (a); INSERT INTO big VALUES (zeroblob(50000))")
    branches.create("b", str(shop))
    branches.sql("b", ADD, write=True)

    found = branches.diff("b")

    assert "big" in found.skipped
    assert "orders" in found.skipped
    assert [(table.name, table.added) for table in found.tables] == [("users", 1)]


def test_a_change_that_is_only_in_the_log_is_seen(branches: Branches, shop: Path) -> None:
    """The branch's file is as it was; what was written lies beside it, in its write-ahead log."""
    run_sql(shop, "PRAGMA journal_mode = wal")
    url = branches.create("b", str(shop)).url
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("UPDATE users SET name = 'new' WHERE id = 2")
        writer.commit()

        (users,) = branches.diff("b").tables

        assert [change.kind for change in users.sample] == [Kind.CHANGED]


def test_only_the_tables_that_were_asked_for(branches: Branches, shop: Path) -> None:
    branches.create("b", str(shop))
    branches.sql("b", f"DELETE FROM orders; {ADD}", write=True)

    assert [table.name for table in branches.diff("b", tables=["users"]).tables] == ["users"]
    with pytest.raises(BranchNotFoundError, match="no table `user`"):
        branches.diff("b", tables=["user"])


def test_a_command_gets_the_url_in_its_environment_only(
    branches: Branches, shop: Path, tmp_path: Path
) -> None:
    with open(tmp_path / "out", "w+") as out:
        script = "import os, sys; print(os.environ['DB'], os.environ['DB'] in sys.argv); exit(7)"
        code = branches.run(
            [sys.executable, "-c", script], str(shop), variables=["DB"], driver="aiosqlite",
            stdout=out,
        )  # fmt: skip
        out.seek(0)
        url, in_arguments = out.read().split()

    assert code == 7
    assert url.startswith("sqlite+aiosqlite:////")
    assert in_arguments == "False"
    assert branches.list() == []


def test_a_failed_commands_branch_can_be_kept(branches: Branches, shop: Path) -> None:
    assert branches.run(["false"], str(shop), name="kept", keep_on_failure=True) == 1
    assert branches.gc() == []
    assert branches.get("kept").seconds_left is not None


def test_no_shell_is_asked(branches: Branches, shop: Path, tmp_path: Path) -> None:
    with pytest.raises(BranchInputError, match="cannot run `touch x; true`") as raised:
        branches.run(["touch x; true"], str(shop))
    assert raised.value.exit_code == 127
    with pytest.raises(BranchInputError, match="no command"):
        branches.run("touch x", str(shop))
    assert branches.list() == []


def test_a_command_that_takes_too_long_is_ended(branches: Branches, shop: Path) -> None:
    assert branches.run(["sleep", "60"], str(shop), timeout_s=0.05) == 124


def test_a_vanished_parent_is_said(branches: Branches, shop: Path) -> None:
    branches.create("b", str(shop))
    branches.create("x", "b")
    shop.unlink()

    with pytest.raises(BranchNotFoundError, match="there is no file"):
        branches.reset("b")
    assert count(branches, "b") == 3


def test_a_parent_that_was_replaced_by_another_is_not_taken_for_it(
    branches: Branches, shop: Path
) -> None:
    branches.create("parent", str(shop))
    branches.create("child", "parent")
    record = branches.registry.read("parent")
    assert record is not None
    branches.registry.write(replace(record, id="another"))

    with pytest.raises(BranchNotFoundError, match="is not the one that `child` was made from"):
        branches.reset("child")


def test_the_registry_has_no_password(
    branches: Branches, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from freshdb.branches.sources import parse

    monkeypatch.setenv("DB", "postgresql+psycopg://me:s3cret@localhost:1/shop")

    place = parse("env:DB").place

    assert place is not None
    assert (place.where, place.secret) == ("postgresql://me@localhost:1/shop", "DB")


def test_unknown_products_are_said() -> None:
    assert isinstance(products.product("sqlite"), SQLite)
    with pytest.raises(BranchInputError, match="databases of `dbase` cannot be branched"):
        products.product("dbase")


def test_a_directory_with_somebodys_files_in_it_keeps_them(shop: Path, tmp_path: Path) -> None:
    """The place for branches may be a project's own directory, and a branch's may get a note."""
    mine = [tmp_path / "src" / "app" / "code.py", tmp_path / "data-0123abcd" / "x" / "notes.txt"]
    branches = Branches(tmp_path, project=tmp_path)
    branches.create("b", str(shop))
    mine.append(branches.registry.home_of("b") / "notes.txt")
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")

    branches.delete("b")
    branches.gc()

    assert [path.read_text() for path in mine] == ["mine"] * 3
    assert branches.list() == []
    assert branches.doctor() == []
    branches.create("b", str(shop))


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("postgresql+asyncpg://me@localhost/shop", "postgresql+asyncpg://me@localhost:5432/b_1"),
        ("mysql+aiomysql://me@localhost/shop", "mysql+aiomysql://me@127.0.0.1:3306/b_1"),
        ("mariadb+pymysql://me@localhost/shop", "mariadb+pymysql://me@127.0.0.1:3306/b_1"),
    ],
)
def test_a_branch_has_the_driver_that_its_source_was_named_with(
    source: str, place: str, tmp_path: Path
) -> None:
    from freshdb.branches.sources import parse

    found = parse(source).place
    assert found is not None
    its_product = products.product(found.product)
    made = its_product.new_place(tmp_path / "scope" / "b", "", found)
    name = made.where.rpartition("/")[2]

    assert its_product.url(made, None, with_password=False).replace(name, "b_1") == place
    assert "+other://" in its_product.url(made, "other", with_password=False)


def test_a_files_branch_has_the_driver_that_its_source_was_named_with(
    branches: Branches, shop: Path
) -> None:
    branches.create("b", f"sqlite+aiosqlite:///{shop}")

    assert branches.url("b").startswith("sqlite+aiosqlite:////")
    assert branches.snapshot("b", "s").url == branches.url("b")
    assert branches.create("c", "b").url.startswith("sqlite+aiosqlite:////")
