"""The application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from runs_api import audit
from runs_api.db import Base, engine
from runs_api.routes import router


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Create the missing tables at start; let the audit trail finish at the end."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield
    await audit.drain()
    await engine.dispose()


def create_app() -> FastAPI:
    """A new application with all routes."""
    application = FastAPI(title="runs_api", lifespan=lifespan)
    application.include_router(router)
    return application


app = create_app()
