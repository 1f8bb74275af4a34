"""The recipe of SQLAlchemy's documentation: one connection, an outer transaction, savepoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shop.db import SessionLocal, engine
from shop.models import Base

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_sessionstart() -> None:
    Base.metadata.create_all(engine)


@pytest.fixture(autouse=True)
def in_a_transaction() -> Iterator[None]:
    with engine.connect() as connection:
        transaction = connection.begin()
        SessionLocal.configure(bind=connection, join_transaction_mode="create_savepoint")
        yield
        SessionLocal.configure(bind=engine)
        transaction.rollback()
