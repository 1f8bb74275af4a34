import pytest

from runs_api.config import settings

pytestmark = pytest.mark.usefixtures("clean")


async def stats(client, **params):
    response = await client.get("/stats", params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def test_counts_by_status(client, create_run):
    run = await create_run()
    await create_run()
    await client.post(f"/runs/{run['id']}/cancel")
    assert await stats(client) == {"total": 2, "by_status": {"queued": 1, "cancelled": 1}}


async def test_stats_of_tenant(client, create_run, globex):
    await create_run()
    await create_run(tenant="globex")
    assert (await stats(client, tenant="globex"))["total"] == 1


async def test_stats_are_kept_for_a_while(client, create_run):
    before = await stats(client)
    await create_run()
    assert await stats(client) == before


async def test_old_stats_are_counted_again(client, create_run, globex, monkeypatch):
    monkeypatch.setattr(settings, "stats_ttl_seconds", 0.0)
    before = await stats(client, tenant="globex")
    await create_run(tenant="globex")
    assert (await stats(client, tenant="globex"))["total"] == before["total"] + 1
