"""Makes all tables before each test and drops them after it, as many projects do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shop.db import engine
from shop.models import Base

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    """Give a test tables of its own."""
    Base.metadata.create_all(engine)
    yield
    Base.metadata.drop_all(engine)
