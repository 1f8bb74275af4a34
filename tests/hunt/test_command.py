"""`freshdb hunt` as it is used: exit codes, JSON, fixtures, budgets, interruptions."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from freshdb.cli import main
from freshdb.cli.hunt import Progress
from freshdb.hunt.lab.journal import FOLDER, NAME

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs/reference/hunt-json.md"

SHOP = """\
region = "eu"
values = {}
"""
TESTS = """\
import os

import shop


def test_moves():
    shop.region = "us"


def test_stores():
    shop.values["k"] = 1


def test_sets():
    os.environ["SHOP"] = "1"


def test_is_here():
    assert shop.region == "eu"


def test_is_empty():
    assert not shop.values


def test_is_unset():
    assert "SHOP" not in os.environ


def test_needs_one():
    assert shop.values
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three polluters, their victims and a brittle test; it is the current directory."""
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "test_shop.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hunt_json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["hunt", "--json", *words])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, found


def found_in(report: dict[str, Any]) -> set[str]:
    return {one["test"] for cause in report["causes"] for one in cause["affected"]}


def test_the_report_names_all_that_a_reader_needs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["hunt", "--no-cures", "test_shop.py::test_is_here"])

    text = capsys.readouterr().out
    assert code == 1
    assert "1. shop.region: 'eu' → 'us'  [proved]" in text
    assert re.search(r"left by +test_shop\.py::test_moves", text)
    assert re.search(r"written at +test_shop\.py:7 +shop\.region = \"us\"", text)
    assert "after it: failed at test_shop.py:19: assert 'us' == 'eu'" in text
    assert "pytest -p no:randomly test_shop.py::test_moves test_shop.py::test_is_here" in text


def test_nothing_found_is_exit_code_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "test_shop.py").write_text("def test_one(): pass\n")

    assert main(["hunt"]) == 0
    assert "no test of 1 was seen to depend on another" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["test_shop.py::test_is_her"], "did you mean `test_shop.py::test_is_here`?"),
        (["--", "no_such_file.py"], "file or directory not found: no_such_file.py"),
        (["--budget", "soon"], "`soon` is no budget; write 90s, 10m, 1h or 500runs"),
        (["--jobs", "0"], "`0` is no number from 1 on"),
    ],
)
def test_misuse_is_exit_code_2(
    words: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hunt", *words]) == 2
    assert said in capsys.readouterr().err


def test_json_has_the_fields_of_the_reference_and_no_others(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = hunt_json(capsys, "--no-cures", "test_shop.py::test_is_here")

    report, cause = (
        re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
        for table in REFERENCE.read_text().split("\nA cause:\n")
    )
    assert set(re.findall(r"\w+", " ".join(report))) == set(found)
    assert set(re.findall(r"\w+", " ".join(cause))) == set(found["causes"][0])


def test_fixtures_that_are_written_keep_the_suite_clean(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = hunt_json(capsys, "--write-fixtures", "conftest_fixes.py")

    cures = [one["cure"] for one in found["causes"] if one["kind"] == "victim"]
    assert code == 1
    assert len(cures) == 3
    assert all(one["is_fixture_verified"] and one["is_setting_verified"] for one in cures)
    (project / "conftest.py").write_text("from conftest_fixes import *\n")
    run = [sys.executable, "-m", "pytest", "-q", "--deselect=test_shop.py::test_needs_one"]
    assert subprocess.run(run, check=False, capture_output=True).returncode == 0
    assert hunt_json(capsys, "test_shop.py::test_is_here")[0] == 0


def test_what_a_budget_did_not_reach_is_found_after_resume(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, first = hunt_json(capsys, "--no-cures", "--budget", "20runs")
    with (project / FOLDER / NAME).open("a") as journal:
        journal.write('["cut off')
    code, second = hunt_json(capsys, "--no-cures", "--resume")
    _, third = hunt_json(capsys, "--no-cures", "--resume")

    assert first["not_done"]
    assert not second["not_done"]
    assert code == 1
    assert found_in(second) == {
        f"test_shop.py::{name}"
        for name in ("test_is_here", "test_is_empty", "test_is_unset", "test_needs_one")
    }
    assert third["trials"] * 4 < second["trials"]
    assert found_in(third) == found_in(second)


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupted_hunt_reports_and_goes_on(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "test_slow.py").write_text(
        "import os, threading\n"
        "def test_waits():\n"
        "    os.path.exists('go') or threading.Event().wait()\n"
    )
    words = ["--no-cures", "--timeout", "600", "test_shop.py::test_is_here"]
    command = [sys.executable, "-m", "freshdb", "hunt", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(b"looking for what decides"):
                process.send_signal(signal.SIGINT)
                break
        output, _ = process.communicate(timeout=60)
    (project / "go").touch()
    code = main(["hunt", "--resume", *words])

    assert process.returncode == 1
    assert "not done: the rest: interrupted; `--resume` goes on from here" in output.decode()
    assert code == 1
    assert "test_shop.py::test_moves" in capsys.readouterr().out


def interrupted_at(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """Let Ctrl-C come when the hunt tells that it begins with something."""

    def tell(self: Progress, doing: str) -> None:
        if doing.startswith(told):
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "tell", tell)


@pytest.mark.parametrize("told", ["collecting", "running each"])
def test_a_hunt_that_is_interrupted_before_it_looked_is_exit_code_130(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    interrupted_at(monkeypatch, told)

    assert main(["hunt", "test_shop.py::test_is_here"]) == 130

    shown = capsys.readouterr()
    assert "interrupted" in shown.out + shown.err
    assert "was seen to depend" not in shown.out


def test_what_was_found_is_reported_when_the_search_for_a_cure_is_interrupted(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_at(monkeypatch, "trying what helps")

    code, found = hunt_json(capsys, "test_shop.py::test_is_here")

    assert code == 1
    assert found["is_interrupted"]
    assert found_in(found) == {"test_shop.py::test_is_here"}


def test_where_a_fork_is_not_enough_processes_find_the_same(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "shop.py").write_text(
        "import threading\n"
        "region = 'eu'\n"
        "values = {}\n"
        "threading.Thread(target=threading.Event().wait, name='pump', daemon=True).start()\n"
    )
    (project / "test_shop.py").write_text(
        "import shop\n"
        "def test_moves(): shop.region = 'us'\n"
        "def test_is_here(): assert shop.region == 'eu'\n"
    )

    _, found = hunt_json(capsys, "--no-cures", "test_shop.py::test_is_here")

    (cause,) = found["causes"]
    assert cause["is_proved"]
    assert cause["culprits"] == [["test_shop.py::test_moves"]]
    assert cause["carriers"][0]["line"] == "test_shop.py:2"
    (note,) = found["notes"]
    assert note.startswith("each trial is a run of its own, and slow:")
    assert "pump" in note


def test_chance_is_told_from_order(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A test that fails every second time is no victim; one that a polluter breaks often is."""
    (project / "test_shop.py").write_text(
        "import os, shop\n"
        "def test_moves(): shop.region = 'us'\n"
        "def test_by_chance(): assert os.getpid() % 2\n"
        "def test_often(): assert shop.region == 'eu' or os.getpid() % 4 == 0\n"
    )

    _, found = hunt_json(capsys, "--no-cures")

    affected = {one["test"]: one for cause in found["causes"] for one in cause["affected"]}
    assert set(affected) <= {"test_shop.py::test_often"}
    assert all(0 < one["confidence"] <= 1 for one in affected.values())
    assert os.path.exists(project / "test_shop.py")


def test_the_page_of_a_run_shows_what_a_hunt_found(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = hunt_json(capsys, "--no-cures", "test_shop.py::test_is_here")
    Path("hunt.json").write_text(json.dumps(found))
    run = ["-m", "pytest", "-q", "-p", "freshdb._autoload", "--freshdb-record=run.jsonl"]
    subprocess.run([sys.executable, *run], check=False, capture_output=True)

    code = main(["report", "run.jsonl", "--hunt", "hunt.json", "-o", "page.html"])

    assert code == 0
    finding = {
        "polluter": "test_shop.py::test_moves",
        "victim": "test_shop.py::test_is_here",
        "state": "shop.region",
        "kind": "victim",
        "proved": True,
    }
    assert json.dumps(finding, separators=(",", ":")) in Path("page.html").read_text()


def test_a_file_whose_import_breaks_tests_is_a_polluter(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "test_shop.py").write_text(
        "import shop\n"
        "def test_is_here(): assert shop.region == 'eu'\n"
        "def test_is_broken(): assert not 'for its own reasons'\n"
    )
    (project / "test_far.py").write_text("import shop\nshop.region = 'us'\ndef test_far(): pass\n")
    (project / "test_near.py").write_text("import shop\ndef test_near(): shop.values.clear()\n")

    code, found = hunt_json(capsys, "--no-cures")

    (cause,) = found["causes"]
    assert code == 1
    assert cause["is_proved"]
    assert cause["culprits"] == [["test_far.py"]]
    assert cause["carriers"][0]["piece"]["path"] == "shop.region"
    assert cause["carriers"][0]["line"] == "test_far.py:2"
    assert [one["test"] for one in cause["affected"]] == ["test_shop.py::test_is_here"]
    assert [one["test"] for one in found["always_failing"]] == ["test_shop.py::test_is_broken"]


def test_leaks_of_the_example_are_found_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two of its files; docs/how-to/hunt.md has the command for all of it, which takes minutes."""
    shutil.copytree(ROOT / "examples/runs_api", tmp_path / "runs_api")
    monkeypatch.chdir(tmp_path / "runs_api")
    monkeypatch.setenv("TEST_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/test.db")
    victims = ["tests/test_catalog.py::test_packaged_catalog", "tests/test_health.py::test_health"]
    files = ["tests/test_catalog.py", "tests/test_health.py"]

    _, found = hunt_json(
        capsys, "--no-cures", *victims, "--", "-p", "pytest_asyncio.plugin", *files
    )

    left = {
        carrier["piece"]["path"]: {test for tests in cause["culprits"] for test in tests}
        for cause in found["causes"]
        for carrier in cause["carriers"]
    }
    assert left == {
        "os.environ['RUNS_REGION']": {
            "tests/test_health.py::test_region_comes_from_the_environment"
        },
        "runs_api.catalog.load_catalog()": {
            "tests/test_catalog.py::test_attempts_from_environment",
            "tests/test_catalog.py::test_catalog_from_environment",
        },
    }
    assert all(cause["is_proved"] for cause in found["causes"])
