"""The record of a run: what is written is read again; what is none is named with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshdb.errors import RecordError
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

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.floats(0, 1e6, allow_nan=False)
TESTS = st.builds(
    TestRecord,
    id=TEXTS,
    order=st.integers(0, 10**6),
    worker=TEXTS,
    outcome=st.sampled_from(["passed", "failed", "error", "skipped", "xfailed", "xpassed"]),
    started_s=TIMES,
    duration_ms=TIMES,
    strategy=TEXTS,
    why=TEXTS,
    steps_ms=st.dictionaries(TEXTS, TIMES, max_size=3),
    tables=st.dictionaries(TEXTS, st.integers(0, 10**9), max_size=3),
    changes=st.lists(st.builds(ChangeRecord, TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
    leaks=st.lists(st.builds(LeakRecord, TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
    late=st.lists(TEXTS, max_size=2).map(tuple),
    kept=st.none() | st.builds(KeptRecord, TEXTS, TEXTS),
    message=TEXTS,
)
FIXTURES = st.builds(
    FixtureRecord,
    TEXTS,
    st.lists(st.builds(ChangeRecord, TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
)
RUN = RunRecord("2026-01-02T03:04:05+00:00", {"Python": "3.11"}, {"strategy": "auto"})


@given(st.lists(TESTS, max_size=4, unique_by=lambda test: test.id), st.lists(FIXTURES, max_size=2))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    tests: list[TestRecord],
    fixtures: list[FixtureRecord],
) -> None:
    path = tmp_path_factory.mktemp("record") / "run.jsonl"
    file = RecordFile(path, RUN)
    for test in tests:
        file.add(test)
    for fixture in fixtures:
        file.add(fixture)
    file.close(1.5, {}, workers=2)

    record = read_record(path)

    assert record.tests == tuple(tests)
    assert record.fixtures == tuple(fixtures)
    assert (record.run.run_s, record.run.workers) == (1.5, 2)
    assert record.run.environment == {"Python": "3.11"}


def test_a_run_that_was_killed_leaves_what_it_has_seen(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    file = RecordFile(path, RUN)
    file.add(TestRecord("test_it.py::test_a"))
    with path.open("a") as stream:
        stream.write('{"record": "test", "id": "test_it.p')

    record = read_record(path)

    assert [test.id for test in record.tests] == ["test_it.py::test_a"]
    assert record.run.run_s == 0


def test_late_work_is_added_to_the_test_that_had_ended(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "run.jsonl", RUN)
    file.add(TestRecord("test_it.py::test_a"))
    file.close(1.0, {"test_it.py::test_a": ["`_later`, at app.py:3"], "gone": ["x"]}, workers=1)

    (test,) = read_record(tmp_path / "run.jsonl").tests

    assert test.late == ("`_later`, at app.py:3",)


def test_a_test_that_ran_again_has_its_last_outcome(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "run.jsonl", RUN)
    file.add(TestRecord("test_it.py::test_a", outcome="failed"))
    file.add(TestRecord("test_it.py::test_a", order=1))

    (test,) = read_record(tmp_path / "run.jsonl").tests

    assert (test.outcome, test.order) == ("passed", 1)


def test_fields_of_a_later_release_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    file = RecordFile(path, RUN)
    file.add(TestRecord("test_it.py::test_a"))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("\n".join(json.dumps({**line, "moon": "full"}) for line in lines))

    assert [test.id for test in read_record(path).tests] == ["test_it.py::test_a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: No such file"),
        ("", "it is empty"),
        (
            '{"record": "test", "id": "a"}\n',
            "line 1, is not the record of a run: it does not begin",
        ),
        ("[1]\n[2]\n", "line 1, is not the record of a run: it is no line"),
        ('{"record": "run", "schema": 99}\n', "its schema is 99; this release reads 1"),
    ],
)
def test_what_is_no_record_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "run.jsonl"
    if text is not None:
        path.write_text(text)

    with pytest.raises(RecordError, match="hint: write one with") as caught:
        read_record(path)

    assert message in str(caught.value)
