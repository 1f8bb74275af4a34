"""Makes all tables before each test and drops them after it, as many projects do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from shop.db import engine
from shop.models import Base

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture(autouse=True)
async def tables() -> AsyncIterator[None]:
    """Give a test tables of its own."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
