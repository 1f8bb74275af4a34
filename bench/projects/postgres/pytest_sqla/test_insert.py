"""As many tests as BENCH_TESTS says; each inserts one row and commits.

The plugin's sessionmaker takes the place of the application's, as its README says.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shop.db import add_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session, sessionmaker


def _inserting(number: int) -> Callable[[sessionmaker[Session]], None]:
    def test(sqla_sessionmaker: sessionmaker[Session]) -> None:
        add_item(f"item {number}", sqla_sessionmaker)

    return test


for _number in range(int(os.environ["BENCH_TESTS"])):
    globals()[f"test_{_number:05}"] = _inserting(_number)
