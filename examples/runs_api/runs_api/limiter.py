"""A sliding-window rate limiter for the routes that write."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response, status

from runs_api.auth import current_key
from runs_api.config import settings
from runs_api.models import ApiKey


class RateLimitExceeded(Exception):
    """The client has used up its window."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"retry after {retry_after:.1f} seconds")
        self.retry_after = retry_after


class MemoryBackend:
    """Keeps the times of the latest hits of each client in this process."""

    def __init__(self) -> None:
        self.windows: dict[str, deque[float]] = {}

    def window(self, client: str, since: float) -> deque[float]:
        """The hits of a client after `since`; older ones are dropped."""
        hits = self.windows.setdefault(client, deque())
        while hits and hits[0] <= since:
            hits.popleft()
        return hits

    def clear(self) -> None:
        self.windows.clear()


class RateLimiter:
    """Allows a number of hits per client in any `span` seconds."""

    def __init__(
        self,
        backend: MemoryBackend,
        span: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.backend = backend
        self.span = span
        self.clock = clock
        self._lock = threading.Lock()

    def hit(self, client: str, limit: int, cost: int = 1) -> int:
        """Count `cost` hits and return how many are left; a refused call counts nothing."""
        with self._lock:
            now = self.clock()
            hits = self.backend.window(client, now - self.span)
            if len(hits) + cost > limit:
                oldest = hits[0] if hits else now
                raise RateLimitExceeded(oldest + self.span - now)
            hits.extend([now] * cost)
            return limit - len(hits)

    def reset(self) -> None:
        with self._lock:
            self.backend.clear()


limiter = RateLimiter(MemoryBackend())


def charge(client: str, response: Response, cost: int = 1) -> None:
    """Count a request against its client's window, or answer 429."""
    try:
        remaining = limiter.hit(client, settings.rate_limit_per_minute, cost)
    except RateLimitExceeded as error:
        raise HTTPException(
            status.HTTP_429_TOO_MANY_REQUESTS,
            "too many requests",
            headers={"Retry-After": str(max(1, math.ceil(error.retry_after)))},
        ) from error
    response.headers["X-RateLimit-Remaining"] = str(remaining)


async def client_id(request: Request, key: Annotated[ApiKey | None, Depends(current_key)]) -> str:
    """Who is counted: the API key, or else the host."""
    if key is not None:
        return f"key:{key.id}"
    return f"host:{request.client.host}" if request.client else "host:unknown"


async def rate_limited(response: Response, client: Annotated[str, Depends(client_id)]) -> None:
    """Dependency of the routes that write: checks the key and counts one hit."""
    charge(client, response)
