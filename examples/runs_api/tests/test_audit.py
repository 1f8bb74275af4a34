import pytest
from sqlalchemy import delete

from runs_api import audit
from runs_api.models import AuditEvent

pytestmark = pytest.mark.usefixtures("clean")


async def kinds(client, **params):
    return [event["kind"] for event in (await client.get("/events", params=params)).json()]


async def test_created_run_is_recorded(client, create_run):
    await create_run()
    await audit.drain()
    assert (await client.get("/events")).json() == [{"kind": "run.created", "subject": "run:1"}]


async def test_cancelled_run_is_recorded(client, create_run):
    run = await create_run()
    await client.post(f"/runs/{run['id']}/cancel")
    await audit.drain()
    assert await kinds(client, subject=f"run:{run['id']}") == ["run.created", "run.cancelled"]


async def test_retry_is_recorded(client, create_run):
    run = await create_run()
    await client.post(f"/runs/{run['id']}/finish", json={"status": "failed"})
    await client.post(f"/runs/{run['id']}/retry")
    await audit.drain()
    assert await kinds(client, kind="run.retried") == ["run.retried"]


async def test_refused_cancel_is_not_recorded(client, session, create_run):
    await session.execute(delete(AuditEvent))
    await session.commit()
    run = await create_run()
    await client.post(f"/runs/{run['id']}/finish", json={"status": "succeeded"})
    assert (await client.post(f"/runs/{run['id']}/cancel")).status_code == 409
    await audit.drain()
    assert await kinds(client) == ["run.created"]


async def test_filter_by_subject(client, create_run):
    await create_run("invoice-sync")
    assert await kinds(client, subject="run:0") == []
