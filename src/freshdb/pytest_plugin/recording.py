"""Writes the record of a run while its tests end: `--freshdb-record` and `--freshdb-report`.

Facts travel from the process that ran a test to the one that writes the file on the report of the
test's teardown: pytest-xdist sends the attributes of reports along.
"""

from __future__ import annotations

import importlib.metadata
import platform
import time
from collections.abc import Generator, Mapping
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from freshdb.errors import SettingError, masked
from freshdb.model import Change, RunFacts
from freshdb.pytest_plugin.run import Run
from freshdb.report.page import page_of
from freshdb.report.record import (
    ChangeRecord,
    FixtureRecord,
    KeptRecord,
    LeakRecord,
    RecordFile,
    RunRecord,
    TestRecord,
    read_record,
)
from freshdb.runtime import TestEnd
from freshdb.settings import Settings

_ATTRIBUTE = "freshdb_facts"
_VERSIONS = ("freshdb", "pytest", "SQLAlchemy", "pytest-asyncio", "anyio", "pytest-xdist")


def start_recording(run: Run, config: pytest.Config, *, is_worker: bool) -> None:
    """Let a run be recorded, as its settings say.

    Raises:
        SettingError: a file that is asked for cannot be written.
    """
    settings = run.freshdb.settings
    config.pluginmanager.register(FactsSender(run), "freshdb-facts")
    if is_worker:
        return
    page = None if settings.report is None else Path(settings.report)
    path = Path(settings.record) if settings.record is not None else None
    try:
        if page is not None:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.touch()
        run.recorder = Recorder(path or _beside(page), page, _settings_of(settings))
    except OSError as error:
        name = "report" if error.filename == str(page) else "record"
        raise SettingError(
            f"cannot write to `{error.filename}`: {error.strerror}",
            name=name,
            source=settings.source_of(name),
            hint="name a file that this user may write",
        ) from None
    config.pluginmanager.register(run.recorder, "freshdb-recorder")


def _beside(page: Path | None) -> Path:
    assert page is not None
    return page.with_suffix(".jsonl")


def _settings_of(settings: Settings) -> dict[str, str]:
    """Return what was set, and not left as it is."""
    return {name: masked(str(getattr(settings, name))) for name in sorted(settings.sources)}


class FactsSender:
    """Puts what freshdb knows of a test on the report of its teardown, in any process."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self,
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.when == "teardown":
            end = self._run.last_end
            setattr(report, _ATTRIBUTE, {} if end is None else _facts_of(end))
        return report


class Recorder:
    """Writes the record, and at the end the page, in the process that pytest was started in.

    Args:
        record: the file of the record.
        page: the file of the page; None for no page.
        settings: freshdb's settings as text, by name.
    """

    def __init__(self, record: Path, page: Path | None, settings: Mapping[str, str]) -> None:
        self._path = record
        self._page = page
        self._started_s = time.perf_counter()
        self._started_at = time.time()
        self._file = RecordFile(record, RunRecord(_now(), _environment(), settings))
        self._phases: dict[tuple[str, str], list[pytest.TestReport]] = {}
        self._ended = 0
        self._workers: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        worker = getattr(report, "worker_id", "main")
        phases = self._phases.setdefault((worker, report.nodeid), [])
        phases.append(report)
        if report.when == "teardown":
            del self._phases[worker, report.nodeid]
            self._workers.add(worker)
            self._file.add(self._test(worker, phases))
            self._ended += 1

    def close(self, facts: RunFacts) -> None:
        """Write what is known at the end only."""
        late: dict[str, list[str]] = {}
        for one in facts.late_work:
            late.setdefault(one.owner, []).append(f"{one.worker}, at {one.where}")
        for left in facts.left:
            if left.owner.startswith("fixture "):
                self._file.add(FixtureRecord(left.owner, tuple(map(_change, left.changes))))
        run_s = time.perf_counter() - self._started_s
        self._file.close(run_s, late, max(1, len(self._workers)))
        if self._page is not None:
            self._page.write_text(page_of(read_record(self._path)), encoding="utf-8")

    def _test(self, worker: str, phases: list[pytest.TestReport]) -> TestRecord:
        facts = getattr(phases[-1], _ATTRIBUTE, {})
        began = min((phase.start for phase in phases), default=0.0)
        return TestRecord(
            phases[0].nodeid,
            order=self._ended,
            worker=worker,
            outcome=outcome_of(phases),
            started_s=round(max(0.0, began - self._started_at), 6),
            duration_ms=round(sum(phase.duration for phase in phases) * 1000, 3),
            strategy=facts.get("strategy", ""),
            why=facts.get("why", ""),
            steps_ms=facts.get("steps_ms", {}),
            tables=facts.get("tables", {}),
            changes=tuple(ChangeRecord(*one) for one in facts.get("changes", ())),
            leaks=tuple(LeakRecord(*one) for one in facts.get("leaks", ())),
            kept=KeptRecord(*facts["kept"]) if facts.get("kept") else None,
            message=_message(phases),
        )


def _facts_of(end: TestEnd) -> dict[str, Any]:
    """Return what is known of a test as values that xdist can send."""
    kept = end.kept[0] if end.kept else None
    return {
        "strategy": ", ".join(dict.fromkeys(how for how, _ in end.undone)),
        "why": "; ".join(dict.fromkeys(why for _, why in end.undone if why)),
        "steps_ms": {step: round(spent * 1000, 4) for step, spent in end.steps_s.items()},
        "tables": dict(end.rows),
        "changes": [list(astuple(_change(one))) for one in end.changes],
        "leaks": [[leak.kind, leak.what, leak.where] for leak in end.leaks],
        "kept": [kept.place, kept.look] if kept is not None else None,
    }


def _change(change: Change) -> ChangeRecord:
    return ChangeRecord(change.kind, change.path, str(change).removeprefix(change.path).strip())


def outcome_of(phases: list[pytest.TestReport]) -> str:
    """Return a test's outcome in one word, of the reports of its phases."""
    by_phase = {phase.when: phase for phase in phases if phase.when != "call"}
    calls = [phase for phase in phases if phase.when == "call"]  # several with subtests
    if any(_failed(phase) for phase in by_phase.values()):
        return "error"
    if any(_failed(call) for call in calls):
        return "failed"
    for phase in phases:
        if hasattr(phase, "wasxfail"):
            return "xfailed" if phase.skipped else "xpassed"
    return "skipped" if any(phase.skipped for phase in phases) else "passed"


def _failed(phase: pytest.TestReport) -> bool:
    """Tell whether a phase failed, also where pytest-rerunfailures has renamed that."""
    outcome: str = phase.outcome
    return outcome in ("failed", "rerun")


def _message(phases: list[pytest.TestReport]) -> str:
    failed = next((phase for phase in phases if _failed(phase)), None)
    crash = getattr(failed.longrepr, "reprcrash", None) if failed is not None else None
    return str(crash.message).splitlines()[0] if crash is not None and crash.message else ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _environment() -> dict[str, str]:
    found = {"Python": platform.python_version()}
    for name in _VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
