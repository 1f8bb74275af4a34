import threading

import pytest
from httpx import ASGITransport, AsyncClient

from runs_api.config import settings
from runs_api.limiter import MemoryBackend, RateLimiter, RateLimitExceeded, limiter
from runs_api.main import app

RUN = {"tenant": "acme", "workflow": "daily-export"}


def connect(host):
    transport = ASGITransport(app, client=(host, 4000))
    return AsyncClient(transport=transport, base_url="http://test")


async def test_remaining_counts_down(acme):
    async with connect("10.0.0.5") as client:
        responses = [await client.post("/runs", json=RUN) for _ in range(2)]
    remaining = [int(response.headers["X-RateLimit-Remaining"]) for response in responses]
    limit = settings.rate_limit_per_minute
    assert remaining == [limit - 1, limit - 2]


async def test_limit(acme, monkeypatch):
    monkeypatch.setattr(settings, "rate_limit_per_minute", 3)
    async with connect("10.0.0.6") as client:
        statuses = [(await client.post("/runs", json=RUN)).status_code for _ in range(4)]
    assert statuses == [201, 201, 201, 429]


async def test_retry_after(acme, monkeypatch):
    monkeypatch.setattr(settings, "rate_limit_per_minute", 1)
    async with connect("10.0.0.6") as client:
        await client.post("/runs", json=RUN)
        refused = await client.post("/runs", json=RUN)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


async def test_hosts_have_windows_of_their_own(acme):
    limiter.reset()
    for host in ("10.0.0.5", "10.0.0.6"):
        async with connect(host) as client:
            await client.post("/runs", json=RUN)
    assert {client: len(hits) for client, hits in limiter.backend.windows.items()} == {
        "host:10.0.0.5": 1,
        "host:10.0.0.6": 1,
    }


def test_window_slides():
    now = 0.0
    sliding = RateLimiter(MemoryBackend(), span=10.0, clock=lambda: now)
    assert sliding.hit("one", limit=2) == 1
    now = 6.0
    assert sliding.hit("one", limit=2) == 0
    with pytest.raises(RateLimitExceeded) as refused:
        sliding.hit("one", limit=2)
    assert refused.value.retry_after == 4.0
    now = 11.0
    assert sliding.hit("one", limit=2) == 0


def test_threads_share_a_window():
    def work():
        for _ in range(25):
            limiter.hit("pool", limit=1000)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert limiter.hit("pool", limit=1000) == 1000 - 101
