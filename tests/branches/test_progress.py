"""A copy on a server tells how far it is, while the server says nothing by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from freshdb.backends.mariadb.admin import Admin
from freshdb.branches.manager import Branches
from freshdb.branches.products import servers
from freshdb.branches.products.mariadb import copying
from freshdb.branches.products.mariadb.server import target_of
from freshdb.branches.products.postgres import _copied_files
from tests.branches.makers import maker_of


def test_how_much_is_done_is_told_while_the_block_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "LOOK_EVERY_S", 0.001)
    told: list[tuple[int, int]] = []
    is_told = threading.Event()

    def amounts() -> Generator[int, None, None]:
        yield from (1, 5, 20)  # an estimate may be too high; it is over when the block is
        is_told.set()
        raise ConnectionError

    with servers.watched(lambda *facts: told.append(facts), 10, amounts):
        assert is_told.wait(10)

    assert told == [(1, 10), (5, 10), (9, 10), (10, 10)]


def test_rows_in_mariadbs_transactions_are_counted(
    request: pytest.FixtureRequest,
) -> None:
    with maker_of("mariadb", request.getfixturevalue) as maker:
        maker.make("one")
        source = maker.place("one")
        admin = Admin(target_of(source).address)
        try:
            admin.use(target_of(source).database)
            admin.run("CREATE TABLE t (n INT)", "START TRANSACTION")
            amounts = copying._written(admin, source, copying._Extent(rows=4, size_bytes=400))
            seen = [next(amounts)]
            for sql in ("INSERT INTO t VALUES (1), (2)", "INSERT INTO t VALUES (3)"):
                admin.run(sql)
                time.sleep(0.12)  # the server shows what it has seen 0.1 s ago to who asks sooner
                seen.append(next(amounts))
            admin.run("COMMIT")
            amounts.close()
        finally:
            admin.close()

        assert seen == [0, 200, 300]


def test_the_size_of_what_postgres_is_copying_can_be_asked_for(
    request: pytest.FixtureRequest,
) -> None:
    with maker_of("postgres", request.getfixturevalue) as maker:
        amounts = _copied_files(maker.place("postgres"))
        assert next(amounts) >= 0
        amounts.close()


def test_rows_that_make_the_way_through_freshdb_are_counted(
    request: pytest.FixtureRequest, directory: Path, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    with maker_of("mariadb", request.getfixturevalue) as maker:
        maker.make("one")
        with maker.connect("one") as session:
            for sql in ("CREATE TABLE t (n INT)", "INSERT INTO t SELECT seq FROM seq_1_to_2500",
                        "ANALYZE TABLE t"):  # fmt: skip
                session.run(sql)
            branches = Branches(directory, project=tmp_path, progress=lambda *one: told.append(one))
            branches.create("b", maker.url("one"))
        branches.delete("b")

    total = told[-1][1]
    assert [round(done / total, 1) for done, _ in told] == [0.4, 0.8, 1.0, 1.0]
