"""Measure branches, and lay out the table."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.branches.mariadb import mariadb_databases
from bench.branches.postgres import postgres_databases
from bench.branches.sqlite import CHANGES, change_rows, make_database, make_rows
from bench.report import Table
from bench.runs import RUN_TIMEOUT_S, SOURCE, RunFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[2]
SIZE_BYTES = 10_000_000
TIMES = 20
READING = (
    "`freshdb.Branches` by itself, on the disk where temporary files live. Create and delete: a "
    "branch of a database of 10 MB, median of 20 (of 5 on MariaDB). Overhead: CPU time of "
    "`freshdb branch run -- true` without that of `true`, all processes together, median of 20. "
    "Diff: two databases of one table each, which differ in 100 rows, compared in a process of "
    "its own. "
    "MariaDB has no target: nothing there copies a database but replaying it."
)


@dataclass(frozen=True)
class Measured:
    """One figure and its target, where it has one."""

    what: str
    value: float
    unit: str
    target: float | None = None

    def row(self) -> tuple[str, ...]:
        value = f"{self.value:.1f} {self.unit}"
        if self.target is None:
            return self.what, value, "", ""
        met = "yes" if self.value <= self.target else "no"
        return self.what, value, f"{self.target:g} {self.unit}", met


def branch_costs(workshop: Path, rows: int, tell: Callable[[str], None]) -> list[Measured]:
    """Measure what `READING` describes.

    Args:
        workshop: where the source of freshdb that is measured lies.
        rows: how many rows each compared table has.
        tell: called with each step.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        tell("branches: create and delete")
        make_database(place / "ten.db", SIZE_BYTES)
        measured = [
            Measured(
                "create + delete, SQLite, 10 MB", _made(place, str(place / "ten.db")), "ms", 20
            )
        ]
        tell("branches: run -- true")
        measured.append(
            Measured(
                "`run -- true`, SQLite, overhead in CPU time", _run(place, workshop), "ms", 150
            )
        )
        tell(f"branches: diff of {rows:,} rows")
        measured += _compared("SQLite", str(place / "one.db"), place, workshop, rows)
        with postgres_databases(place, SIZE_BYTES, rows) as (ten, one, other):
            tell("branches: create and delete, Postgres")
            measured.append(
                Measured("create + delete, Postgres, 10 MB", _made(place, ten), "ms", 120)
            )
            tell(f"branches: diff of {rows:,} rows, Postgres")
            measured += _compared("Postgres", one, place, workshop, rows, other)
        with mariadb_databases(SIZE_BYTES, rows) as (ten, one, other):
            tell("branches: create and delete, MariaDB")
            cost = _made(place, ten, TIMES // 4)
            measured.append(Measured("create + delete, MariaDB, 10 MB", cost, "ms"))
            tell(f"branches: diff of {rows:,} rows, MariaDB")
            compared = _compared("MariaDB", one, place, workshop, rows, other)
            return measured + [replace(each, target=None) for each in compared]


def _made(place: Path, source: str, times: int = TIMES) -> float:
    from freshdb.branches.manager import Branches

    spent = []
    with Branches(place / "branches", project=place) as branches:
        for _ in range(times):
            begin = time.perf_counter()
            branches.create("b", source)
            branches.delete("b")
            spent.append((time.perf_counter() - begin) * 1000)
    return statistics.median(spent)


def _run(place: Path, workshop: Path) -> float:
    words = [sys.executable, "-m", "freshdb", "branch", "run", "--directory", str(place / "b")]
    words += ["--from", str(place / "ten.db"), "--", "true"]
    return _cpu_ms(words, place, workshop) - _cpu_ms(["true"], place, workshop)


def _cpu_ms(words: Sequence[str], place: Path, workshop: Path) -> float:
    times = []
    for _ in range(TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            words, cwd=place, env=_environment(workshop), capture_output=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        times.append(used * 1000)
    return statistics.median(times)


def _changed_copy(place: Path, rows: int) -> str:
    make_rows(place / "one.db", rows)
    shutil.copyfile(place / "one.db", place / "other.db")
    change_rows(place / "other.db", rows)
    return str(place / "other.db")


def _compared(
    product: str, one: str, place: Path, workshop: Path, rows: int, other: str = ""
) -> list[Measured]:
    other = other or _changed_copy(place, rows)
    done = subprocess.run(
        [sys.executable, "-m", "bench.branches.comparing", one, other],
        env=_environment(workshop), cwd=ROOT, capture_output=True, text=True,
        timeout=RUN_TIMEOUT_S, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RunFailedError(f"exit code {done.returncode}\n{done.stderr[-3000:]}")
    told = json.loads(done.stdout)
    if told["changes"] != CHANGES:
        raise RunFailedError(f"{told['changes']} changes were found, and {CHANGES} made")
    what = f"row diff, {product}, {rows:,} rows each"
    return [
        Measured(what, told["seconds"], "s", 10),
        Measured(f"{what}, memory", told["peak_mb"], "MB", 200),
    ]


def _environment(workshop: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(workshop / SOURCE), str(ROOT)])}


def branches_table(measured: Sequence[Measured]) -> Table:
    """Return the figures side by side with their targets."""
    rows = tuple(one.row() for one in measured)
    return Table("Named branches", READING, ("", "measured", "target", "met"), rows)
