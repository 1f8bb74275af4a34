import pytest
from httpx import ASGITransport, AsyncClient

from runs_api.config import settings
from runs_api.main import app

pytestmark = pytest.mark.usefixtures("clean")


async def submit(client, tenant, *workflows):
    response = await client.post("/batches", json={"tenant": tenant, "workflows": list(workflows)})
    assert response.status_code == 201, response.text
    return response.json()


@pytest.fixture
async def batch_client():
    transport = ASGITransport(app, client=("10.0.0.9", 4000))
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_list_batches(client, acme):
    await submit(client, "acme", "nightly-import", "daily-export")
    await submit(client, "acme", "daily-export")
    batches = (await client.get("/batches")).json()
    assert [batch["id"] for batch in batches] == ["batch-1", "batch-2"]
    assert [len(batch["run_ids"]) for batch in batches] == [2, 1]


async def test_list_batches_of_tenant(client, globex):
    batch = await submit(client, "globex", "invoice-sync")
    assert (await client.get("/batches", params={"tenant": "globex"})).json() == [batch]


async def test_progress(client, acme):
    batch = await submit(client, "acme", "nightly-import", "daily-export")
    await client.post(f"/runs/{batch['run_ids'][0]}/finish", json={"status": "succeeded"})
    progress = (await client.get(f"/batches/{batch['id']}")).json()
    assert (progress["open"], progress["done"]) == (1, 1)


async def test_cancelled_runs_are_done(client, globex):
    batch = await submit(client, "globex", "daily-export")
    await client.post(f"/runs/{batch['run_ids'][0]}/cancel")
    progress = (await client.get(f"/batches/{batch['id']}")).json()
    assert (progress["open"], progress["done"]) == (0, 1)


async def test_unknown_batch(client):
    assert (await client.get("/batches/batch-99")).status_code == 404


async def test_each_run_counts_against_the_limit(batch_client, acme):
    response = await batch_client.post(
        "/batches", json={"tenant": "acme", "workflows": ["daily-export"] * 3}
    )
    assert response.headers["X-RateLimit-Remaining"] == str(settings.rate_limit_per_minute - 3)


async def test_too_large_for_the_limit(batch_client, acme, monkeypatch):
    monkeypatch.setattr(settings, "rate_limit_per_minute", 5)
    await batch_client.post("/batches", json={"tenant": "acme", "workflows": ["daily-export"]})
    response = await batch_client.post(
        "/batches", json={"tenant": "acme", "workflows": ["daily-export"] * 5}
    )
    assert response.status_code == 429
