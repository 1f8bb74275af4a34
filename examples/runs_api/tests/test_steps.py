import pytest

pytestmark = pytest.mark.usefixtures("clean")


async def add_step(client, run, name, **fields):
    return await client.post(f"/runs/{run['id']}/steps", json={"name": name, **fields})


async def test_first_step_starts_the_run(client, create_run):
    run = await create_run()
    response = await add_step(client, run, "download", seconds=0.5)
    assert response.status_code == 201
    step = response.json()
    assert (step["id"], step["position"]) == (1, 1)
    assert (await client.get(f"/runs/{run['id']}")).json()["status"] == "running"


async def test_slowest_steps(client, create_run):
    run = await create_run()
    await add_step(client, run, "load", seconds=7.5)
    await add_step(client, run, "check", seconds=2.5)
    slowest = (await client.get("/steps/slowest", params={"limit": 2})).json()
    assert [step["name"] for step in slowest] == ["load", "check"]


async def test_steps_are_numbered(client, create_run):
    run = await create_run()
    for name in ("download", "parse", "load"):
        await add_step(client, run, name, seconds=12)
    steps = (await client.get(f"/runs/{run['id']}/steps")).json()
    assert [(step["position"], step["name"]) for step in steps] == [
        (1, "download"),
        (2, "parse"),
        (3, "load"),
    ]


async def test_taken_position_is_a_conflict(client, create_run):
    run = await create_run()
    await add_step(client, run, "download", position=4)
    assert (await add_step(client, run, "parse", position=4)).status_code == 409


async def test_failed_step_fails_the_run(client, create_run):
    run = await create_run()
    await add_step(client, run, "download", status="failed")
    finished = await client.post(f"/runs/{run['id']}/finish", json={"status": "succeeded"})
    assert finished.json()["status"] == "failed"


async def test_finished_run_takes_no_steps(client, create_run):
    run = await create_run()
    await client.post(f"/runs/{run['id']}/finish", json={"status": "succeeded"})
    assert (await add_step(client, run, "upload")).status_code == 409
