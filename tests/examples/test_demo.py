"""The example's suite passes in every order with freshdb, and its planted leaks are named."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("freshdb_demo", DEMO)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


demo = _load()

VICTIMS = {
    "a settings singleton": "tests/test_auth.py::test_wrong_key_is_refused_even_when_open",
    "a module-level cache": "tests/test_hub.py::test_busiest_first",
    "a limiter's window": "tests/test_batches.py::test_each_run_counts_against_the_limit",
    "dependency_overrides": "tests/test_limits.py::test_retry_after",
    "an environment variable": "tests/test_health.py::test_health",
    "a patched function": "tests/test_api_keys.py::test_list_is_per_tenant",
    "an lru_cache": "tests/test_catalog.py::test_owner_and_attempts",
}
"""A test that fails in reversed order because an earlier one has left this."""

LEFT = (
    "runs_api.config.settings.page_size (50 → 2)",
    "runs_api.limiter.limiter.backend.windows['host:10.0.0.5'] (added)",
    "runs_api.routes._hub_cache['recent'] (added)",
    "runs_api.main.app.dependency_overrides[<function rate_limited>] (added)",
)


def test_without_freshdb_each_planted_leak_makes_another_test_fail() -> None:
    failed = demo.run("reversed", *demo.WITHOUT).failed

    assert set(VICTIMS.values()) <= set(failed)


@pytest.mark.parametrize("order", ["reversed", "5"])
def test_with_freshdb_no_test_fails(order: str) -> None:
    result = demo.run(order)

    assert result.failed == ()
    assert result.passed > 80
    if order == "reversed":  # summaries are cut, and begin with the tests that ran first
        assert set(LEFT) <= {change for change, _ in result.leaks}


def test_the_demo_reads_changes_out_of_a_summary() -> None:
    output = (
        "tests/a.py::one, tests/a.py::two left shop.cache[(1, 'x')] (added), shop.debug (0 → 1)\n"
        "2 passed in 0.10s\n"
    )

    result = demo.read(output)

    assert result.leaks == (
        ("shop.cache[(1, 'x')] (added)", "tests/a.py::one"),
        ("shop.debug (0 → 1)", "tests/a.py::one"),
    )
