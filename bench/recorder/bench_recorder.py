"""A pytest plugin that times each test and counts what the process holds.

It runs in the measured process, beside the plugin that is measured, so it needs nothing but pytest.
BENCH_RESULT names the file that it writes; a worker of pytest-xdist adds its own name.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

_durations_ns: list[int] = []
_noted_ns: list[int] = []
_usage: dict[str, dict[str, int]] = {}


def note(duration_ns: int) -> None:
    """Note what a test has timed itself; such a run's tests are not timed as a whole."""
    _noted_ns.append(duration_ns)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Time a test with its setup, its teardown and its reports."""
    started_ns = perf_counter_ns()
    result = yield
    _durations_ns.append(perf_counter_ns() - started_ns)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop() -> Generator[None, object, object]:
    """Count before the first test and after the last."""
    _usage["before"] = _count()
    result = yield
    _usage["after"] = _count()
    return result


def pytest_unconfigure() -> None:
    """Write down what was seen."""
    seen = {"durations_ns": _noted_ns or _durations_ns, **_usage}
    path = os.environ["BENCH_RESULT"] + os.environ.get("PYTEST_XDIST_WORKER", "")
    Path(path).write_text(json.dumps(seen), encoding="utf-8")


def _count() -> dict[str, int]:
    """Return what this process holds; where the system does not tell, -1."""
    process = Path("/proc/self")
    if not process.is_dir():
        return {"descriptors": -1, "threads": threading.active_count(), "memory_kib": -1}
    pages = int((process / "statm").read_text(encoding="ascii").split()[1])
    return {
        "descriptors": len(os.listdir(process / "fd")),
        "threads": threading.active_count(),
        "memory_kib": pages * os.sysconf("SC_PAGE_SIZE") // 1024,
    }
