"""Run the example's suite in four orders, without freshdb and with it, side by side."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
ORDERS = {
    "file order": "file",
    "reversed": "reversed",
    "random (seed 1)": "1",
    "random (seed 2)": "2",
}
WITHOUT = ("-p", "no:freshdb")
OPTIONS = ("-q", "--tb=no", "-rf", "-p", "orders", "-p", "no:randomly", "-p", "no:cacheprovider")


Leak = tuple[str, str]
"""What was left, and the test that is named first."""


@dataclass(frozen=True)
class Result:
    """How one run of the suite ended; with freshdb also what a test cost, and who left what."""

    failed: tuple[str, ...]
    passed: int
    seconds: float
    database_ms: float | None = None
    state_ms: float | None = None
    leaks: tuple[Leak, ...] = ()


def main() -> int:
    """Run everything, print the tables, and return 0 if no test fails with freshdb."""
    print("examples/runs_api: FastAPI, async SQLAlchemy, aiosqlite.", flush=True)
    print("Its suite passes in file order. What happens in other orders?\n", flush=True)
    results = {}
    for name, order in ORDERS.items():
        results[name] = (run(order, *WITHOUT), run(order))
        print(row(name, *results[name]), flush=True)
    print(explained(results))
    with_freshdb = [with_ for _, with_ in results.values()]
    print(named([leak for result in with_freshdb for leak in result.leaks]))
    return 1 if any(result.failed for result in with_freshdb) else 0


def run(order: str, *options: str) -> Result:
    """Run the example's suite once, in a process and a directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        process = subprocess.run(
            [sys.executable, "-m", "pytest", *OPTIONS, f"--order={order}", *options],
            cwd=EXAMPLES / "runs_api",
            env={
                **os.environ,
                "PYTHONPATH": str(EXAMPLES),
                "TEST_DATABASE_URL": f"sqlite+aiosqlite:///{directory}/test.db",
                "FRESHDB_KEEP": "never",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    return read(process.stdout + process.stderr)


def read(output: str) -> Result:
    """Read the end of pytest's output, and freshdb's summary where there is one."""
    failed = tuple(sorted(set(re.findall(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE))))
    ends = re.findall(r"(\d+) passed.* in ([\d.]+)s", output)
    if not ends:
        sys.exit(f"the example's suite did not run:\n{output}")
    return Result(
        failed,
        passed=int(ends[-1][0]),
        seconds=float(ends[-1][1]),
        database_ms=_median_ms(r"branch.*", output),
        state_ms=_median_ms(r"process state: ", output),
        leaks=tuple(_leaks(output)),
    )


def _median_ms(line: str, output: str) -> float | None:
    found = re.search(rf"{line}per test ([\d.]+) ms \(median\)", output)
    return float(found[1]) if found else None


def _leaks(output: str) -> Iterator[Leak]:
    """Yield each change with the first of the tests that left it."""
    for owners, changes in re.findall(r"^(tests/.*?) left (.*)$", output, re.MULTILINE):
        for change in re.findall(r"(?:^|, )(\S.*? \([^()]*(?:\(\))?[^()]*\))", changes):
            yield change, owners.partition(",")[0]


def row(name: str, without: Result, with_: Result) -> str:
    """Return one line of the table."""
    line = (
        f"  {name:<16} without freshdb: {len(without.failed):>3} failed   "
        f"with: {len(with_.failed):>3} failed"
    )
    if with_.database_ms is None or with_.state_ms is None:
        return line
    return f"{line}   per test {with_.database_ms:.1f} ms database, {with_.state_ms:.1f} ms state"


def explained(results: dict[str, tuple[Result, Result]]) -> str:
    """Say which tests failed without freshdb, and which do with it."""
    lines = [f"\n  {'what fails in how many of the orders':<56} without  with"]
    names = sorted({test for pair in results.values() for result in pair for test in result.failed})
    for test in names:
        counts = [sum(test in pair[side].failed for pair in results.values()) for side in (0, 1)]
        shown = [f"{count} of {len(results)}" if count else "-" for count in counts]
        lines.append(f"  {test.removeprefix('tests/'):<56} {shown[0]:>7}  {shown[1]:>6}")
    return "\n".join(lines)


def named(leaks: Sequence[Leak]) -> str:
    """Say what tests left in the process: of each place one change, and one who left it."""
    by_place: dict[str, Leak] = {}
    for leak in sorted(leaks, key=_of_interest):
        by_place.setdefault(_place(leak[0]), leak)
    lines = [
        "\n  what freshdb put back in the process, by example, and one of the tests that left it"
    ]
    lines += [
        f"  {change.removeprefix('runs_api.'):<62} {owner.removeprefix('tests/')}"
        for change, owner in by_place.values()
    ]
    return "\n".join(lines)


def _of_interest(leak: Leak) -> tuple[bool, str]:
    """Sort to the end what a reader of the application does not know by name."""
    change, _ = leak
    return "__" in change or "<Task>" in change, change


def _place(change: str) -> str:
    """Return the container that something was added to, or what was changed."""
    path = change.rpartition(" (")[0]
    is_variable = path.startswith("os.environ")
    return path if is_variable else re.split(r"[\[{]", path)[0]


if __name__ == "__main__":
    sys.exit(main())
