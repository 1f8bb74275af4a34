"""The example's monthly report and four of its routes are tested by data files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "runs_api"
PLUGINS = ("freshdb.pytest_plugin", "pytest_asyncio.plugin", "anyio.pytest_plugin")


def test_the_example_s_data_tests_pass() -> None:
    plugins = [word for name in PLUGINS for word in ("-p", name)]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-p", "no:cacheprovider", "-q", "data_tests"],
        cwd=EXAMPLE,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"^15 passed", result.stdout, re.MULTILINE), result.stdout
    assert not (EXAMPLE / "test_runs.db").exists()
