"""One measured run: a project is laid out, pytest runs in a process of its own, and tells."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import freshdb
from bench import mariadb, postgres
from bench.state.generate import write_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.subjects import Variant

HERE = Path(__file__).parent
MEMORY_DIRECTORY = Path("/dev/shm")  # noqa: S108  # a private directory is made in it
SOURCE = "source"
RUN_TIMEOUT_S = 240
# Plugins of this environment that are not measured, and would add to every test.
UNUSED = (
    "anyio", "cacheprovider", "hypothesispytest", "pytest_cov", "randomly", "rerunfailures",
    "timeout", "xdist",
)  # fmt: skip
_OWN_COST = re.compile(r"per test ([\d.]+) ms \(median\), ([\d.]+) ms \(p95\)")


class RunFailedError(Exception):
    """A measured run did not end as it should, so its times mean nothing."""


@dataclass(frozen=True)
class Usage:
    """What the measured process held at a moment."""

    descriptors: int
    threads: int
    memory_kib: int


@dataclass(frozen=True)
class OwnCost:
    """What freshdb's summary says that a test cost."""

    median_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Run:
    """What a run had to tell.

    `files_left` is how many files were where freshdb keeps branches, after the process had ended.
    """

    durations_ms: tuple[float, ...]
    before: Usage
    after: Usage
    own_cost: OwnCost | None
    files_left: int


@contextmanager
def workshop() -> Iterator[Path]:
    """Make a directory to work in: in memory where possible, so that no disk is measured.

    A copy of freshdb's source is in it, so that all runs measure the same even while somebody
    edits the checkout.
    """
    parent = MEMORY_DIRECTORY if os.access(MEMORY_DIRECTORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="freshdb-bench-", dir=parent) as directory:
        copy_of_freshdb = Path(directory) / SOURCE / "freshdb"
        shutil.copytree(Path(freshdb.__file__).parent, copy_of_freshdb)
        yield Path(directory)


def measure(python: Path, variant: Variant, tests: int, workshop: Path) -> Run:
    """Run a variant with so many tests.

    Raises `RunFailedError` if not all of them pass.
    """
    with _project(variant, tests, workshop) as (project, environment):
        arguments = ["-p", "bench_recorder", *_arguments(variant)]
        # As where it is activated: a peer may come with programs.
        environment["PATH"] = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
        output = _run_tests([str(python), "-m", "pytest", *arguments], project, environment, tests)
        seen = json.loads(Path(environment["BENCH_RESULT"]).read_text(encoding="utf-8"))
        return _read(seen, output, Path(environment["FRESHDB_DIRECTORY"]))


def run_seconds(variant: Variant, tests: int, workers: int, workshop: Path) -> float:
    """Return how long pytest says that so many workers of pytest-xdist took, start included."""
    with _project(variant, tests, workshop) as (project, environment):
        arguments = [*_arguments(variant, but="xdist"), "-n", str(workers)]
        command = [sys.executable, "-m", "pytest", *arguments]
        output = _run_tests(command, project, environment, tests)
    took = re.search(r" passed.* in ([\d.]+)s", output)
    if took is None:
        raise RunFailedError(output)
    return float(took[1])


@contextmanager
def _project(variant: Variant, tests: int, workshop: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Lay out a variant's project, and yield it with the environment to run it in."""
    with tempfile.TemporaryDirectory(dir=workshop) as directory:
        project = Path(directory) / "project"
        for layer in variant.layers:
            shutil.copytree(HERE / "projects" / layer, project, dirs_exist_ok=True)
        if variant.modules_times:
            write_project(project, times=variant.modules_times)
        yield (
            project,
            _environment(
                **dict(variant.environment),
                **_database_of(variant),
                PYTHONPATH=os.pathsep.join([str(workshop / SOURCE), str(HERE / "recorder")]),
                BENCH_TESTS=str(tests),
                BENCH_CHANGES=str(variant.changes),
                BENCH_RESULT=str(Path(directory) / "result.json"),
                FRESHDB_DIRECTORY=str(Path(directory) / "branches"),
            ),
        )


def _run_tests(command: list[str], project: Path, environment: dict[str, str], tests: int) -> str:
    output = _run_pytest(command, project, environment)
    if f"{tests} passed" not in output:
        raise RunFailedError(output)
    return output


def _database_of(variant: Variant) -> dict[str, str]:
    """Return where the project finds the database of its own that its run gets."""
    products = {layer.partition("/")[0] for layer in variant.layers}
    if "postgres" in products:
        return {"BENCH_POSTGRES": postgres.new_database()}
    return {"BENCH_MARIADB": mariadb.new_database()} if "mariadb" in products else {}


def _arguments(variant: Variant, but: str = "") -> list[str]:
    unused = [word for name in UNUSED if name != but for word in ("-p", f"no:{name}")]
    if "aio" not in "".join(variant.layers):
        unused += ["-p", "no:asyncio"]
    return ["-q", *unused, *variant.arguments]


def _environment(**more: str) -> dict[str, str]:
    """Return the environment without what would change a stranger's run."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "FRESHDB_", "PYTHON", "BENCH_"))
    }
    return {**kept, **more}


def _run_pytest(command: list[str], project: Path, environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        message = f"a run took more than {RUN_TIMEOUT_S} s"
        raise RunFailedError(message) from error
    if done.returncode != 0:
        raise RunFailedError(done.stdout[-3000:] + done.stderr[-3000:])
    return done.stdout


def _read(seen: dict[str, Any], output: str, branches: Path) -> Run:
    own = _OWN_COST.search(output)
    durations: list[int] = seen["durations_ns"]
    before: dict[str, int] = seen["before"]
    after: dict[str, int] = seen["after"]
    return Run(
        durations_ms=tuple(duration / 1e6 for duration in durations),
        before=Usage(**before),
        after=Usage(**after),
        own_cost=OwnCost(float(own[1]), float(own[2])) if own else None,
        files_left=_files_in(branches),
    )


def _files_in(branches: Path) -> int:
    """Return the number of files but for the lock that all runs share and leave in place."""
    found = [path for path in branches.rglob("*") if path.is_file()]
    return sum(path.name != "gate.lock" for path in found)
