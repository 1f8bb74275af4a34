"""What all tests of the hunt have in common."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def without_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep plugins that happen to be installed out of the suites that are hunted in.

    Each of the hundreds of trials would set up their fixtures.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
