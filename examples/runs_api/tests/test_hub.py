import pytest
from sqlalchemy import delete

from runs_api.models import Run

pytestmark = pytest.mark.usefixtures("clean")


async def delete_runs(session):
    await session.execute(delete(Run))
    await session.commit()


def counts(response):
    return {entry["workflow"]: entry["runs"] for entry in response.json()}


async def test_busiest_first(client, create_run):
    for workflow in ("daily-export", "nightly-import", "nightly-import"):
        await create_run(workflow)
    hub = (await client.get("/hub")).json()
    assert [entry["workflow"] for entry in hub] == ["nightly-import", "daily-export"]


async def test_refresh(client, session, create_run):
    await delete_runs(session)
    await create_run("invoice-sync")
    await client.get("/hub")
    await create_run("invoice-sync")
    refreshed = await client.post("/hub/refresh")
    assert counts(refreshed) == {"invoice-sync": 2}
    assert (await client.get("/hub")).json() == refreshed.json()


async def test_latest_first(client, session, create_run):
    await delete_runs(session)
    for workflow in ("nightly-import", "nightly-import", "daily-export"):
        await create_run(workflow)
    hub = (await client.get("/hub", params={"view": "recent"})).json()
    assert [entry["workflow"] for entry in hub] == ["daily-export", "nightly-import"]


async def test_latest_after_refresh(client, create_run):
    run = await create_run("one-off")
    hub = (await client.post("/hub/refresh", params={"view": "recent"})).json()
    assert hub[0] == {"workflow": "one-off", "runs": hub[0]["runs"], "last_run_id": run["id"]}


async def test_hub_of_tenant(client, create_run, globex):
    await create_run("daily-export")
    await create_run("invoice-sync", tenant="globex")
    assert counts(await client.get("/hub", params={"tenant": "globex"})) == {"invoice-sync": 1}


async def test_hub_is_not_rebuilt_by_new_runs(client, create_run, globex):
    before = (await client.get("/hub", params={"tenant": "globex"})).json()
    await create_run("one-off", tenant="globex")
    assert (await client.get("/hub", params={"tenant": "globex"})).json() == before
