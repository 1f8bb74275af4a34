"""The application's engine and sessionmaker, made when the module is imported."""

from __future__ import annotations

import os

from shop.models import Item
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

url = os.environ["BENCH_POSTGRES"].format(driver=os.environ.get("BENCH_DRIVER") or "asyncpg")
engine = create_async_engine(url)
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


async def add_item(name: str, new_session: async_sessionmaker[AsyncSession] = SessionLocal) -> None:
    """Insert one row and commit."""
    async with new_session() as session:
        session.add(Item(name=name))
        await session.commit()
