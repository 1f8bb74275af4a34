"""Run the example's suite in three orders, without freshdb and with it, side by side."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
ORDERS = {"file order": "file", "reversed": "reversed", "random (seed 1)": "1"}
WITHOUT = ("-p", "no:freshdb")
OPTIONS = ("-q", "--tb=no", "-rf", "-p", "orders", "-p", "no:randomly", "-p", "no:cacheprovider")


@dataclass(frozen=True)
class Result:
    """How one run of the suite ended."""

    failed: tuple[str, ...]
    passed: int
    seconds: float
    cost_ms: float | None


def main() -> int:
    """Run everything, print the table, and return 0 if freshdb mended what it says it mends."""
    print("examples/runs_api: FastAPI, async SQLAlchemy, aiosqlite.", flush=True)
    print("Its suite passes in file order. What happens in other orders?\n", flush=True)
    results = {}
    for name, order in ORDERS.items():
        results[name] = (run(order, *WITHOUT), run(order))
        print(row(name, *results[name]), flush=True)
    print(explained(results))
    is_better = all(len(with_.failed) <= len(without.failed) for without, with_ in results.values())
    return 0 if is_better else 1


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
    failed = tuple(sorted(set(re.findall(r"^FAILED (\S+)", output, re.MULTILINE))))
    ends = re.findall(r"(?:(\d+) failed, )?(\d+) passed.* in ([\d.]+)s", output)
    if not ends:
        sys.exit(f"the example's suite did not run:\n{output}")
    cost = re.search(r"per test ([\d.]+) ms \(median\)", output)
    return Result(failed, int(ends[-1][1]), float(ends[-1][2]), float(cost[1]) if cost else None)


def row(name: str, without: Result, with_: Result) -> str:
    """Return one line of the table."""
    cost = f"{with_.cost_ms:.2f} ms per test" if with_.cost_ms is not None else "nothing"
    return (
        f"  {name:<16} without freshdb: {len(without.failed):>3} failed   "
        f"with: {len(with_.failed):>3} failed   isolation cost {cost}"
    )


def explained(results: dict[str, tuple[Result, Result]]) -> str:
    """Say which tests failed without freshdb, and which still do with it."""
    lines = ["\n  test                                                     without  with"]
    names = sorted({test for pair in results.values() for result in pair for test in result.failed})
    for test in names:
        counts = [sum(test in pair[side].failed for pair in results.values()) for side in (0, 1)]
        shown = [f"{count} of {len(results)}" if count else "-" for count in counts]
        lines.append(f"  {test.removeprefix('tests/'):<56} {shown[0]:>7}  {shown[1]:>6}")
    if any(with_.failed for _, with_ in results.values()):
        lines.append(
            "\nWhat still fails with freshdb comes from process state, not from the database:\n"
            "module-level caches, the settings singleton, the rate limiter's window, lru_cache\n"
            "and environment variables. freshdb does not restore those yet."
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
