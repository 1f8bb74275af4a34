"""Makes the tables once, before the first test, with as many rows as BENCH_ROWS says."""

from __future__ import annotations

import os

from shop.db import engine
from shop.models import Base
from sqlalchemy import text

ROWS = """
INSERT INTO item (name, note, price)
SELECT n, repeat('x', 900), n FROM generate_series(1, {}) n
"""


def pytest_sessionstart() -> None:
    """Make the tables; a hook, because a fixture would cost each test something."""
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text(ROWS.format(int(os.environ.get("BENCH_ROWS") or 0))))
