"""Whatever is killed, whenever: no orphan is left and no branch is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from freshdb.branches.manager import Branches
from tests.branches.killing import OPERATIONS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_kill_at_any_step_leaves_no_orphan_and_loses_no_branch(
    operation: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.branches.killing", operation, str(tmp_path / "home")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


def test_a_command_that_outlives_its_killed_run_keeps_its_branch(
    branches: Branches, shop: Path, directory: Path, tmp_path: Path
) -> None:
    """`gc` takes the branch when the command has ended, not before."""
    script = (
        "from freshdb.branches.manager import Branches; import sys; "
        f"Branches({str(directory)!r}, project={str(tmp_path)!r})"
        f".run(['sh', '-c', 'kill -9 $PPID; echo killed; read line'], {str(shop)!r}, name='long')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stdin is not None
        assert run.stdout.readline() == "killed\n"
        run.wait()

        assert branches.gc() == []
        assert branches.get("long").name == "long"

        run.stdin.write("\n")
        run.stdin.close()
        assert run.stdout.read() == ""  # the command has let go of all that it had

    assert branches.gc() == ["long: it was for a command that is over"]
    assert list(branches.registry.homes()) == []
