"""As many tests as BENCH_TESTS says; each inserts one row and commits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shop.models import Item

if TYPE_CHECKING:
    from collections.abc import Callable


def _inserting(number: int) -> Callable[[], None]:
    def test() -> None:
        Item.objects.create(name=f"item {number}")

    return test


for _number in range(int(os.environ["BENCH_TESTS"])):
    globals()[f"test_{_number:05}"] = _inserting(_number)
