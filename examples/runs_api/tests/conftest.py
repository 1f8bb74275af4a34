"""Fixtures of the whole suite. The database's address is set before the application loads."""

import os

os.environ["DATABASE_URL"] = os.environ.get(
    "TEST_DATABASE_URL", "sqlite+aiosqlite:///./test_runs.db"
)

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from runs_api import audit
from runs_api.config import settings
from runs_api.db import Base, SessionLocal, engine
from runs_api.main import app
from runs_api.models import Tenant

CreateRun = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session", autouse=True)
async def database() -> AsyncIterator[None]:
    """A new database file with all tables, removed at the end."""
    path = Path(engine.url.database or "")
    path.unlink(missing_ok=True)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await audit.drain()
    await engine.dispose()
    path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
async def clean() -> None:
    """Empty tables and open access for a module that needs them."""
    settings.auth_required = False
    async with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            await connection.execute(delete(table))


@pytest.fixture
async def session() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client


async def _tenant(slug: str) -> Tenant:
    async with SessionLocal() as session:
        tenant = await session.scalar(select(Tenant).where(Tenant.slug == slug))
        if tenant is None:
            tenant = Tenant(slug=slug, name=slug.title())
            session.add(tenant)
            await session.commit()
        return tenant


@pytest.fixture
async def acme() -> Tenant:
    return await _tenant("acme")


@pytest.fixture
async def globex() -> Tenant:
    return await _tenant("globex")


@pytest.fixture
async def create_run(client: AsyncClient, acme: Tenant) -> CreateRun:
    """Creates a run through the API and returns its JSON."""

    async def create(workflow: str = "nightly-import", tenant: str = "acme") -> dict[str, Any]:
        response = await client.post("/runs", json={"tenant": tenant, "workflow": workflow})
        assert response.status_code == 201, response.text
        return response.json()

    return create
