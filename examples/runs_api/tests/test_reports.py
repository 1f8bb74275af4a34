from datetime import datetime, timedelta

import pytest

from runs_api.db import SessionLocal
from runs_api.models import Run, RunStatus, Tenant
from runs_api.reports import monthly_report


def ended_run(tenant_id, status, created_at, seconds=60):
    return Run(
        tenant_id=tenant_id,
        workflow="nightly-import",
        status=status,
        created_at=created_at,
        started_at=created_at,
        finished_at=created_at + timedelta(seconds=seconds),
    )


@pytest.fixture(scope="module", autouse=True)
async def tenant_ids(clean):
    """Two tenants with a few runs in March 2024."""
    async with SessionLocal() as session:
        tenants = [Tenant(slug="acme", name="Acme"), Tenant(slug="globex", name="Globex")]
        session.add_all(tenants)
        await session.flush()
        ids = {tenant.slug: tenant.id for tenant in tenants}
        march = datetime(2024, 3, 5, 2, 30)
        session.add_all(
            [
                ended_run(ids["acme"], RunStatus.SUCCEEDED, march, seconds=30),
                ended_run(ids["acme"], RunStatus.SUCCEEDED, march + timedelta(days=1), 90),
                ended_run(ids["acme"], RunStatus.FAILED, march + timedelta(days=2), 60),
                ended_run(ids["globex"], RunStatus.SUCCEEDED, march, seconds=10),
            ]
        )
        await session.commit()
    return ids


async def report(client, month, **params):
    response = await client.get("/reports/monthly", params={"month": month, **params})
    assert response.status_code == 200, response.text
    return response.json()


async def test_month_of_a_tenant(client):
    assert await report(client, "2024-03", tenant="acme") == [
        {
            "tenant": "acme",
            "total": 3,
            "succeeded": 2,
            "failed": 1,
            "cancelled": 0,
            "average_seconds": 60.0,
            "success_rate": 0.667,
        }
    ]


async def test_month_of_all_tenants(client):
    lines = await report(client, "2024-03")
    assert [(line["tenant"], line["total"]) for line in lines] == [("acme", 3), ("globex", 1)]


async def test_month_without_runs(client):
    assert await report(client, "2024-02") == []


async def test_months_end_at_midnight(client, session, tenant_ids):
    last = datetime(2024, 2, 29, 23, 59, 59)
    session.add(ended_run(tenant_ids["globex"], RunStatus.SUCCEEDED, last))
    session.add(ended_run(tenant_ids["globex"], RunStatus.SUCCEEDED, last + timedelta(seconds=1)))
    await session.commit()
    (february,) = await report(client, "2024-02", tenant="globex")
    assert february["total"] == 1


async def test_cancelled_runs_do_not_count(session, tenant_ids):
    moment = datetime(2023, 12, 31, 12)
    for status in (RunStatus.CANCELLED, RunStatus.SUCCEEDED):
        session.add(ended_run(tenant_ids["acme"], status, moment))
    await session.commit()
    (line,) = await monthly_report(session, "2023-12", "acme")
    assert (line.cancelled, line.success_rate) == (1, 1.0)


async def test_bad_month(client):
    response = await client.get("/reports/monthly", params={"month": "2024-13"})
    assert response.status_code == 422
