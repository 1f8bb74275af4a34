"""Run an operation on a branch of a server in a process that is killed before its n-th statement.

As `tests.branches.killing` for files; a step is what freshdb asks of the server. Run as a program:
`python -m tests.branches.killing_on_servers OPERATION DIRECTORY URL`; prints a JSON list of
complaints.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from freshdb.backends.mariadb.admin import Admin
from freshdb.branches.manager import Branches
from freshdb.branches.products import product
from freshdb.branches.records import Place
from freshdb.errors import BranchNotFoundError
from freshdb.servers.postgres.wire import Connection

COUNT = "SELECT count(*) FROM users"
# Every step takes long on a server; so that all are tried in the end, each run begins elsewhere.
STRIDE = 6

OPERATIONS: dict[str, Callable[[Branches, str, str], Any]] = {
    "create": lambda branches, name, url: branches.create(name, url),
    "delete": lambda branches, name, url: branches.delete(name),
    "reset": lambda branches, name, url: branches.reset(name),
    "run": lambda branches, name, url: branches.run(["true"], url, name=name),
}


def killed_at(step: int, operation: str, home: Path, name: str, url: str) -> bool:
    """Run an operation in a child that is killed at a step; tell whether it came that far."""
    child = os.fork()
    if child == 0:
        left = step

        def counted(ask: Any) -> Any:
            def asked(self: Any, *arguments: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return ask(self, *arguments)

            return asked

        for kind, method in ((Connection, "query"), (Admin, "rows"), (Admin, "all_rows")):
            setattr(kind, method, counted(getattr(kind, method)))
        with suppress(BaseException):
            OPERATIONS[operation](Branches(home / "branches", project=home), name, url)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def complaints(branches: Branches, operation: str, name: str, places: set[Place]) -> list[str]:
    """Tell what is wrong after `gc`, and remove what is left of the branch."""
    branches.gc()
    found = [finding.what for finding in branches.doctor()]
    records = {one.name: one for one in branches.registry.records()}
    places |= {one.place for one in records.values()}
    if name in records:
        number = branches.sql(name, COUNT).rows[0][0]
        # A reset may have been done or not; what was there before is four rows.
        if int(number) not in ((3, 4) if operation == "reset" else (3,)):
            found.append(f"the branch has {number} rows")
        branches.delete(name)
    elif operation == "reset":
        found.append("the branch is lost")
    if operation == "run" and name in records:
        found.append("the branch of a command that is over is left")
    for place in places:
        with suppress(BranchNotFoundError):
            if product(place.product).exists(place):
                found.append(f"{place} is left")
    return found


def main(operation: str, directory: str, url: str) -> list[str]:
    home = Path(directory)
    home.mkdir()
    branches = Branches(home / "branches", project=home)
    found: list[str] = []
    name = f"t{os.getpid()}"
    step = os.getpid() % STRIDE
    was_killed = True
    while was_killed:
        places: set[Place] = set()
        if operation in ("delete", "reset"):
            branches.create(name, url)
            if operation == "reset":
                branches.sql(name, "INSERT INTO users (id, name) VALUES (4, 'dee')", write=True)
            places = {one.place for one in branches.registry.records()}
        was_killed = killed_at(step, operation, home, name, url)
        found += [
            f"killed at statement {step} of {operation}: {text}"
            for text in complaints(branches, operation, name, places)
        ]
        step += STRIDE
    return found


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
