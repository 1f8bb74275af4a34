import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from runs_api.clock import utcnow
from runs_api.config import settings
from runs_api.db import SessionLocal
from runs_api.limiter import rate_limited
from runs_api.main import app
from runs_api.models import Run, RunStatus

pytestmark = pytest.mark.usefixtures("clean")


async def listed(client, **params):
    response = await client.get("/runs", params=params)
    assert response.status_code == 200, response.text
    return response.json()


async def test_no_runs_at_first(client):
    assert await listed(client) == []


async def test_create(client, acme):
    response = await client.post("/runs", json={"tenant": "acme", "workflow": "daily-export"})
    assert response.status_code == 201
    run = response.json()
    assert (run["status"], run["attempt"]) == ("queued", 1)
    assert response.headers["Location"] == f"/runs/{run['id']}"
    assert (await client.get(f"/runs/{run['id']}")).json() == run


async def test_filter_by_workflow(client, create_run):
    oldest, middle, newest = [await create_run("invoice-sync") for _ in range(3)]
    await create_run("one-off")
    assert await listed(client, workflow="invoice-sync") == [newest, middle, oldest]


async def test_filter_by_status(client, create_run):
    run = await create_run()
    await client.post(f"/runs/{run['id']}/cancel")
    assert len(await listed(client, status="cancelled")) == 1


async def test_filter_by_tenant(client, create_run, globex):
    await create_run()
    run = await create_run(tenant="globex")
    assert await listed(client, tenant="globex") == [run]


async def test_unknown_run(client):
    assert (await client.get("/runs/987654")).status_code == 404


async def test_unknown_tenant(client):
    response = await client.post("/runs", json={"tenant": "nobody", "workflow": "one-off"})
    assert response.status_code == 404


async def test_cancel_twice_is_a_conflict(client, create_run):
    run = await create_run()
    assert (await client.post(f"/runs/{run['id']}/cancel")).json()["status"] == "cancelled"
    assert (await client.post(f"/runs/{run['id']}/cancel")).status_code == 409


async def test_retry_until_the_limit(client, create_run):
    run = await create_run("nightly-import")
    for attempt in (2, 3):
        await client.post(f"/runs/{run['id']}/finish", json={"status": "failed"})
        again = (await client.post(f"/runs/{run['id']}/retry")).json()
        assert (again["attempt"], again["retry_of"]) == (attempt, run["id"])
        run = again
    await client.post(f"/runs/{run['id']}/finish", json={"status": "failed"})
    assert (await client.post(f"/runs/{run['id']}/retry")).status_code == 409


async def test_concurrent_requests(client, create_run):
    runs = await asyncio.gather(*(create_run("burst") for _ in range(4)))
    assert len({run["id"] for run in runs}) == 4
    assert len(await listed(client, workflow="burst")) == 4


async def test_concurrent_sessions(session, globex):
    async def insert():
        async with SessionLocal() as own_session:
            own_session.add(Run(tenant_id=globex.id, workflow="parallel"))
            await own_session.commit()

    await asyncio.gather(*(insert() for _ in range(4)))
    query = select(func.count(Run.id)).where(Run.workflow == "parallel")
    assert await session.scalar(query) == 4


async def test_a_flood_of_runs(client, acme):
    app.dependency_overrides[rate_limited] = lambda: None
    body = {"tenant": "acme", "workflow": "flood"}
    responses = [await client.post("/runs", json=body) for _ in range(5)]
    assert all("X-RateLimit-Remaining" not in response.headers for response in responses)


async def test_purge(client, session, acme):
    finished_at = utcnow() - timedelta(days=settings.retention_days + 1)
    session.add(
        Run(
            tenant_id=acme.id,
            workflow="nightly-import",
            status=RunStatus.SUCCEEDED,
            finished_at=finished_at,
        )
    )
    await session.commit()
    assert (await client.post("/runs/purge")).json() == {"deleted": 1}


async def test_paging(client, session, create_run):
    await session.execute(delete(Run))
    await session.commit()
    settings.page_size = 2
    ids = [(await create_run())["id"] for _ in range(3)]
    assert [run["id"] for run in await listed(client)] == [ids[2], ids[1]]
    assert [run["id"] for run in await listed(client, page=2)] == [ids[0]]
