"""The monthly report."""

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MONTHLY = text(
    """
    SELECT tenants.slug AS tenant,
           COUNT(*) AS total,
           SUM(runs.status = 'succeeded') AS succeeded,
           SUM(runs.status = 'failed') AS failed,
           SUM(runs.status = 'cancelled') AS cancelled,
           ROUND(AVG((julianday(runs.finished_at) - julianday(runs.started_at)) * 86400), 1)
               AS average_seconds
      FROM runs
      JOIN tenants ON tenants.id = runs.tenant_id
     WHERE strftime('%Y-%m', runs.created_at) = :month
       AND (:tenant IS NULL OR tenants.slug = :tenant)
     GROUP BY tenants.slug
     ORDER BY tenants.slug
    """
)


class MonthlyLine(BaseModel):
    """One tenant's month."""

    tenant: str
    total: int
    succeeded: int
    failed: int
    cancelled: int
    average_seconds: float | None
    success_rate: float | None = None


def success_rate(succeeded: int, failed: int) -> float | None:
    """The share of runs that ended well; cancelled and open runs do not count."""
    ended = succeeded + failed
    return round(succeeded / ended, 3) if ended else None


async def monthly_report(
    session: AsyncSession, month: str, tenant: str | None = None
) -> list[MonthlyLine]:
    """The lines of a month (`YYYY-MM`), by tenant; a tenant without runs has no line."""
    rows = await session.execute(MONTHLY, {"month": month, "tenant": tenant})
    lines = [MonthlyLine.model_validate(dict(row)) for row in rows.mappings()]
    for line in lines:
        line.success_rate = success_rate(line.succeeded, line.failed)
    return lines
