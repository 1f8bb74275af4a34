"""Measure keepers of process state, each size in a process of its own, and lay out the table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.report import Table
from bench.runs import RUN_TIMEOUT_S, SOURCE, RunFailedError
from bench.state.generate import write_project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZES = (0, 1, 10)
ROOT = Path(__file__).resolve().parents[2]
FIRST_SNAPSHOT, CHECK = "first snapshot", "check, nothing changed"
PLAIN = "compare each container with a copy"
TARGETS_MS = {
    (0, "check, nothing changed, all probes"): 0.02,
    (1, FIRST_SNAPSHOT): 200.0,
    (1, CHECK): 0.4,
    (1, "check, nothing changed, all probes"): 0.4,
}
READING = (
    "The same by itself, without pytest: a keeper of process state, and a generated package of the "
    "size of a real project's, or ten times that. A check that finds nothing is what nearly every "
    "test pays. `ratio` is to the plain way, a loop that compares each container with a copy of "
    "it by `==`, which sees less: no attributes and no classes. Rows without `all probes` watch "
    "the package only."
)


@dataclass(frozen=True)
class Kept:
    """What keeping one size of package costs: medians and 95th percentiles in ms."""

    times: int
    size: str
    measured: dict[str, tuple[float, float]]


def keep(workshop: Path, tell: Callable[[str], None]) -> list[Kept]:
    """Measure each size."""
    return [_keep(times, workshop, tell) for times in SIZES]


def _keep(times: int, workshop: Path, tell: Callable[[str], None]) -> Kept:
    tell(f"keeper of process state, {times} times the real project")
    with tempfile.TemporaryDirectory(dir=workshop) as folder:
        if times:
            write_project(Path(folder), times=times)
        done = subprocess.run(
            [sys.executable, "-m", "bench.state.keeping", folder, str(times)],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(workshop / SOURCE), str(ROOT)]),
                "PYTHONFAULTHANDLER": "1",
            },
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
    if done.returncode != 0:
        raise RunFailedError(f"exit code {done.returncode}\n{done.stderr[-3000:]}")
    told = json.loads(done.stdout)
    measured = {label: (low, high) for label, (low, high) in told["times"].items()}
    return Kept(times, told["size"], measured)


def keeping_table(kept: Sequence[Kept]) -> Table:
    """Return what was measured, times in milliseconds."""
    header = ("ms", "median", "p95", "ratio", "target", "met")
    rows = [row for one in kept for row in _rows(one)]
    return Table("Process state by itself", READING, header, tuple(rows))


def _rows(one: Kept) -> list[tuple[str, ...]]:
    plain = one.measured.get(PLAIN)
    rows: list[tuple[str, ...]] = [(one.size, "", "", "", "", "")]
    for label, (median_ms, p95_ms) in one.measured.items():
        target_ms = TARGETS_MS.get((one.times, label))
        rows.append(
            (
                f"· {label}",
                f"{median_ms:.4f}",
                f"{p95_ms:.4f}",
                "" if plain is None else f"{median_ms / plain[0]:.2f}",
                "" if target_ms is None else f"{target_ms:g}",
                "" if target_ms is None else ("yes" if median_ms <= target_ms else "no"),
            )
        )
    return rows
