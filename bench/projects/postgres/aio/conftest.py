"""Makes the tables once, before the first test."""

from __future__ import annotations

import asyncio

from shop.db import engine
from shop.models import Base


def pytest_sessionstart() -> None:
    """Make the tables; a hook, because a fixture would cost each test something."""
    asyncio.run(_make_tables())


async def _make_tables() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    # Its connections work in this loop only.
    await engine.dispose()
