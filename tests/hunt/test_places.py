"""Files of trials: each is told what it changed, nothing of it stays, and nobody else's goes."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from freshdb.hunt.session.own_files import scratch
from freshdb.hunt.session.own_files.copies import Copies
from freshdb.hunt.session.own_files.overlays import Overlays
from freshdb.hunt.session.own_files.places import Places, undo

CONTENT = {"kept.txt": "kept", "changed.txt": "old", "removed.txt": "gone", "tree/leaf.txt": "leaf"}

Kind = type[Copies] | type[Overlays]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "tree").mkdir(parents=True)
    for name, text in CONTENT.items():
        (folder / name).write_text(text)
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute("CREATE TABLE rows (id INTEGER)")
    connection.close()
    return folder


@pytest.fixture(params=[Copies, Overlays])
def places(request: pytest.FixtureRequest, project: Path) -> Iterator[Places]:
    kind: Kind = request.param
    if kind is Overlays and not Overlays.work():
        pytest.skip("this machine lets nobody mount overlay file systems")
    found: Places = kind([str(project)])
    yield found
    found.close()


def in_trial(places: Places, work: Callable[[], object]) -> None:
    """Do something in a fork, as a trial would; an assertion that fails there fails here."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            places.enter()
            work()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0
    places.put_back()


def content(project: Path) -> dict[str, str]:
    files = [one for one in project.rglob("*") if one.is_file() and one.suffix == ".txt"]
    return {str(one.relative_to(project)): one.read_text() for one in files}


def change(project: Path) -> None:
    (project / "changed.txt").write_text("new")
    (project / "removed.txt").unlink()
    (project / "added.txt").write_text("added")
    (project / "made").mkdir()
    (project / "made/inside.txt").write_text("inside")
    shutil.rmtree(project / "tree")
    with sqlite3.connect(project / "shop.db") as connection:
        connection.execute("INSERT INTO rows VALUES (1)")
    connection.close()


def test_a_trial_is_told_what_it_changed_and_nothing_stays(project: Path, places: Places) -> None:
    def work() -> None:
        change(project)
        changed = places.changed()
        names = {path.removeprefix(f"{project}/"): how for path, how in changed.items()}
        assert names["changed.txt"] == "changed"
        assert names["removed.txt"] == "removed"
        assert names["added.txt"] == "added"
        assert names["made/inside.txt"] == "added"
        assert names["tree/leaf.txt"] == "removed"
        assert names["shop.db"] == "changed"
        assert "kept.txt" not in names
        before = places.original(f"{project}/changed.txt")
        assert before is not None
        assert before.read_text() == "old"

    in_trial(places, work)

    assert content(project) == CONTENT
    assert not (project / "made").exists()
    with sqlite3.connect(project / "shop.db") as connection:
        assert connection.execute("SELECT * FROM rows").fetchall() == []
    connection.close()


def test_a_folder_in_which_nothing_changed_looks_as_it_did(project: Path, places: Places) -> None:
    """Python lists the folders of `sys.path` anew when their time differs."""
    before = os.stat(project).st_mtime_ns

    def work() -> None:
        assert os.stat(project).st_mtime_ns == before

    in_trial(places, work)


def test_mode_and_time_of_a_file_are_told_and_put_back(project: Path, places: Places) -> None:
    changed, kept = project / "changed.txt", project / "kept.txt"
    before = changed.stat(), kept.stat()

    def work() -> None:
        changed.chmod(0o400)
        os.utime(kept, (1, 1))
        found = places.changed()
        assert found == {str(changed): "mode", str(kept): "time"}
        for path in found:
            undo(places, path)
        assert not places.changed()

    in_trial(places, work)

    for was, path in zip(before, (changed, kept), strict=True):
        now = path.stat()
        assert (now.st_mode, now.st_mtime_ns) == (was.st_mode, was.st_mtime_ns)


def test_what_others_write_meanwhile_stays(project: Path) -> None:
    """Somebody edits a file of the project while the hunt goes on."""
    places = Copies([str(project)])

    def work() -> None:
        (project / "added.txt").write_text("added")
        if os.fork() == 0:  # as another program: without the audit hook's knowing
            os.execl("/bin/sh", "sh", "-c", f"echo mine > {project}/kept.txt")
        os.wait()

    in_trial(places, work)
    places.close()

    assert content(project) == CONTENT | {"kept.txt": "mine\n"}


def test_a_trial_that_crashes_is_put_right(project: Path) -> None:
    places = Copies([str(project)])
    pid = os.fork()
    if pid == 0:
        places.enter()
        change(project)
        os.kill(os.getpid(), 9)
    os.waitpid(pid, 0)
    places.put_back()
    places.close()

    assert content(project) == CONTENT


def test_to_close_inside_a_trial_removes_no_file(project: Path, places: Places) -> None:
    """Seen from a trial, what it lies upon is mounted in the scratch folder."""
    in_trial(places, places.close)

    assert content(project) == CONTENT
    assert (project / "shop.db").exists()


@pytest.mark.parametrize(("name", "stays"), [("log.jsonl", False), ("file0.1", True)])
def test_what_a_killed_hunt_left_is_removed_but_for_copies_of_somebodys_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, stays: bool
) -> None:
    monkeypatch.setattr(scratch, "_base", lambda: str(tmp_path))
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        scratch.Scratch()
        os.write(writing, b"!")
        signal.pause()
    os.read(reading, 1)
    (left,) = tmp_path.iterdir()
    (left / name).write_text("")

    meanwhile = scratch.Scratch()
    was_there = left.is_dir()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    after = scratch.Scratch()

    assert was_there
    assert left.is_dir() == stays
    assert os.path.isdir(meanwhile.path)
    for one in (meanwhile, after):
        one.close()
    os.close(reading)
    os.close(writing)


def test_a_hunt_inside_a_trial_of_another_takes_nothing_of_that_one(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the other's folder is a file system of its own, with the very project mounted in."""
    if not Overlays.work():
        pytest.skip("this machine lets nobody mount overlay file systems")
    monkeypatch.setattr(scratch, "_base", lambda: str(project.parent))
    places = Overlays([str(project)])
    before = content(project)

    in_trial(places, lambda: scratch.reap(str(project.parent)))

    places.close()
    assert content(project) == before
    assert list(project.parent.iterdir()) == [project]
