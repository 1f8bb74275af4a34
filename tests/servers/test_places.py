"""Where private servers live: what is removed is never what somebody has just started there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from freshdb.servers import keeping, places


def test_a_server_that_starts_where_a_dead_one_is_being_removed_keeps_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "mariadb-1"
    directory.mkdir()
    (directory / places.FACTS).write_text("{}")
    rmtree = shutil.rmtree

    def rmtree_with_company(path: Path, **options: bool) -> None:
        directory.mkdir()
        rmtree(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(shutil, "rmtree", rmtree_with_company)

    places.discard(directory)

    assert [path.name for path in tmp_path.iterdir()] == ["mariadb-1"]
    assert not list(directory.iterdir())


def test_what_was_removed_already_is_no_error(tmp_path: Path) -> None:
    places.discard(tmp_path / "mariadb-1")

    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_had_not_removed_yet_the_next_start_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{places.ENDED}mariadb-1-77-1" / "data").mkdir(parents=True)
    (tmp_path / f"{places.ENDED}postgres-1-77-1").mkdir()
    monkeypatch.setattr(places, "servers_directory", lambda: tmp_path)

    keeping.reap("mariadb")

    assert [path.name for path in tmp_path.iterdir()] == [f"{places.ENDED}postgres-1-77-1"]
