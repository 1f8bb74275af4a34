"""Makes the tables once, before the first test, with as many rows as BENCH_ROWS says."""

from __future__ import annotations

import os

from shop.db import engine
from shop.models import Base
from sqlalchemy import text

ROWS = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {})
INSERT INTO item (name, note, price) SELECT n, printf('%.900c', 'x'), n FROM numbers
"""


def pytest_sessionstart() -> None:
    """Make the tables; a hook, because a fixture would cost each test something."""
    Base.metadata.create_all(engine)
    if rows := int(os.environ.get("BENCH_ROWS") or 0):
        with engine.begin() as connection:
            connection.execute(text(ROWS.format(rows)))
