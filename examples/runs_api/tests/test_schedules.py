from datetime import datetime

from runs_api.routes import next_after


async def create(client, name, tenant="acme", starts_at="2030-01-01T00:00:00Z", **fields):
    body = {
        "tenant": tenant,
        "name": name,
        "workflow": "nightly-import",
        "interval_minutes": 60,
        "starts_at": starts_at,
        **fields,
    }
    return await client.post("/schedules", json=body)


async def due(client, at):
    schedules = (await client.get("/schedules/due", params={"at": at})).json()
    return [schedule["name"] for schedule in schedules]


async def test_create(client, acme):
    response = await create(client, "hourly", starts_at="2030-01-01T02:00:00+02:00")
    assert response.status_code == 201
    assert response.json() == {
        "id": 1,
        "tenant": "acme",
        "name": "hourly",
        "workflow": "nightly-import",
        "interval_minutes": 60,
        "next_run_at": "2030-01-01T00:00:00",
        "enabled": True,
    }


async def test_list_of_tenant(client, globex):
    await create(client, "morning", tenant="globex")
    await create(client, "evening", tenant="globex")
    schedules = (await client.get("/schedules", params={"tenant": "globex"})).json()
    assert [schedule["name"] for schedule in schedules] == ["morning", "evening"]


async def test_due(client, acme):
    await create(client, "late", starts_at="2024-06-01T12:00:00Z")
    await create(client, "early", starts_at="2024-06-01T06:00:00Z")
    await create(client, "paused", starts_at="2024-06-01T06:00:00Z", enabled=False)
    assert await due(client, "2024-06-01T05:59:59Z") == []
    assert await due(client, "2024-06-01T12:00:00Z") == ["early", "late"]


async def test_launch(client, acme):
    await create(client, "quarterly", starts_at="2024-05-01T10:00:00Z")
    runs = (await client.post("/schedules/launch", params={"at": "2024-05-01T11:30:00Z"})).json()
    assert [run["workflow"] for run in runs] == ["nightly-import"]
    assert await due(client, "2024-05-01T11:59:59Z") == []
    assert await due(client, "2024-05-01T12:00:00Z") == ["quarterly"]


async def test_name_is_unique_per_tenant(client, acme, globex):
    await create(client, "weekly", starts_at="2024-04-01T00:00:00Z")
    assert (await create(client, "weekly")).status_code == 409
    assert (await create(client, "weekly", tenant="globex")).status_code == 201


async def test_bad_interval(client, acme):
    assert (await create(client, "odd", interval_minutes=0)).status_code == 422


def test_missed_times_are_skipped():
    planned = datetime(2024, 1, 31, 23, 0)
    assert next_after(planned, 60, datetime(2024, 2, 1, 1, 30)) == datetime(2024, 2, 1, 2, 0)
    assert next_after(planned, 60, datetime(2024, 1, 31, 22, 0)) == planned
