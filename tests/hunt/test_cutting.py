"""What no probe can put back is proved by the statement with which a culprit does it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freshdb.hunt.causing.cutting import statements
from freshdb.hunt.findings import Cause, Way
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.pieces import Piece
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.trials import Outcome, Step, Trial, TrialResult
from tests.hunt.hunting import hunted

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

    def run_all(self, trials: Iterable[Trial]) -> list[TrialResult]:
        return [self.run(one) for one in trials]


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
priority = os.getpriority(os.PRIO_PROCESS, 0)
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
_WRITTEN = {"asynchronous": "pages.__anext__().send(None)"}
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
    "imported": ("late.settings = 1", "late.settings == 0"),
    "priority": ("os.nice(1)", "os.getpriority(os.PRIO_PROCESS, 0) == priority"),
}
NAMED = {
    "context": "test_a.around[<ContextVar>]",
    "executor": "test_a.pool._shutdown",
    "asynchronous": "test_a.pages.ag_frame",
    "wrapper": "test_a.console.encoding",
    "handler": "codecs.lookup_error('mark')",
    "evicted": "test_a.word('a')",
    "imported": "late.settings",
    "priority": "what `os.nice(1)` does",
}


def causes(folder: Path, *names: str) -> list[Cause]:
    return hunted(folder, *(f"test_a.py::{name}" for name in names)).causes


def test_what_no_probe_sees_or_can_put_back_is_named_and_proved_by_its_statement(
    tmp_path: Path,
) -> None:
    tests = [
        f"def test_{name}_leaves():\n    import late\n    {leave}\n\n\n"
        f"def test_{name}():\n    import late\n    assert {check}\n"
        for name, (leave, check) in UNSEEN.items()
    ]
    site = tmp_path / "site-packages"
    site.mkdir()
    (site / "late.py").write_text("settings = 0\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = site-packages\n")
    (tmp_path / "test_a.py").write_text("\n\n".join([HEAD + HELPERS, *tests]))

    found = causes(tmp_path, *(f"test_{name}" for name in UNSEEN))

    by_victim = {one.test: cause for cause in found for one in cause.affected}
    for name, (leave, _) in UNSEEN.items():
        cause = by_victim[f"test_a.py::test_{name}"]
        assert cause.culprits == ((f"test_a.py::test_{name}_leaves",),)
        assert cause.is_proved, name
        assert cause.carriers[0].piece.path == NAMED[name]
        assert cause.carriers[0].code == _WRITTEN.get(name, leave)


@pytest.mark.parametrize("leave", ["shared.append(1)", "os.nice(1)"])
def test_both_of_a_pair_have_their_statement(tmp_path: Path, leave: str) -> None:
    (tmp_path / "test_a.py").write_text(
        f"{HEAD}"
        "shared = []\n"
        "def test_first(): around.run(user.set, 'ada')\n"
        f"def test_second(): {leave}\n"
        "def test_suffers():\n"
        "    is_other = shared or os.getpriority(os.PRIO_PROCESS, 0) != priority\n"
        "    assert not (is_other and around.run(user.get) == 'ada')\n"
    )

    (cause,) = causes(tmp_path, "test_suffers")

    assert cause.culprits == (("test_a.py::test_first", "test_a.py::test_second"),)
    assert cause.proved_by is (Way.STATE if "shared" in leave else Way.STATEMENT)


def test_lines_are_found_where_each_run_takes_another_number_of_steps(tmp_path: Path) -> None:
    """A loop that waits is gone through now more and now fewer times."""
    waits = (
        "    end = time.perf_counter() + 0.002\n"
        "    while time.perf_counter() < end:\n"
        "        codecs.lookup('ascii')\n"
    )
    (tmp_path / "test_a.py").write_text(
        f"{HEAD}"
        "import time\n"
        "shared = []\n"
        f"def test_fills():\n{waits}    shared.append(1)\n{waits}"
        f"def test_is_empty():\n{waits}    assert not shared\n"
        f"def test_is_nice():\n{waits}    os.nice(1)\n{waits}"
        f"def test_is_first():\n{waits}    assert os.getpriority(os.PRIO_PROCESS, 0) == priority\n"
    )

    found = causes(tmp_path, "test_is_empty", "test_is_first")

    assert {one.affected[0].test: one.carriers[0].code for one in found} == {
        "test_a.py::test_is_empty": "shared.append(1)",
        "test_a.py::test_is_first": "os.nice(1)",
    }
    assert all(one.is_proved for one in found)
    (read_at,) = {one.affected[0].read_at for one in found} - {""}
    line = int(read_at.removeprefix("test_a.py:"))
    assert (tmp_path / "test_a.py").read_text().splitlines()[line - 1] == "    assert not shared"


FIRST_USE = """\
import functools


class Settings:
    _shared = None

    def __init__(self):
        self.names = []

    @classmethod
    def shared(cls):
        if cls._shared is None:
            cls._shared = cls()
        return cls._shared


@functools.lru_cache
def settings():
    return Settings()


@functools.cache
def limits():
    return {"size": 1}


def test_only_uses(): assert Settings.shared() and settings() and limits()
@functools.cache
def options():
    return Settings()


def test_keeps_name(): Settings.shared().names.append("ada")
def test_keeps_cached_name():
    one = settings()
    one.names.append("ada")
def test_changes_limit():
    one = limits()
    one["size"] = 2
def test_keeps_option(): options().names.append("ada")
def test_no_name(): assert not Settings.shared().names
def test_no_cached_name(): assert not settings().names
def test_limit_is_one(): assert limits()["size"] == 1
def test_no_option(): assert not options().names
"""


def test_of_an_object_made_at_its_first_use_the_part_is_named_that_does_harm(
    tmp_path: Path,
) -> None:
    """The object is new after every test that uses it; to put it back helps whatever was wrong."""
    (tmp_path / "test_a.py").write_text(FIRST_USE)

    found = causes(tmp_path, "test_no_name", "test_no_cached_name", "test_limit_is_one")
    found += causes(tmp_path, "test_no_option")

    by_culprit = {cause.culprits[0][0]: cause for cause in found}
    for culprit, path, code in (
        ("test_keeps_name", "test_a.Settings._shared.names[0]", ".append"),
        ("test_keeps_cached_name", "test_a.settings().names[0]", ".append"),
        ("test_changes_limit", "test_a.limits()['size']", "= 2"),
        ("test_keeps_option", "test_a.options().names[0]", ".append"),
    ):
        cause = by_culprit[f"test_a.py::{culprit}"]
        assert cause.carriers[0].piece.path == path
        assert code in cause.carriers[0].code
        assert cause.is_proved


def test_a_thread_that_goes_on_is_named_and_not_the_import_it_needed(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("orders = []")
    (tmp_path / "test_a.py").write_text(
        """
import threading
import time

def test_works():
    import shop

    def work():
        while True:
            if shop.orders:
                shop.orders.pop()
            time.sleep(0.002)

    threading.Thread(target=work, daemon=True).start()

def test_orders():
    import shop

    shop.orders.append("tea")
    time.sleep(0.05)
    assert shop.orders
"""
    )
    (cause,) = hunted(tmp_path, "test_a.py::test_orders").causes

    (carrier,) = cause.carriers
    assert carrier.piece.kind == "threads"
    assert carrier.line == "test_a.py:14"
    assert cause.is_proved
