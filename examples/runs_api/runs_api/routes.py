"""The routes of the API."""

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Response, status
from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from runs_api import audit
from runs_api.auth import hash_key, new_key
from runs_api.catalog import Workflow, find_workflow, load_catalog
from runs_api.clock import utcnow
from runs_api.config import settings
from runs_api.db import get_session
from runs_api.limiter import charge, client_id, rate_limited
from runs_api.models import (
    OPEN_STATUSES,
    RETRYABLE_STATUSES,
    ApiKey,
    AuditEvent,
    Run,
    RunStatus,
    Schedule,
    Step,
    Tenant,
)
from runs_api.reports import MonthlyLine, monthly_report
from runs_api.schemas import (
    BatchIn,
    BatchOut,
    BatchProgress,
    EventOut,
    FinishIn,
    Health,
    HubEntry,
    KeyIn,
    KeyOut,
    Moment,
    NewKeyOut,
    RunIn,
    RunOut,
    ScheduleIn,
    ScheduleOut,
    Stats,
    StepIn,
    StepOut,
    TenantIn,
    TenantOut,
)

router = APIRouter()

Session = Annotated[AsyncSession, Depends(get_session)]
Page = Annotated[int, Query(ge=1)]
HubView = Literal["top", "recent"]
WRITES = [Depends(rate_limited)]
CREATED = status.HTTP_201_CREATED


@dataclass(frozen=True)
class Batch:
    """Runs that were submitted together."""

    id: str
    tenant: str
    run_ids: list[int]


# Kept per process: a batch is polled by the worker that submitted it, for minutes at most.
_batches: dict[str, Batch] = {}
# The hub is shown on every page; it is rebuilt by POST /hub/refresh.
_hub_cache: dict[str, list[HubEntry]] = {}
_stats_cache: dict[str, tuple[float, Stats]] = {}


# Helpers


async def _tenant_or_404(session: AsyncSession, slug: str) -> Tenant:
    tenant = await session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no tenant {slug}")
    return tenant


async def _run_or_404(session: AsyncSession, run_id: int) -> Run:
    run = await session.get(Run, run_id)
    if run is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no run {run_id}")
    return run


async def _open_run(session: AsyncSession, run_id: int) -> Run:
    run = await _run_or_404(session, run_id)
    if run.status not in OPEN_STATUSES:
        raise HTTPException(status.HTTP_409_CONFLICT, f"run {run_id} is {run.status}")
    return run


async def _commit_or_409(session: AsyncSession, detail: str) -> None:
    try:
        await session.commit()
    except IntegrityError as error:
        await session.rollback()
        raise HTTPException(status.HTTP_409_CONFLICT, detail) from error


def _paged(query: Select[Any], page: int) -> Select[Any]:
    return query.limit(settings.page_size).offset((page - 1) * settings.page_size)


# Service


@router.get("/health")
async def health() -> Health:
    region = os.environ.get("RUNS_REGION", "local")
    return Health(status="ok", region=region, auth_required=settings.auth_required)


@router.get("/workflows")
async def list_workflows() -> list[Workflow]:
    return load_catalog().workflows


# Tenants and keys


@router.post("/tenants", status_code=CREATED, dependencies=WRITES)
async def create_tenant(body: TenantIn, session: Session) -> TenantOut:
    tenant = Tenant(slug=body.slug, name=body.name)
    session.add(tenant)
    await _commit_or_409(session, f"tenant {body.slug} exists")
    return TenantOut.model_validate(tenant)


@router.get("/tenants")
async def list_tenants(session: Session, page: Page = 1) -> list[TenantOut]:
    tenants = await session.scalars(_paged(select(Tenant).order_by(Tenant.slug), page))
    return [TenantOut.model_validate(tenant) for tenant in tenants]


@router.post("/keys", status_code=CREATED, dependencies=WRITES)
async def create_key(body: KeyIn, session: Session) -> NewKeyOut:
    tenant = await _tenant_or_404(session, body.tenant)
    plain = new_key()
    key = ApiKey(tenant_id=tenant.id, label=body.label, key_hash=hash_key(plain))
    session.add(key)
    await _commit_or_409(session, f"{body.tenant} has a key {body.label}")
    return NewKeyOut(id=key.id, label=key.label, revoked_at=None, key=plain)


@router.get("/keys")
async def list_keys(tenant: str, session: Session) -> list[KeyOut]:
    owner = await _tenant_or_404(session, tenant)
    query = select(ApiKey).where(ApiKey.tenant_id == owner.id).order_by(ApiKey.id)
    return [KeyOut.model_validate(key) for key in await session.scalars(query)]


@router.delete("/keys/{key_id}", status_code=status.HTTP_204_NO_CONTENT, dependencies=WRITES)
async def revoke_key(key_id: int, session: Session) -> None:
    key = await session.get(ApiKey, key_id)
    if key is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no key {key_id}")
    if key.revoked_at is not None:
        raise HTTPException(status.HTTP_409_CONFLICT, f"key {key_id} is revoked already")
    key.revoked_at = utcnow()
    await session.commit()


# Runs


@router.post("/runs", status_code=CREATED, dependencies=WRITES)
async def create_run(body: RunIn, session: Session, response: Response) -> RunOut:
    run = Run(tenant=await _tenant_or_404(session, body.tenant), workflow=body.workflow)
    session.add(run)
    await session.commit()
    response.headers["Location"] = f"/runs/{run.id}"
    audit.record_later("run.created", f"run:{run.id}")
    return RunOut.of(run)


@router.get("/runs")
async def list_runs(
    session: Session,
    tenant: str | None = None,
    workflow: str | None = None,
    run_status: Annotated[RunStatus | None, Query(alias="status")] = None,
    page: Page = 1,
) -> list[RunOut]:
    query = select(Run).order_by(Run.id.desc())
    if tenant is not None:
        query = query.where(Run.tenant_id == (await _tenant_or_404(session, tenant)).id)
    if workflow is not None:
        query = query.where(Run.workflow == workflow)
    if run_status is not None:
        query = query.where(Run.status == run_status)
    return [RunOut.of(run) for run in await session.scalars(_paged(query, page))]


@router.post("/runs/purge", dependencies=WRITES)
async def purge_runs(session: Session) -> dict[str, int]:
    """Delete the runs that finished before the retention time."""
    oldest = utcnow() - timedelta(days=settings.retention_days)
    ids = list(await session.scalars(select(Run.id).where(Run.finished_at < oldest)))
    await session.execute(delete(Run).where(Run.id.in_(ids)))
    await session.commit()
    return {"deleted": len(ids)}


@router.get("/runs/{run_id}")
async def get_run(run_id: int, session: Session) -> RunOut:
    return RunOut.of(await _run_or_404(session, run_id))


@router.post("/runs/{run_id}/cancel", dependencies=WRITES)
async def cancel_run(run_id: int, session: Session) -> RunOut:
    run = await _open_run(session, run_id)
    run.status = RunStatus.CANCELLED
    run.finished_at = utcnow()
    await session.commit()
    audit.record_later("run.cancelled", f"run:{run.id}")
    return RunOut.of(run)


@router.post("/runs/{run_id}/finish", dependencies=WRITES)
async def finish_run(run_id: int, body: FinishIn, session: Session) -> RunOut:
    """End a run. A run with a failed step has failed, whatever its worker says."""
    run = await _open_run(session, run_id)
    failed_steps = await session.scalar(
        select(func.count(Step.id)).where(Step.run_id == run_id, Step.status == RunStatus.FAILED)
    )
    run.status = RunStatus.FAILED if failed_steps else body.status
    run.error = body.error
    run.finished_at = utcnow()
    await session.commit()
    return RunOut.of(run)


@router.post("/runs/{run_id}/retry", status_code=CREATED, dependencies=WRITES)
async def retry_run(run_id: int, session: Session) -> RunOut:
    run = await _run_or_404(session, run_id)
    if run.status not in RETRYABLE_STATUSES:
        raise HTTPException(status.HTTP_409_CONFLICT, f"run {run_id} is {run.status}")
    limit = find_workflow(run.workflow).max_attempts
    if run.attempt >= limit:
        raise HTTPException(status.HTTP_409_CONFLICT, f"{run.workflow} may be tried {limit} times")
    again = Run(tenant=run.tenant, workflow=run.workflow, attempt=run.attempt + 1, retry_of=run.id)
    session.add(again)
    await session.commit()
    audit.record_later("run.retried", f"run:{run.id}")
    return RunOut.of(again)


# Steps


@router.post("/runs/{run_id}/steps", status_code=CREATED, dependencies=WRITES)
async def add_step(run_id: int, body: StepIn, session: Session) -> StepOut:
    run = await _open_run(session, run_id)
    if run.status is RunStatus.QUEUED:
        run.status = RunStatus.RUNNING
        run.started_at = utcnow()
    position = body.position
    if position is None:
        last = await session.scalar(select(func.max(Step.position)).where(Step.run_id == run_id))
        position = (last or 0) + 1
    step = Step(
        run_id=run_id,
        position=position,
        name=body.name,
        status=body.status,
        seconds=body.seconds,
    )
    session.add(step)
    await _commit_or_409(session, f"run {run_id} has a step {position}")
    return StepOut.model_validate(step)


@router.get("/runs/{run_id}/steps")
async def list_steps(run_id: int, session: Session) -> list[StepOut]:
    await _run_or_404(session, run_id)
    query = select(Step).where(Step.run_id == run_id).order_by(Step.position)
    return [StepOut.model_validate(step) for step in await session.scalars(query)]


@router.get("/steps/slowest")
async def slowest_steps(
    session: Session, limit: Annotated[int, Query(ge=1, le=100)] = 10
) -> list[StepOut]:
    query = select(Step).order_by(Step.seconds.desc(), Step.id).limit(limit)
    return [StepOut.model_validate(step) for step in await session.scalars(query)]


# Batches


@router.post("/batches", status_code=CREATED)
async def submit_batch(
    body: BatchIn,
    session: Session,
    response: Response,
    client: Annotated[str, Depends(client_id)],
) -> BatchOut:
    """Create several runs at once; each of them counts against the rate limit."""
    charge(client, response, cost=len(body.workflows))
    tenant = await _tenant_or_404(session, body.tenant)
    runs = [Run(tenant=tenant, workflow=workflow) for workflow in body.workflows]
    session.add_all(runs)
    await session.commit()
    batch = Batch(
        id=f"batch-{len(_batches) + 1}",
        tenant=tenant.slug,
        run_ids=[run.id for run in runs],
    )
    _batches[batch.id] = batch
    return BatchOut(id=batch.id, tenant=batch.tenant, run_ids=batch.run_ids)


@router.get("/batches")
async def list_batches(tenant: str | None = None) -> list[BatchOut]:
    return [
        BatchOut(id=batch.id, tenant=batch.tenant, run_ids=batch.run_ids)
        for batch in _batches.values()
        if tenant is None or batch.tenant == tenant
    ]


@router.get("/batches/{batch_id}")
async def get_batch(batch_id: str, session: Session) -> BatchProgress:
    batch = _batches.get(batch_id)
    if batch is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no batch {batch_id}")
    still_open = await session.scalar(
        select(func.count(Run.id)).where(Run.id.in_(batch.run_ids), Run.status.in_(OPEN_STATUSES))
    )
    count = still_open or 0
    return BatchProgress(
        id=batch.id,
        tenant=batch.tenant,
        run_ids=batch.run_ids,
        open=count,
        done=len(batch.run_ids) - count,
    )


# Schedules


def _due(at: datetime) -> Select[Schedule]:
    return (
        select(Schedule)
        .where(Schedule.enabled, Schedule.next_run_at <= at)
        .order_by(Schedule.next_run_at, Schedule.id)
    )


def next_after(planned: datetime, interval_minutes: int, at: datetime) -> datetime:
    """The first planned time after `at`; times that were missed are skipped."""
    interval = timedelta(minutes=interval_minutes)
    if planned > at:
        return planned
    return planned + interval * ((at - planned) // interval + 1)


@router.post("/schedules", status_code=CREATED, dependencies=WRITES)
async def create_schedule(body: ScheduleIn, session: Session) -> ScheduleOut:
    schedule = Schedule(
        tenant=await _tenant_or_404(session, body.tenant),
        name=body.name,
        workflow=body.workflow,
        interval_minutes=body.interval_minutes,
        next_run_at=body.starts_at,
        enabled=body.enabled,
    )
    session.add(schedule)
    await _commit_or_409(session, f"{body.tenant} has a schedule {body.name}")
    return ScheduleOut.of(schedule)


@router.get("/schedules")
async def list_schedules(
    session: Session, tenant: str | None = None, page: Page = 1
) -> list[ScheduleOut]:
    query = select(Schedule).order_by(Schedule.id)
    if tenant is not None:
        query = query.where(Schedule.tenant_id == (await _tenant_or_404(session, tenant)).id)
    return [ScheduleOut.of(schedule) for schedule in await session.scalars(_paged(query, page))]


@router.get("/schedules/due")
async def due_schedules(
    session: Session, at: Annotated[Moment | None, Query()] = None
) -> list[ScheduleOut]:
    schedules = await session.scalars(_due(at or utcnow()))
    return [ScheduleOut.of(schedule) for schedule in schedules]


@router.post("/schedules/launch", dependencies=WRITES)
async def launch_due_schedules(
    session: Session, at: Annotated[Moment | None, Query()] = None
) -> list[RunOut]:
    """Create a run for every schedule that is due, and plan its next one."""
    moment = at or utcnow()
    runs: list[Run] = []
    for schedule in await session.scalars(_due(moment)):
        runs.append(Run(tenant=schedule.tenant, workflow=schedule.workflow))
        schedule.next_run_at = next_after(schedule.next_run_at, schedule.interval_minutes, moment)
    session.add_all(runs)
    await session.commit()
    return [RunOut.of(run) for run in runs]


# Hub, statistics, report, audit trail


async def _build_hub(session: AsyncSession, view: HubView, tenant: str | None) -> list[HubEntry]:
    runs = func.count(Run.id)
    last = func.max(Run.id)
    query = select(Run.workflow, runs, last).group_by(Run.workflow).limit(10)
    if tenant is not None:
        query = query.where(Run.tenant_id == (await _tenant_or_404(session, tenant)).id)
    query = (
        query.order_by(last.desc())
        if view == "recent"
        else query.order_by(runs.desc(), Run.workflow)
    )
    return [
        HubEntry(workflow=workflow, runs=count, last_run_id=last_id)
        for workflow, count, last_id in await session.execute(query)
    ]


def _hub_key(view: HubView, tenant: str | None) -> str:
    return view if tenant is None else f"{view}:{tenant}"


@router.get("/hub")
async def show_hub(
    session: Session, view: HubView = "top", tenant: str | None = None
) -> list[HubEntry]:
    """The busiest (`top`) or the latest (`recent`) workflows."""
    key = _hub_key(view, tenant)
    if key not in _hub_cache:
        _hub_cache[key] = await _build_hub(session, view, tenant)
    return _hub_cache[key]


@router.post("/hub/refresh", dependencies=WRITES)
async def refresh_hub(
    session: Session, view: HubView = "top", tenant: str | None = None
) -> list[HubEntry]:
    entries = await _build_hub(session, view, tenant)
    _hub_cache[_hub_key(view, tenant)] = entries
    return entries


async def _count_runs(session: AsyncSession, tenant: str | None) -> Stats:
    query = select(Run.status, func.count(Run.id)).group_by(Run.status)
    if tenant is not None:
        query = query.where(Run.tenant_id == (await _tenant_or_404(session, tenant)).id)
    by_status = {run_status: count for run_status, count in await session.execute(query)}
    return Stats(total=sum(by_status.values()), by_status=by_status)


@router.get("/stats")
async def show_stats(session: Session, tenant: str | None = None) -> Stats:
    """Counts by status, at most `stats_ttl_seconds` old."""
    key = tenant or "all"
    now = time.monotonic()
    cached = _stats_cache.get(key)
    if cached is not None and now - cached[0] < settings.stats_ttl_seconds:
        return cached[1]
    stats = await _count_runs(session, tenant)
    _stats_cache[key] = (now, stats)
    return stats


@router.get("/reports/monthly")
async def show_monthly_report(
    session: Session,
    month: Annotated[str, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")],
    tenant: str | None = None,
) -> list[MonthlyLine]:
    if tenant is not None:
        await _tenant_or_404(session, tenant)
    return await monthly_report(session, month, tenant)


@router.get("/events")
async def list_events(
    session: Session, kind: str | None = None, subject: str | None = None
) -> list[EventOut]:
    query = select(AuditEvent).order_by(AuditEvent.id)
    if kind is not None:
        query = query.where(AuditEvent.kind == kind)
    if subject is not None:
        query = query.where(AuditEvent.subject == subject)
    return [EventOut.model_validate(event) for event in await session.scalars(query)]
