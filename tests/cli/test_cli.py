"""The command: verbs, help, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import freshdb
from freshdb.cli import VERBS, main
from tests.project import Project

APP = """\
_cache = {}


def put(key, value):
    _cache[key] = value
"""


def test_without_a_verb_the_help_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    shown = capsys.readouterr().out
    for verb in VERBS:
        assert verb.name in shown


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"freshdb {freshdb.__version__}\n"


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    assert f"usage: freshdb {verb}" in capsys.readouterr().out


def test_an_unknown_verb_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"]) == 2
    assert "invalid choice: 'nothing'" in capsys.readouterr().err


def test_the_module_is_the_command(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)

    done = subprocess.run(
        [sys.executable, "-m", "freshdb", "globals"], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.returncode == 1, done.stderr
    assert "app.py:1: app._cache (container)" in done.stdout


def test_globals_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app.py").write_text(APP)

    assert main(["globals", "--json", "--root", str(tmp_path)]) == 1
    found = json.loads(capsys.readouterr().out)

    assert [one["name"] for one in found["states"]] == ["_cache"]


def test_globals_that_nothing_changes_are_no_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "app.py").write_text("NAMES = ['a']\n")

    assert main(["globals", "--root", str(tmp_path)]) == 0
    assert "app.NAMES" not in capsys.readouterr().out
    assert main(["globals", "--all", "--root", str(tmp_path)]) == 0
    assert "app.NAMES" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [(["nowhere.at.all"], "`nowhere.at.all`"), (["--root", "/nonexistent"], "`/nonexistent`")],
)
def test_globals_of_what_is_not_there(
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["globals", *words]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_globals_tell_what_tests_of_the_last_run_left(
    workers: tuple[str, ...], project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.files(
        shop="""\
            entries = {}
            limit = 3


            class Till:
                tags = set()
            """,
        test_shop="""
            import shop

            def test_adds():
                shop.entries["a"] = 1

            def test_adds_too():
                shop.entries["a"] = 1

            def test_rebinds():
                shop.limit = 5

            def test_class():
                shop.Till.tags.add("x")
            """,
    )
    project.run_apart("-p", "cacheprovider", *workers).passed(4)

    assert main(["globals", "--root", str(project.path)]) == 1
    shown = capsys.readouterr().out

    assert (
        "left changed by test_shop.py::test_adds and 1 more: shop.entries['a'] (added)"
    ) in shown
    assert "shop.py:2: shop.limit (rebound name)" in shown
    assert "left changed by test_shop.py::test_rebinds: shop.limit (3 → 5)" in shown
    assert "shop.py:6: shop.Till.tags (class attribute)" in shown
    assert "left changed by test_shop.py::test_class: shop.Till.tags{'x'} (added)" in shown
