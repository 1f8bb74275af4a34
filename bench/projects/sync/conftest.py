"""Makes the tables once, before the first test."""

from __future__ import annotations

from shop.db import engine
from shop.models import Base


def pytest_sessionstart() -> None:
    """Make the tables; a hook, because a fixture would cost each test something."""
    Base.metadata.create_all(engine)
