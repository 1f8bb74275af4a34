"""The audit trail, written after the response has been sent."""

import asyncio
import logging

from runs_api.config import settings
from runs_api.db import SessionLocal
from runs_api.models import AuditEvent

logger = logging.getLogger(__name__)

# The event loop keeps only weak references to its tasks.
_pending: set[asyncio.Task[None]] = set()


async def record(kind: str, subject: str) -> None:
    """Write one event in a transaction of its own."""
    async with SessionLocal() as session:
        session.add(AuditEvent(kind=kind, subject=subject))
        await session.commit()


async def _record_after_response(kind: str, subject: str) -> None:
    await asyncio.sleep(settings.audit_delay_seconds)
    try:
        await record(kind, subject)
    except Exception:
        logger.exception("could not record %s of %s", kind, subject)


def record_later(kind: str, subject: str) -> None:
    """Have an event written soon, without making the caller wait for it."""
    task = asyncio.get_running_loop().create_task(_record_after_response(kind, subject))
    _pending.add(task)
    task.add_done_callback(_pending.discard)


async def drain() -> None:
    """Wait for the events of this event loop that are still on their way."""
    loop = asyncio.get_running_loop()
    while tasks := [task for task in _pending if task.get_loop() is loop]:
        await asyncio.wait(tasks)
