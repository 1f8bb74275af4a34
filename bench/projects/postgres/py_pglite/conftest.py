"""py-pglite: a Postgres in WebAssembly for the run, all of its tables truncated for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shop.db import SessionLocal, engine
from shop.models import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

pytest_plugins = ["py_pglite.sqlalchemy.fixtures"]


@pytest.fixture(scope="session")
def tables(pglite_engine: Engine) -> Engine:
    Base.metadata.create_all(pglite_engine)
    return pglite_engine


@pytest.fixture(autouse=True)
def on_pglite(tables: Engine, pglite_session: Session) -> Iterator[None]:
    SessionLocal.configure(bind=tables)
    yield
    SessionLocal.configure(bind=engine)
