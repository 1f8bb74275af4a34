"""Makes the tables once, before the first test."""

from __future__ import annotations

from shop.db import engine
from shop.models import Base
from sqlalchemy import String


def pytest_sessionstart() -> None:
    """Make the tables; a hook, because a fixture would cost each test something."""
    for table in Base.metadata.tables.values():
        for column in table.columns:
            # Here, a text has to say how long it may be.
            if isinstance(column.type, String):
                column.type.length = 100
    Base.metadata.create_all(engine)
