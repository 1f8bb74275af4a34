"""The application's engine on one connection to memory, made when the module is imported."""

from __future__ import annotations

from shop.models import Item
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import StaticPool

engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


async def add_item(name: str, new_session: async_sessionmaker[AsyncSession] = SessionLocal) -> None:
    """Insert one row and commit."""
    async with new_session() as session:
        session.add(Item(name=name))
        await session.commit()
