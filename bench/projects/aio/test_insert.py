"""As many tests as BENCH_TESTS says; each inserts one row and commits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shop.db import add_item

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def _inserting(number: int) -> Callable[[], Awaitable[None]]:
    async def test() -> None:
        await add_item(f"item {number}")

    return test


for _number in range(int(os.environ["BENCH_TESTS"])):
    globals()[f"test_{_number:05}"] = _inserting(_number)
