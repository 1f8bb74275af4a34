"""Measure how long one victim takes freshdb and its peers, and lay out the table."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.environments import NotInstallableError, python_of
from bench.report import Table
from bench.runs import UNUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PER_MODULE = 50
POLLUTER = "test_leaves_the_flag"
VICTIM = "test_needs_no_flag"
LIMIT_S = 600
_STOPPED = 124
"""The exit code of `timeout`."""
MOST_TESTS = {"ipflakies": 300}
"""A process for each pair of tests: more would take hours."""
READING = (
    "Generated suites with one polluter and one victim, both known to be somewhere. Each tool is "
    "asked about the victim; pytest-cleanslate's reducer cannot be, and takes the first test that "
    "fails. Wall and CPU time of all processes together. `found`: whether the output names the "
    f"polluter. Whoever is not done after {LIMIT_S} s is stopped. ipflakies also looks for tests "
    "that put things right."
)


@dataclass(frozen=True)
class Hunted:
    """What came of one tool on one suite."""

    tests: int
    tool: str
    wall_s: float = 0.0
    cpu_s: float = 0.0
    is_found: bool = False
    problem: str = ""

    def row(self) -> tuple[str, ...]:
        if self.problem:
            return f"{self.tests:,}", self.tool, "", "", self.problem
        found = "yes" if self.is_found else "no"
        return f"{self.tests:,}", self.tool, f"{self.wall_s:.1f}", f"{self.cpu_s:.1f}", found


def hunted(sizes: Sequence[int], tell: Callable[[str], None]) -> list[Hunted]:
    """Measure every tool on a suite of each size."""
    return [_hunted(size, tool, tell) for size in sizes for tool in _TOOLS]


def hunts_table(every: Sequence[Hunted]) -> Table:
    """Return what was measured."""
    header = ("tests", "tool", "wall s", "CPU s", "found")
    return Table(
        "One victim: which test pollutes it", READING, header, tuple(one.row() for one in every)
    )


def write_suite(folder: Path, tests: int) -> str:
    """Write a suite with one polluter and one victim, and return the victim's node id."""
    (folder / "app.py").write_text("values = {}\nflag = False\n")
    (folder / "pytest.ini").write_text("[pytest]\n")
    victim = ""
    for start in range(0, tests, PER_MODULE):
        file = f"test_{start // PER_MODULE:03}.py"
        lines = ["import app"]
        for number in range(start, start + PER_MODULE):
            name, body = f"test_{number}", f"app.values['k'] = {number}"
            if number == tests // 3:
                name, body = POLLUTER, "app.flag = True"
            elif number == 2 * tests // 3:
                name, body = VICTIM, "assert not app.flag"
                victim = f"{file}::{VICTIM}"
            lines += ["", "", f"def {name}():", f"    {body}"]
        (folder / file).write_text("\n".join(lines) + "\n")
    return victim


def _hunted(tests: int, tool: str, tell: Callable[[str], None]) -> Hunted:
    tell(f"hunt: {tool}, {tests:,} tests")
    if tests > MOST_TESTS.get(tool, tests):
        return Hunted(tests, tool, problem="not run: too slow")
    try:
        python = python_of("freshdb" if tool == "freshdb hunt" else tool)
    except NotInstallableError as error:
        return Hunted(tests, tool, problem=str(error))
    # Memory, so that the disk is not measured; and nobody's conftest files above it.
    with tempfile.TemporaryDirectory() as name:
        victim = write_suite(Path(name), tests)
        wall_s, cpu_s, output = _timed(_TOOLS[tool](python, victim), Path(name))
    if output is None:
        return Hunted(tests, tool, problem=f"stopped after {LIMIT_S} s")
    return Hunted(tests, tool, wall_s, cpu_s, POLLUTER in output)


def _timed(command: list[str], folder: Path) -> tuple[float, float, str | None]:
    """Return wall seconds, CPU seconds, and the output; no output if it took too long."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environ = {
        **os.environ,
        "PATH": os.pathsep.join([os.path.dirname(command[0]), os.environ.get("PATH", "")]),
        "PYTEST_ADDOPTS": " ".join(f"-p no:{one}" for one in ("freshdb", "faker", *UNUSED)),
    }
    # In place of a time limit of `run`, which would leave the tool's own processes running.
    limited = [shutil.which("timeout") or "timeout", str(LIMIT_S), *command]
    done = subprocess.run(
        limited, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall_s = time.perf_counter() - began
    return wall_s, cpu_s, None if done.returncode == _STOPPED else done.stdout


def _freshdb(python: Path, victim: str) -> list[str]:
    return [str(python), "-m", "freshdb", "hunt", victim, "--no-cures"]


def _detect_test_pollution(python: Path, victim: str) -> list[str]:
    tool = python.parent / "detect-test-pollution"
    return [str(tool), "--failing-test", victim, "--tests", "."]


def _cleanslate(python: Path, victim: str) -> list[str]:
    return [str(python.parent / "cleanslate-reduce"), "."]


def _ipflakies(python: Path, victim: str) -> list[str]:
    # It asks for the width of the terminal, and ends where there is none.
    in_terminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"
    return [str(python), "-c", in_terminal, str(python), "-m", "ipflakies", "-t", victim]


_TOOLS: dict[str, Callable[[Path, str], list[str]]] = {
    "freshdb hunt": _freshdb,
    "detect-test-pollution": _detect_test_pollution,
    "pytest-cleanslate": _cleanslate,
    "ipflakies": _ipflakies,
}
