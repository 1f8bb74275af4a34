"""Fixtures of the tests that keep their inputs and results in data files; they need freshdb."""

import os

os.environ.setdefault("DATABASE_URL", "sqlite+aiosqlite:///./test_runs.db")

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient

from runs_api import audit
from runs_api.db import Base, engine
from runs_api.main import app


@pytest.fixture(scope="session", autouse=True)
async def tables() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client
    await audit.drain()
