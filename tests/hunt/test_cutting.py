"""What no probe can put back is proved by the statement with which a culprit does it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshdb.hunt.causing.cutting import statements
from freshdb.hunt.findings import Cause, Way
from freshdb.hunt.hunter import Hunter
from freshdb.hunt.lab.budget import Budget
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import Outcome, Step, Trial, TrialResult

GOOD, BAD = Outcome("passed"), Outcome("failed")


class Simulated:
    """A lab whose culprit breaks, puts right, or does nothing, step by step."""

    def __init__(self, deeds: str) -> None:
        self._deeds = deeds
        self.suite = SimpleNamespace(code_at=lambda line: f"code of {line}")

    def run(self, trial: Trial) -> TrialResult:
        assert trial.cut is not None
        done = self._deeds[: trial.cut.at]
        deeds = done.replace(".", "")
        pieces = tuple(Piece("modules", f"app.step{number}") for number in range(len(done)))
        step = Step(len(done), False, ((f"a.py:{len(done)}", "test"),))
        tails = (BAD if deeds.endswith("b") else GOOD,)
        return TrialResult((GOOD,), tails, pieces if trial.wants_delta else (), steps=(step,))


def cut(deeds: str) -> tuple[str, ...]:
    found = statements(cast("Lab", Simulated(deeds)), Suspect(1, GOOD), (0,))
    return tuple(one.code for one in found)


@given(st.text(".bc", min_size=1, max_size=60))
def test_the_statement_breaks_what_was_right_before_it(deeds: str) -> None:
    found = cut(deeds)

    assert bool(found) == deeds.replace(".", "").endswith("b")
    for code in found:
        step = int(code.rpartition(":")[2])
        assert deeds[step] == "b"
        assert not deeds[:step].replace(".", "").endswith("b")


def test_only_what_the_statement_changed_is_told_of_it() -> None:
    (found,) = statements(cast("Lab", Simulated("...b..")), Suspect(1, GOOD), (0,))

    assert [piece.path for piece in found.pieces] == ["app.step3"]


HEAD = """\
import codecs
import contextvars
import functools
import io
import os
import pytest
from concurrent.futures import ThreadPoolExecutor

user = contextvars.ContextVar("user", default="nobody")
around = contextvars.copy_context()
pool = ThreadPoolExecutor(1)
console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")


async def counting():
    yield 1
    yield 2

pages = counting()


def page():
    try:
        pages.__anext__().send(None)
    except StopIteration as stop:
        return stop.value


@functools.lru_cache(maxsize=1)
def word(letter):
    return letter * 2


@pytest.fixture(scope="session", autouse=True)
def warm(): word("a")


"""
_WRITTEN = {"asynchronous": "pages.__anext__().send(None)", "evicted": "return letter * 2"}
"""Lines that a test only leads to."""
HELPERS = """\
def is_known(name):
    try:
        return codecs.lookup_error(name) is not None
    except LookupError:
        return False


def is_warm(letter):
    hits = word.cache_info().hits
    word(letter)
    return word.cache_info().hits > hits


"""
UNSEEN = {
    "context": ("around.run(user.set, 'ada')", "around.run(user.get) == 'nobody'"),
    "executor": ("pool.shutdown()", "pool.submit(int).result() == 0"),
    "asynchronous": ("page()", "page() == 1"),
    "wrapper": ("console.reconfigure(encoding='utf-8')", "console.encoding == 'ascii'"),
    "handler": ("codecs.register_error('mark', codecs.ignore_errors)", "not is_known('mark')"),
    "evicted": ("word('b')", "is_warm('a')"),
    "mode": ("os.chmod('data.txt', 0o400)", "os.stat('data.txt').st_mode & 0o200"),
}


def causes(folder: Path, *names: str) -> list[Cause]:
    lab = Lab((), str(folder), jobs=2, budget=Budget(90.0))
    try:
        places = [lab.suite.places[f"test_a.py::{name}"] for name in names]
        return Hunter(lab, lambda doing: None).hunt(places).causes
    finally:
        lab.close()


def test_what_cannot_be_put_back_is_proved_by_its_statement(tmp_path: Path) -> None:
    tests = [
        f"def test_{name}_leaves():\n    {leave}\n\n\ndef test_{name}():\n    assert {check}\n"
        for name, (leave, check) in UNSEEN.items()
    ]
    (tmp_path / "test_a.py").write_text("\n\n".join([HEAD + HELPERS, *tests]))
    (tmp_path / "data.txt").write_text("")

    found = causes(tmp_path, *(f"test_{name}" for name in UNSEEN))

    by_victim = {one.test: cause for cause in found for one in cause.affected}
    for name, (leave, _) in UNSEEN.items():
        cause = by_victim[f"test_a.py::test_{name}"]
        assert cause.culprits == ((f"test_a.py::test_{name}_leaves",),)
        assert cause.proved_by is Way.STATEMENT, name
        (carrier,) = cause.carriers
        assert carrier.code == _WRITTEN.get(name, leave)


@pytest.mark.parametrize("leave", ["shared.append(1)", "pool.shutdown()"])
def test_both_of_a_pair_have_their_statement(tmp_path: Path, leave: str) -> None:
    (tmp_path / "test_a.py").write_text(
        f"{HEAD}"
        "shared = []\n"
        "def test_first(): around.run(user.set, 'ada')\n"
        f"def test_second(): {leave}\n"
        "def test_suffers():\n"
        "    is_shut = shared or pool._shutdown\n"
        "    assert not (is_shut and around.run(user.get) == 'ada')\n"
    )

    (cause,) = causes(tmp_path, "test_suffers")

    assert cause.culprits == (("test_a.py::test_first", "test_a.py::test_second"),)
    assert cause.proved_by is (Way.STATE if "shared" in leave else Way.STATEMENT)
