"""As many tests as BENCH_TESTS says, each with BENCH_CHANGES changes in the package beside it."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import pytest


def _dicts_to_change() -> tuple[dict[Any, Any], ...]:
    """Return dicts from all over the package, which is imported whole."""
    files = sorted((Path(__file__).parent / "generated").glob("module_*.py"))
    modules = [importlib.import_module(f"generated.{file.stem}") for file in files]
    count = int(os.environ["BENCH_CHANGES"])
    found = [
        value
        for module in modules
        for name, value in vars(module).items()
        if name.startswith(("table_", "cache_"))
    ]
    return tuple(found[:: max(1, len(found) // count)][:count]) if count else ()


CHOSEN = _dicts_to_change()


# One function for all: as in a real suite, tests are few beside what the application holds.
@pytest.mark.parametrize("number", range(int(os.environ["BENCH_TESTS"])))
def test_state(number: int) -> None:
    for chosen in CHOSEN:
        chosen["changed"] = number
