"""What the API takes and returns."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from runs_api.clock import to_naive_utc, utcnow
from runs_api.models import Run, RunStatus, Schedule

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Moment = Annotated[datetime, AfterValidator(to_naive_utc)]


class FromRow(BaseModel):
    """Base of the answers that are read from a row."""

    model_config = ConfigDict(from_attributes=True)


class TenantIn(BaseModel):
    slug: Slug
    name: str = Field(min_length=1, max_length=120)


class TenantOut(FromRow):
    id: int
    slug: str
    name: str


class KeyIn(BaseModel):
    tenant: Slug
    label: Name


class KeyOut(FromRow):
    id: int
    label: str
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    key: str


class RunIn(BaseModel):
    tenant: Slug
    workflow: Name


class FinishIn(BaseModel):
    status: Literal[RunStatus.SUCCEEDED, RunStatus.FAILED]
    error: str | None = Field(default=None, max_length=500)


class RunOut(BaseModel):
    id: int
    tenant: str
    workflow: str
    status: RunStatus
    attempt: int
    retry_of: int | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, run: Run) -> "RunOut":
        return cls(
            id=run.id,
            tenant=run.tenant.slug,
            workflow=run.workflow,
            status=run.status,
            attempt=run.attempt,
            retry_of=run.retry_of,
            error=run.error,
            created_at=run.created_at,
            finished_at=run.finished_at,
        )


class StepIn(BaseModel):
    name: Name
    status: RunStatus = RunStatus.SUCCEEDED
    seconds: float = Field(default=0.0, ge=0)
    position: int | None = Field(default=None, ge=1)


class StepOut(FromRow):
    id: int
    run_id: int
    position: int
    name: str
    status: RunStatus
    seconds: float


class ScheduleIn(BaseModel):
    tenant: Slug
    name: Name
    workflow: Name
    interval_minutes: int = Field(ge=1, le=60 * 24 * 31)
    starts_at: Moment = Field(default_factory=utcnow)
    enabled: bool = True


class ScheduleOut(BaseModel):
    id: int
    tenant: str
    name: str
    workflow: str
    interval_minutes: int
    next_run_at: datetime
    enabled: bool

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleOut":
        return cls(
            id=schedule.id,
            tenant=schedule.tenant.slug,
            name=schedule.name,
            workflow=schedule.workflow,
            interval_minutes=schedule.interval_minutes,
            next_run_at=schedule.next_run_at,
            enabled=schedule.enabled,
        )


class BatchIn(BaseModel):
    tenant: Slug
    workflows: list[Name] = Field(min_length=1, max_length=100)


class BatchOut(BaseModel):
    id: str
    tenant: str
    run_ids: list[int]


class BatchProgress(BatchOut):
    open: int
    done: int


class HubEntry(BaseModel):
    workflow: str
    runs: int
    last_run_id: int


class Stats(BaseModel):
    total: int
    by_status: dict[RunStatus, int]


class EventOut(FromRow):
    kind: str
    subject: str


class Health(BaseModel):
    status: str
    region: str
    auth_required: bool
