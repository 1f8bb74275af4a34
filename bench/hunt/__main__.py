"""One victim in suites of 300 and 3,000 tests: wall time, CPU time, and whether it was found."""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PER_MODULE = 50
POLLUTER = "test_leaves_the_flag"
VICTIM = "test_needs_no_flag"
LIMIT_S = 900


def write_suite(folder: Path, tests: int) -> str:
    """Write a suite with one polluter and one victim, and return the victim's node id."""
    (folder / "app.py").write_text("values = {}\nflag = False\n")
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


def measure(command: list[str], folder: Path) -> tuple[float, float, bool]:
    """Return wall seconds, CPU seconds, and whether the output names the polluter."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environ = {**os.environ, "PYTEST_ADDOPTS": "-p no:randomly -p no:freshdb"}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        output = done.stdout
    except subprocess.TimeoutExpired:
        output = ""
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu_s, POLLUTER in output


def main() -> int:
    """Print one row for each tool and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[300, 3000])
    print("| tests | tool | wall s | CPU s | found |\n|---|---|---|---|---|")
    rival = shutil.which("detect-test-pollution", path=os.path.dirname(sys.executable))
    for size in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as name:
            victim = write_suite(Path(name), size)
            hunt = [sys.executable, "-m", "freshdb", "hunt", victim, "--no-cures"]
            commands = {"freshdb hunt": hunt}
            if rival is not None:
                others = [rival, "--failing-test", victim, "--tests", "."]
                commands["detect-test-pollution"] = others
            for tool, command in commands.items():
                wall_s, cpu_s, found = measure(command, Path(name))
                answer = "yes" if found else "no"
                print(f"| {size} | {tool} | {wall_s:.1f} | {cpu_s:.1f} | {answer} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
