"""pytest-postgresql on a server that runs: a database per test, copied from a template."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from pytest_postgresql import factories
from shop.db import SessionLocal
from shop.models import Base
from sqlalchemy import create_engine, make_url

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = make_url(os.environ["BENCH_POSTGRES"].format(driver="psycopg"))


def _load(**facts: Any) -> None:
    engine = create_engine(URL.set(database=facts["dbname"]))
    Base.metadata.create_all(engine)
    engine.dispose()


server = factories.postgresql_noproc(
    host=URL.query["host"],
    port=5432,
    user=URL.username,
    dbname=f"{URL.database}_tests",
    load=[_load],
)
database = factories.postgresql("server")


@pytest.fixture(autouse=True)
def on_a_database_of_its_own(database: Any) -> Iterator[None]:
    engine = create_engine(URL.set(database=database.info.dbname))
    SessionLocal.configure(bind=engine)
    yield
    engine.dispose()
