"""As many tests as BENCH_TESTS says; each inserts one row and commits.

The plugin's sessionmaker takes the place of the application's, as its README says.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shop.db import add_item

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


def _inserting(number: int) -> Callable[[async_sessionmaker[AsyncSession]], Awaitable[None]]:
    async def test(sqla_async_sessionmaker: async_sessionmaker[AsyncSession]) -> None:
        await add_item(f"item {number}", sqla_async_sessionmaker)

    return test


for _number in range(int(os.environ["BENCH_TESTS"])):
    globals()[f"test_{_number:05}"] = _inserting(_number)
