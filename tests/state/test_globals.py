"""The list of a project's globals names each with its line, what changes it and the cure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from freshdb.errors import PackageNotFoundError
from freshdb.state.globals import GlobalsReport, GlobalState, find_globals, render_json, render_text

CACHE = """\
import itertools
from contextvars import ContextVar
from functools import lru_cache

_entries = {}
NAMES = ["a", "b"]
ids = itertools.count(1)
user: ContextVar[str] = ContextVar("user")
loaded = False


class Limiter:
    windows = {}

    def hit(self):
        Limiter.windows["x"] = 1


limiter = Limiter()


def put(key, value):
    _entries[key] = value


def load():
    global loaded
    loaded = True
    return next(ids)


def shadowed(_entries):
    _entries["x"] = 1


def allow():
    limiter.backend.hits.append(1)


@lru_cache
def settings(extra=[]):
    return extra
"""
OTHER = """\
from shop import cache as c
from .cache import _entries, limiter as lim, user


def clear():
    _entries.clear()
    lim.size = 3
    user.set("eve")


async def refresh():
    del c._entries["top"]
    c.loaded = False
"""


@pytest.fixture
def report(tmp_path: Path) -> GlobalsReport:
    package = tmp_path / "src" / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "cache.py").write_text(CACHE)
    (package / "other.py").write_text(OTHER)
    (tmp_path / "broken.py").write_text("def (:\n")
    hidden = tmp_path / ".venv" / "lib"
    hidden.mkdir(parents=True)
    (hidden / "x.py").write_text("a = {}\n")
    return find_globals(tmp_path)


def one(report: GlobalsReport, name: str) -> GlobalState:
    return next(state for state in report.states if state.name == name)


def test_each_global_has_its_sort_and_line(report: GlobalsReport) -> None:
    found = {state.name: (str(state.sort), state.line) for state in report.states}

    assert found == {
        "_entries": ("container", 5),
        "NAMES": ("container", 6),
        "ids": ("counter", 7),
        "user": ("context variable", 8),
        "loaded": ("rebound name", 9),
        "Limiter.windows": ("class attribute", 13),
        "limiter": ("instance", 19),
        "settings": ("cache", 41),
        "settings(extra)": ("mutable default", 41),
    }


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("_entries", ["cache.py:23", "other.py:6", "other.py:12"]),
        ("loaded", ["cache.py:28", "other.py:13"]),
        ("ids", ["cache.py:29"]),
        ("limiter", ["cache.py:37", "other.py:7"]),
        ("user", ["other.py:8"]),
        ("Limiter.windows", ["cache.py:16"]),
        ("NAMES", []),
    ],
)
def test_each_line_that_changes_it_is_found(
    report: GlobalsReport, name: str, lines: list[str]
) -> None:
    found = [f"{Path(m.file).name}:{m.line}" for m in one(report, name).mutations]

    assert found == lines


def test_text_names_state_lines_and_cure(report: GlobalsReport) -> None:
    text = render_text(report)

    assert "src/shop/cache.py:5: shop.cache._entries (container)" in text
    assert "    changed at src/shop/other.py:6 in clear: _entries.clear()" in text
    assert "    instead: let a provider make it: `@scoped` on `def _entries(): return" in text
    assert "NAMES" not in text
    assert "could not read broken.py: SyntaxError" in text
    assert "6 globals that change, in 1 files; 3 more" in text


def test_json_holds_everything(report: GlobalsReport) -> None:
    data = json.loads(render_json(report))

    assert len(data["states"]) == 9
    assert data["states"][0]["mutations"][0]["code"] == "_entries[key] = value"
    assert data["unreadable"][0]["file"] == "broken.py"


def test_an_unknown_package_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")

    with pytest.raises(PackageNotFoundError, match="`shopp`"):
        find_globals(tmp_path, packages=["shopp"])
