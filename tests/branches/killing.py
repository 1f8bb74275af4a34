"""Run an operation on branches in a process that is killed at its n-th step, for every n.

A step is whatever the interpreter tells its audit hooks about files, locks and processes, so every
step of the code is tried without the code knowing of it. Run as a program, in a process without
threads: `python -m tests.branches.killing OPERATION DIRECTORY`; prints a JSON list of complaints.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from freshdb.branches.manager import Branches
from freshdb.branches.records import State
from freshdb.errors import BranchError

STEPS = {
    "open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect",
    "fcntl.flock", "fcntl.ioctl", "subprocess.Popen",
}  # fmt: skip
PATIENCE_S = 20.0


def create(branches: Branches, source: Path) -> None:
    branches.create("target", str(source))


def replace(branches: Branches, source: Path) -> None:
    branches.create("old", str(source), if_exists="replace")


def run(branches: Branches, source: Path) -> None:
    branches.run(["true"], str(source), name="target")


def delete(branches: Branches, source: Path) -> None:
    branches.delete("old")


def snapshot(branches: Branches, source: Path) -> None:
    branches.snapshot("old", "later")


def reset(branches: Branches, source: Path) -> None:
    branches.reset("old")


OPERATIONS: dict[str, Callable[[Branches, Path], None]] = {
    one.__name__: one for one in (create, replace, run, delete, snapshot, reset)
}
MAY_TAKE_OLD = ("delete", "replace")


def killed_at(step: int, operation: Callable[[Branches, Path], None], home: Path) -> bool:
    """Run an operation in a child that is killed at a step; tell whether it came that far."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, _arguments: object) -> None:
            nonlocal left
            if event in STEPS:
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        with suppress(BaseException):
            operation(Branches(home / "branches", project=home), home / "source.db")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def prepared(home: Path) -> None:
    """Make a source, a branch that is to survive, and one that the operation is about.

    They are made once, and put back from a copy afterwards.
    """
    original = home.with_suffix(".original")
    if not original.exists():
        _make(home)
        home.rename(original)
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(original, home)


def _make(home: Path) -> None:
    home.mkdir(parents=True)
    with closing(sqlite3.connect(home / "source.db")) as connection:
        connection.executescript("PRAGMA synchronous = off; CREATE TABLE t (a); "
                                 "INSERT INTO t VALUES (1), (2)")  # fmt: skip
    branches = Branches(home / "branches", project=home)
    for name in ("other", "old"):
        branches.create(name, str(home / "source.db"))
        branches.sql(name, "INSERT INTO t VALUES (3)", write=True)
        branches.snapshot(name, "first")


def complaints(name: str, home: Path) -> list[str]:
    """Tell what is wrong after `doctor` and `gc`."""
    branches = Branches(home / "branches", project=home)
    branches.doctor()
    _collect(branches)
    found = [finding.what for finding in branches.doctor()]
    records = {one.name: one for one in branches.registry.records()}
    if name not in MAY_TAKE_OLD and "old" not in records:
        found.append("`old` is lost")
    for record in records.values():
        found += _unsound(branches, record.name)
    found += _strays(branches)
    if name == "run" and "target" in records:
        found.append("the branch of a command that is over is left")
    try:
        branches.create("next", str(home / "source.db"))
    except BranchError as error:
        found.append(f"nothing can be made any more: {error}")
    if "other" not in records:
        found.append("`other` is lost")
    return found


def _collect(branches: Branches) -> None:
    """Collect, and again while a command whose `run` was killed still runs."""
    deadline = time.monotonic() + PATIENCE_S
    branches.gc()
    while any(one.is_temporary for one in branches.registry.records()):
        if time.monotonic() > deadline:
            return
        time.sleep(0.005)
        branches.gc()


def _unsound(branches: Branches, name: str) -> list[str]:
    record = branches.registry.read(name)
    assert record is not None
    if record.state is not State.READY:
        return [f"`{name}` is {record.state}"]
    names = [name, *(f"{name}@{one.label}" for one in record.snapshots)]
    found = []
    for one in names:
        rows = branches.sql(one, "SELECT count(*) FROM t").rows[0][0]
        check = branches.sql(one, "PRAGMA integrity_check").rows[0][0]
        if rows not in (2, 3) or check != "ok":
            found.append(f"`{one}` has {rows} rows: {check}")
    if name == "other" and branches.sql("other", "SELECT count(*) FROM t").rows[0][0] != 3:
        found.append("`other` has lost what was written to it")
    return found


def _strays(branches: Branches) -> list[str]:
    """Return the files that no record speaks of."""
    known = {"branch.json", "in-use", "database.sqlite", "database.sqlite-wal",
             "database.sqlite-shm", "snapshot-first.sqlite", "snapshot-later.sqlite"}  # fmt: skip
    found = []
    for home in branches.registry.homes():
        record = branches.registry.read(home.name, home.parent.name)
        labels = {one.label for one in record.snapshots} if record is not None else set()
        for path in home.iterdir():
            is_lost = path.name == "snapshot-later.sqlite" and "later" not in labels
            if path.name not in known or is_lost:
                found.append(f"a stray file {path.name}")
    return found


def main(name: str, directory: str) -> list[str]:
    home = Path(directory)
    found: list[str] = []
    step = 0
    while True:
        prepared(home)
        was_killed = killed_at(step, OPERATIONS[name], home)
        found += [f"killed at step {step} of {name}: {text}" for text in complaints(name, home)]
        if not was_killed:
            break
        step += 1
    if step < 8:
        found.append(f"only {step} steps were tried")
    return found


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
