"""The plugin makes the tables itself; its sessions are to behave like the application's."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def sqla_session_options() -> dict[str, bool]:
    """Return what the application's own sessionmaker is given."""
    return {"expire_on_commit": False}
