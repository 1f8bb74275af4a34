"""API keys: how they are made, stored and checked."""

import hashlib
import secrets
from typing import Annotated

from fastapi import Depends, Header, HTTPException, status
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from runs_api.config import settings
from runs_api.db import get_session
from runs_api.models import ApiKey


def new_key() -> str:
    """A fresh random key, in plain text."""
    return f"rk_{secrets.token_urlsafe(24)}"


def hash_key(key: str) -> str:
    """What the database stores of a key. Keys are random, so an unsalted hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


async def current_key(
    session: Annotated[AsyncSession, Depends(get_session)],
    x_api_key: Annotated[str | None, Header()] = None,
) -> ApiKey | None:
    """The key of the request. A key that is sent must be valid, even where none is required."""
    if x_api_key is None:
        if settings.auth_required:
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "an API key is required")
        return None
    row = await session.scalar(select(ApiKey).where(ApiKey.key_hash == hash_key(x_api_key)))
    if row is None or row.revoked_at is not None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "the API key is not valid")
    return row
