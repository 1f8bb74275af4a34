"""Which file's import breaks a test is looked for only where that may be the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from freshdb.hunt.findings import Loose, Report
from freshdb.hunt.lab.budget import Budget
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.imports import explain_by_imports

FAILS_AND_IS_BROKEN = """
import app

def test_fails():
    assert not "by itself"

def test_is_broken():
    assert not app.flag
"""


def test_who_fails_also_without_the_other_files_is_not_searched_for(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("flag = False")
    (tmp_path / "test_a.py").write_text("import app\napp.flag = True\ndef test_passes(): pass\n")
    (tmp_path / "test_b.py").write_text(FAILS_AND_IS_BROKEN)
    (tmp_path / "test_c.py").write_text("def test_fails(): assert False")
    names = ("test_b.py::test_fails", "test_b.py::test_is_broken", "test_c.py::test_fails")
    report = Report(tests=4, always_failing=[Loose(name, "it fails") for name in names])
    searched: list[str] = []

    def make_lab(focus: Mapping[str, object] | None = None) -> Lab:
        return Lab((), str(tmp_path), jobs=1, budget=Budget(90.0), focus=focus)

    def hunt_in(lab: Lab, places: Sequence[int]) -> Report:
        searched.extend(lab.suite.tests[place] for place in places)
        return Report(tests=len(lab.suite.tests))

    whole = make_lab()
    explain_by_imports(report, whole.suite, make_lab, hunt_in)
    whole.close()

    assert searched == ["test_b.py::test_is_broken"]
