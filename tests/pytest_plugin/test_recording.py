"""A run is recorded: outcomes, costs, rows by table, what was left; alone and with workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from freshdb.report.record import TestRecord, read_record
from tests.project import Project

TESTS = """
import time
import pytest
import shop
from app import SessionLocal, User, add, engine
from sqlalchemy import text


@pytest.fixture(scope="module")
def marked():
    shop.flag = "module"


def test_writes(marked):
    add("ada", "bob")
    with SessionLocal.begin() as session:
        session.query(User).filter_by(name="bob").delete()
        session.execute(text("INSERT INTO users (name) VALUES ('cleo')"))

def test_leaves():
    shop.entries["a"] = 1

def test_fails():
    add("ada")
    assert 1 == 2, "no"

def test_copied():
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE extra (x)"))

def test_of_no_database():
    pass

@pytest.mark.skip(reason="not now")
def test_skipped():
    pass

@pytest.mark.xfail
def test_expected():
    assert False

@pytest.fixture
def broken():
    raise ValueError("broken")

def test_error(broken):
    pass
"""


def by_name(path: Path) -> dict[str, TestRecord]:
    return {test.id.partition("::")[2]: test for test in read_record(path).tests}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_run_is_recorded(project: Project, workers: tuple[str, ...]) -> None:
    project.app().files(test_it=TESTS, shop="entries = {}\nflag = ''\n")

    project.run_apart("--freshdb-record=out/run.jsonl", *workers)

    record = read_record(project.path / "out" / "run.jsonl")
    tests = by_name(project.path / "out" / "run.jsonl")
    assert {name: test.outcome for name, test in tests.items()} == {
        "test_writes": "passed",
        "test_leaves": "passed",
        "test_fails": "failed",
        "test_copied": "passed",
        "test_of_no_database": "passed",
        "test_skipped": "skipped",
        "test_expected": "xfailed",
        "test_error": "error",
    }
    assert tests["test_writes"].tables == {"users": 4}
    assert tests["test_writes"].strategy == "reset"
    assert tests["test_copied"].strategy == "clone"
    assert tests["test_of_no_database"].strategy == ""
    assert set(tests["test_writes"].steps_ms) == {"database", "state"}
    assert set(tests["test_of_no_database"].steps_ms) == {"state"}
    assert [(one.path, one.text) for one in tests["test_leaves"].changes] == [
        ("shop.entries['a']", "(added)")
    ]
    assert tests["test_fails"].kept is not None
    assert tests["test_fails"].message == "AssertionError: no"
    assert {test.worker for test in tests.values()} <= {"main", "gw0", "gw1"}
    assert sorted(test.order for test in tests.values()) == list(range(8))
    assert record.run.environment["SQLAlchemy"]
    assert record.run.run_s > 0
    (fixture,) = record.fixtures
    assert fixture.id == "fixture `marked` (module)"
    assert [one.path for one in fixture.changes] == ["shop.flag"]


def test_the_page_is_written_with_its_record_beside_it(project: Project) -> None:
    project.app().files(test_it="def test_a():\n    pass\n")

    project.run("--freshdb-report=out/run.html").passed(1)

    assert "test_it.py::test_a" in (project.path / "out" / "run.html").read_text()
    assert by_name(project.path / "out" / "run.jsonl").keys() == {"test_a"}


def test_late_work_is_told_of_the_test_that_it_worked_for(project: Project) -> None:
    project.app().files(
        test_it="""
        import threading
        from app import add

        go, worker = threading.Event(), []

        def later():
            go.wait(10)
            try:
                add("late")
            except Exception:
                pass

        def test_starts():
            add("ada")
            worker.append(threading.Thread(target=later))
            worker[0].start()

        def test_next():
            add("bob")
            go.set()
            worker[0].join()
        """
    )

    project.run("--freshdb-record=run.jsonl", "--freshdb-state=off").passed(2)

    tests = by_name(project.path / "run.jsonl")
    assert len(tests["test_starts"].late) == 1
    assert tests["test_next"].late == ()


def test_a_file_that_cannot_be_written_stops_the_run(project: Project) -> None:
    project.app().files(test_it="def test_a():\n    pass\n", occupied__txt="")

    outcome = project.run("--freshdb-record=occupied.txt/run.jsonl")

    assert outcome.status == pytest.ExitCode.USAGE_ERROR
    assert "cannot write to `occupied.txt" in outcome.output
    assert "(from command line --freshdb-record)" in outcome.output
