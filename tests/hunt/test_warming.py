"""What every test imports is imported once, not in each trial; what only some import is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hunt.test_hunt import hunt

CONFTEST = """\
import pytest


@pytest.fixture(autouse=True, scope="session")
def imports_much():
    import library, project
"""
TESTS = """\
import os
import sys


def test_library_is_imported_before_the_fork():
    assert sys.modules["library"].PID == os.getppid()


def test_project_is_imported_in_the_trial():
    assert sys.modules["project"].PID == os.getpid()


def test_of_some_is_imported_in_the_trial():
    import of_some

    assert of_some.PID == os.getpid()
"""


def test_what_every_test_imports_is_imported_before_the_first_fork(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, installed = tmp_path / "project", tmp_path / "installed"
    project.mkdir()
    installed.mkdir()
    for module in (project / "project.py", installed / "library.py", installed / "of_some.py"):
        module.write_text("import os\nPID = os.getpid()\n")
    (project / "conftest.py").write_text(CONFTEST)
    (project / "test_a.py").write_text(TESTS)
    (project / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.setenv("PYTHONPATH", str(installed))

    report = hunt(project)

    assert report.tests == 3
    assert not report.always_failing
    assert not report.has_found
