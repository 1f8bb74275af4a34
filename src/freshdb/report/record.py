"""The record of a run: JSON lines, one for the run, one for each test and fixture, one at the end.

It is written while tests end, so that a run which is killed leaves what it has seen. The schema is
in ``docs/reference/run-record.md``; `SCHEMA` is raised when a reader must know of a change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from freshdb.errors import RecordError

SCHEMA = 1


@dataclass(frozen=True)
class RunRecord:
    """The run as a whole.

    Attributes:
        started: when, as ISO 8601 with the zone.
        environment: versions of what matters, by name.
        settings: freshdb's settings as text, by name.
        workers: how many processes ran tests.
        run_s: how long the run took; 0.0 if it has not come to its end.
    """

    started: str
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    workers: int = 1
    run_s: float = 0.0


@dataclass(frozen=True)
class ChangeRecord:
    """A piece of process state that was left changed: its probe, its path, how it differed."""

    kind: str
    path: str
    text: str


@dataclass(frozen=True)
class LeakRecord:
    """What was left open: its kind, what it is, where it was opened."""

    kind: str
    what: str
    where: str = ""


@dataclass(frozen=True)
class KeptRecord:
    """A failed test's database: its place, and a command that opens it."""

    place: str
    look: str = ""


@dataclass(frozen=True)
class TestRecord:
    """One test.

    Attributes:
        id: its node id.
        order: its place in the order in which tests ended, from 0.
        worker: the process that ran it; ``main`` without xdist.
        outcome: ``passed``, ``failed``, ``error``, ``skipped``, ``xfailed`` or ``xpassed``.
        started_s: seconds from the run's beginning to the test's.
        duration_ms: setup, call and teardown together.
        strategy: how its branch became pristine: ``reset``, ``clone``, ``rollback``; empty where it
            had none.
        why: why that strategy, where there is something to say.
        steps_ms: what isolation took, by step.
        tables: rows written, by table, where the backend tells.
        changes: process state that it left changed.
        leaks: what it left open.
        late: work of its that was refused after its end.
        kept: its database, if it was kept.
        message: the last line of its failure.
    """

    __test__ = False  # not a class of tests, whatever its name says

    id: str
    order: int = 0
    worker: str = "main"
    outcome: str = "passed"
    started_s: float = 0.0
    duration_ms: float = 0.0
    strategy: str = ""
    why: str = ""
    steps_ms: Mapping[str, float] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[ChangeRecord, ...] = ()
    leaks: tuple[LeakRecord, ...] = ()
    late: tuple[str, ...] = ()
    kept: KeptRecord | None = None
    message: str = ""


@dataclass(frozen=True)
class FixtureRecord:
    """A fixture of wider scope that left process state changed."""

    id: str
    changes: tuple[ChangeRecord, ...] = ()


@dataclass(frozen=True)
class Record:
    """All that a run has recorded."""

    run: RunRecord
    tests: tuple[TestRecord, ...] = ()
    fixtures: tuple[FixtureRecord, ...] = ()


class RecordFile:
    """Writes a record line by line.

    Args:
        path: the file; one that is there is replaced.
        run: what the first line says.
    """

    def __init__(self, path: Path, run: RunRecord) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
        self._write("run", {"schema": SCHEMA, **asdict(run)})

    def add(self, record: TestRecord | FixtureRecord) -> None:
        """Write the line of a test or of a fixture."""
        self._write("test" if isinstance(record, TestRecord) else "fixture", asdict(record))

    def close(self, run_s: float, late: Mapping[str, list[str]], workers: int) -> None:
        """Write the last line.

        Args:
            run_s: how long the run took.
            late: work that was refused after its test's line was written, by the test's id.
            workers: how many processes ran tests.
        """
        self._write("end", {"run_s": run_s, "late": late, "workers": workers})

    def _write(self, kind: str, values: dict[str, Any]) -> None:
        line = json.dumps({"record": kind, **values}, ensure_ascii=False)
        # Opened for each line: nothing is lost or left open, however the run ends.
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")


def read_record(path: Path) -> Record:
    """Read what `RecordFile` has written, also of a run that did not come to its end.

    Raises:
        RecordError: there is no such file, or it is no record.
    """
    run: RunRecord | None = None
    tests: dict[str, TestRecord] = {}
    fixtures: list[FixtureRecord] = []
    for number, kind, values in _lines(path):
        if run is None and kind != "run":
            raise _no_record(path, number, "it does not begin with the line of a run")
        if kind == "run":
            run = _run(path, number, values)
        elif kind == "test":
            test = _test(values)
            # A test that ran again has the later outcome.
            tests[test.id] = test
        elif kind == "fixture":
            fixtures.append(FixtureRecord(values["id"], _each(ChangeRecord, values["changes"])))
        elif kind == "end" and run is not None:
            run = _with(run, run_s=values["run_s"], workers=values["workers"])
            for name, late in values["late"].items():
                if name in tests:
                    tests[name] = _with(tests[name], late=(*tests[name].late, *late))
    if run is None:
        raise _no_record(path, 1, "it is empty")
    return Record(run, tuple(tests.values()), tuple(fixtures))


def _lines(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RecordError(
            f"the record `{path}` cannot be read: {error.strerror}",
            hint="write one with `pytest --freshdb-record=run.jsonl`",
        ) from None
    lines = text.rstrip("\n").split("\n")  # `splitlines` would break texts that hold U+2028
    for number, line in enumerate(lines if text else (), start=1):
        try:
            values = json.loads(line)
            kind = values.pop("record")
        except (ValueError, KeyError, AttributeError, TypeError):
            if number == len(lines) > 1:
                return  # the run was killed while it wrote this line
            raise _no_record(path, number, "it is no line of a record") from None
        yield number, kind, values


def _run(path: Path, number: int, values: dict[str, Any]) -> RunRecord:
    schema = values.pop("schema", None)
    if schema != SCHEMA:
        raise _no_record(path, number, f"its schema is {schema!r}; this release reads {SCHEMA}")
    return RunRecord(**_known(RunRecord, values))


def _test(values: dict[str, Any]) -> TestRecord:
    kept = values.get("kept")
    return TestRecord(
        **{
            **_known(TestRecord, values),
            "changes": _each(ChangeRecord, values["changes"]),
            "leaks": _each(LeakRecord, values["leaks"]),
            "late": tuple(values["late"]),
            "kept": None if kept is None else KeptRecord(**_known(KeptRecord, kept)),
        }
    )


T = TypeVar("T", RunRecord, TestRecord)
S = TypeVar("S", ChangeRecord, LeakRecord)


def _with(record: T, **values: Any) -> T:
    return type(record)(
        **{**{one.name: getattr(record, one.name) for one in fields(record)}, **values}
    )


def _each(kind: type[S], packed: list[dict[str, Any]]) -> tuple[S, ...]:
    return tuple(kind(**_known(kind, one)) for one in packed)


def _known(kind: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that this release knows: a later one may write more."""
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in values.items() if name in names}


def _no_record(path: Path, line: int, why: str) -> RecordError:
    return RecordError(
        f"`{path}`, line {line}, is not the record of a run: {why}",
        hint="write one with `pytest --freshdb-record=run.jsonl`",
    )
