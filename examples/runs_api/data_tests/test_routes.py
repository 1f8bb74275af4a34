import freshdb
import pytest

from runs_api import audit


async def answer(client, method, path, **rest):
    response = await client.request(method, path, **rest)
    await audit.drain()  # what is recorded in the background is looked at, too
    return {"status": response.status_code, "body": response.json()}


@freshdb.cases("data/routes/create_run.yaml")
async def test_create_run(case, client):
    assert await answer(client, "POST", "/runs", json=case.input) == case.expected


@freshdb.cases("data/routes/list_runs.json")
async def test_list_runs(case, client):
    assert await answer(client, "GET", "/runs", params=case.input) == case.expected


@freshdb.cases("data/routes/cancel_run.toml")
async def test_cancel_run(case, client):
    assert await answer(client, "POST", f"/runs/{case.input}/cancel") == case.expected


@freshdb.cases("data/routes/due_schedules.csv")
@pytest.mark.freshdb(seed="data/seeds/schedules")
async def test_due_schedules(case, client):
    response = await client.get("/schedules/due", params=case.input)

    assert [schedule["name"] for schedule in response.json()] == case.expected
