"""As many tests as BENCH_TESTS says; each inserts one row and commits, through the plugin's engine.

A sessionmaker on that takes the place of the application's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shop.db import add_item
from sqlalchemy.orm import sessionmaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine


def _inserting(number: int) -> Callable[[Engine], None]:
    def test(database: Engine) -> None:
        add_item(f"item {number}", sessionmaker(database))

    return test


for _number in range(int(os.environ["BENCH_TESTS"])):
    globals()[f"test_{_number:05}"] = _inserting(_number)
