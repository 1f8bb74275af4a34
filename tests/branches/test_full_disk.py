"""A copy that does not fit on the disk is a clear error, and leaves nothing half-made."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from freshdb.branches.manager import Branches
from freshdb.errors import BranchSpaceError
from freshdb.servers.mariadb.private import ensure_server
from tests.branches.makers import Maker, maker_of
from tests.branches.makers.mariadb import MariaDBMaker
from tests.mariadb import require_programs

SIZE_MB = 24
ROWS = 60_000  # of 200 bytes and more: one copy fits, a second does not


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of `SIZE_MB`, in which everybody may write."""
    if os.geteuid() != 0:
        pytest.skip("left out, since only root can mount a file system")
    # Not in pytest's own directory, into which a server that runs as another user cannot look.
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        options = f"size={SIZE_MB}m,mode=777"
        place.chmod(0o755)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", directory], check=True)


@pytest.mark.parametrize("name", ["sqlite", "postgres"])
def test_a_full_disk_leaves_nothing(
    name: str, small_disk: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with maker_of(name, request.getfixturevalue) as maker:
        base = small_disk / "branches" if name == "sqlite" else tmp_path / "branches"
        branches = Branches(base, project=tmp_path)
        prepare = {"sqlite": _file_on, "postgres": _tablespace_on}[name]
        source = prepare(maker, small_disk)
        branch = f"full{os.getpid()}"
        try:
            with pytest.raises(BranchSpaceError) as raised:
                branches.create(branch, source)

            assert raised.value.exit_code == 7
            assert branches.registry.homes() == []
            assert not [one for one in maker.branches() if branch in one]
            assert branches.doctor() == []
        finally:
            maker.drop("shop")
            if name == "postgres":
                _as_admin(maker, f"DROP TABLESPACE IF EXISTS small_{os.getpid()}")


@pytest.fixture
def mariadb_apart() -> Iterator[MariaDBMaker]:
    """A server that no other test uses: it ends itself where there is hardly any room at all."""
    require_programs()
    with ensure_server(apart=f"full disk {os.getpid()}") as server:
        yield MariaDBMaker(server)


def test_a_full_disk_of_mariadbs_leaves_nothing(
    mariadb_apart: MariaDBMaker, small_disk: Path, branches: Branches
) -> None:
    mariadb_apart.make("shop")
    with mariadb_apart.connect("shop") as session:
        session.run(f"CREATE TABLE t (a VARCHAR(250)) DATA DIRECTORY = '{small_disk}'")
        session.run("INSERT INTO t SELECT REPEAT('x', 180) FROM seq_1_to_40000")

    with pytest.raises(BranchSpaceError) as raised:
        branches.create("full", mariadb_apart.url("shop"))

    assert raised.value.exit_code == 7
    assert branches.registry.homes() == []
    assert mariadb_apart.branches() == []
    assert branches.doctor() == []


def _file_on(_: Maker, disk: Path) -> str:
    source = disk / "shop.db"
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", (("x" * 220,) for _ in range(ROWS)))
        connection.commit()
    return str(source)


def _as_admin(maker: Any, sql: str) -> None:
    maker.as_admin(sql)


def _tablespace_on(maker: Any, disk: Path) -> str:
    place = disk / "space"
    place.mkdir(mode=0o700)
    owner = Path(maker.server.address.host).stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    _as_admin(maker, f"CREATE TABLESPACE small_{os.getpid()} LOCATION '{place}'")
    _as_admin(maker, f'CREATE DATABASE "shop_{os.getpid()}" TABLESPACE small_{os.getpid()}')
    with maker.connect("shop") as session:
        session.run("CREATE TABLE t (a text)")
        session.run(f"INSERT INTO t SELECT repeat('x', 100) FROM generate_series(1, {ROWS})")
    return str(maker.url("shop"))
