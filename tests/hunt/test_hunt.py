"""All that is planted in a suite is found, named and proved; nothing innocent is."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.hunt.findings import Affected, Cause, Kind, Report
from freshdb.hunt.hunter import Hunter
from freshdb.hunt.lab.budget import Budget
from freshdb.hunt.lab.lab import Lab
from tests.hunt.hunting import hunted
from tests.hunt.polluted import PLANTS, Plant, Planted, polluted


def hunt(folder: Path, *targets: str, arguments: tuple[str, ...] = ()) -> Report:
    """Hunt in a folder, with few orders."""
    return hunted(folder, *targets, arguments=arguments, randoms=4)


def causes_of(report: Report, test: str) -> list[tuple[Cause, Affected]]:
    return [(cause, one) for cause in report.causes for one in cause.affected if one.test == test]


def assert_found(report: Report, planted: Planted) -> None:
    found = causes_of(report, planted.test)

    culprits = {frozenset(tests) for cause, _ in found for tests in cause.culprits}
    assert culprits == planted.culprits, planted
    for cause, one in found:
        assert cause.is_proved, planted
        assert one.kind is (Kind.BRITTLE if planted.is_brittle else Kind.VICTIM)
        assert any(planted.path in carrier.piece.path for carrier in cause.carriers), cause
        assert all(carrier.line for carrier in cause.carriers), cause


def assert_all_found(
    folder: Path, seed: int, plants: list[Plant], innocents: int, sets: Sequence[str] = ()
) -> None:
    suite = polluted(seed, plants, innocents, sets=sets)
    suite.write(folder)

    report = hunt(folder)

    for planted in suite.planted:
        assert_found(report, planted)
    affected = {one.test for cause in report.causes for one in cause.affected}
    assert affected == {planted.test for planted in suite.planted}
    assert not report.unexplained
    assert not report.by_chance


LISTENER = PLANTS[-1]
"""It needs SQLAlchemy, which makes each fork dear: so it has a suite of its own."""


@pytest.mark.parametrize(
    ("plants", "sets"),
    [
        (PLANTS[:-1:3], ["pair"]),
        (PLANTS[1:-1:3], ["triple"]),
        (PLANTS[2:-1:3], []),
        ([LISTENER], []),
    ],
    ids=["with a pair", "with a triple", "single ones", "of SQLAlchemy"],
)
def test_every_kind_of_state_is_named_and_proved(
    plants: Sequence[Plant], sets: list[str], tmp_path: Path
) -> None:
    assert_all_found(tmp_path, len(plants), list(plants), innocents=2, sets=sets)


@given(
    seed=st.integers(0, 2**16),
    plants=st.lists(st.sampled_from(PLANTS[:-1]), min_size=1, max_size=3, unique=True),
    innocents=st.integers(0, 5),
)
@settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_pollution_is_found_and_nothing_else(
    seed: int, plants: list[Plant], innocents: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert_all_found(tmp_path_factory.mktemp("suite"), seed, plants, innocents)


def test_a_clean_suite_is_clean(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_one(): pass\ndef test_two(): pass\n")

    report = hunt(tmp_path)

    assert not report.has_found
    assert report.orders[:1]


def test_one_test_is_explained_without_running_the_suite_in_orders(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import os\n"
        "def test_leaves(): os.environ['SHOP'] = '1'\n"
        "def test_other(): pass\n"
        "def test_suffers():\n"
        "    shop = 1\n"
        "    shop = os.environ.get('SHOP')\n"
        "    assert shop is None\n"
    )

    report = hunt(tmp_path, "test_a.py::test_suffers")

    (cause,) = report.causes
    assert cause.culprits == (("test_a.py::test_leaves",),)
    assert [one.read_at for one in cause.affected] == ["test_a.py:6"]
    assert not report.orders


UNITTEST = """\
import os
import sys
import unittest

import pytest

STREAM = sys.stdout  # it is pytest's, and stays open


def test_prints_to_what_it_found():
    print("some", file=STREAM)


class TestPolluting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        os.environ["FROM_CLASS"] = "1"

    def test_of_class(self):
        with self.subTest("some"):
            pass


class TestSuffering(unittest.TestCase):
    def test_suffers(self):
        self.assertNotIn("FROM_CLASS", os.environ)


@pytest.fixture(scope="module")
def region():
    os.environ["FROM_FIXTURE"] = "1"


def test_uses_fixture(region):
    pass


@pytest.mark.parametrize("text", ["a b", "[x]", "ü::y", "p/q"])
def test_odd_names(text):
    assert "FROM_FIXTURE" not in os.environ
"""


ADDOPTS = """\
-p xdist.plugin -p xdist.looponfail -n 2 --dist loadfile
-p pytest_cov.plugin --cov --cov-branch --cov-fail-under=100
-p plugin_with_a_thread -x -v
"""
PLUGIN = """\
import threading

def wait():
    threading.Event().wait()

def pytest_configure(config):
    threading.Thread(target=wait, daemon=True).start()
"""


def test_fixtures_of_wider_scope_odd_names_and_addopts(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path_factory.mktemp("installed")
    (installed / "plugin_with_a_thread.py").write_text(PLUGIN)
    monkeypatch.setenv("PYTHONPATH", str(installed))
    (tmp_path / "test_a.py").write_text(UNITTEST)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\naddopts = {' '.join(ADDOPTS.split())}\n")

    report = hunt(tmp_path)

    assert not list(tmp_path.glob(".coverage*"))
    assert not report.notes
    assert not report.always_failing

    by_path = {cause.carriers[0].piece.path: cause for cause in report.causes}
    of_class = by_path["os.environ['FROM_CLASS']"]
    assert of_class.culprits == (("test_a.py::TestPolluting::test_of_class",),)
    assert of_class.carriers[0].line == "test_a.py:17"
    (suffers,) = of_class.affected
    assert suffers.test == "test_a.py::TestSuffering::test_suffers"
    assert suffers.together.message.startswith("AssertionError: 'FROM_CLASS' unexpectedly found")
    assert len(by_path["os.environ['FROM_FIXTURE']"].affected) == 4


HOSTILE = """\
import os
import sys
import time

import pytest


def test_crashes():
    os.abort()


def test_hangs():
    time.sleep(3600)


def test_prints():
    for _ in range(50):
        os.write(1, b"x" * 100_000)


def test_leaves():
    os.environ["SHOP"] = "1"


def test_exits():
    pytest.exit("no more")


def test_suffers():
    assert "SHOP" not in os.environ
"""


def test_crashes_and_hangs_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(HOSTILE)
    lab = Lab(["-s"], str(tmp_path), jobs=2, budget=Budget(60.0), patience_s=4.0).open()
    try:
        report = Hunter(lab, lambda doing: None, randoms=2).hunt()
    finally:
        lab.close()

    (cause,) = report.causes
    assert cause.culprits == (("test_a.py::test_leaves",),)
    assert cause.is_proved
    assert {"test_a.py::test_crashes", "test_a.py::test_hangs"} <= {
        one.test for one in report.always_failing
    }
    assert [note.split(",")[0] for note in report.notes] == [
        "test_a.py::test_crashes crashed",
        "test_a.py::test_hangs hung",
    ]


OPEN = """\
import gc


class Holder: pass


def test_leaves_open():
    holder = Holder()
    holder.me, holder.file = holder, open(__file__)


def test_other(): pass
def test_collects(): gc.collect()
"""


def test_what_the_import_left_to_the_garbage_collector_fails_no_trial(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "test_a.py").write_text(
        "import os\n"
        "head = open(__file__).readline()\n"
        "def test_sets(): os.environ['SHOP'] = '1'\n"
        "def test_innocent(): pass\n"
        "def test_suffers(): assert 'SHOP' not in os.environ\n"
    )

    report = hunt(tmp_path, "test_a.py::test_suffers")

    (cause,) = report.causes
    assert cause.is_proved
    assert cause.culprits == (("test_a.py::test_sets",),)
    (note,) = report.notes
    assert "whichever test comes first" in note
    assert "unclosed file" in note


def test_what_the_garbage_collector_closes_fails_nobody_and_is_told(tmp_path: Path) -> None:
    """Where warnings are errors, pytest fails whichever test runs at that moment."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "test_a.py").write_text(OPEN)

    report = hunt(tmp_path)

    assert not report.has_found
    (note,) = [one for one in report.notes if "garbage collector" in one]
    assert note.startswith("test_a.py::test_leaves_open leaves")
    assert "ResourceWarning: unclosed file" in note


def test_the_projects_files_are_not_changed(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import pathlib\n"
        "def test_leaves(): pathlib.Path('left.txt').write_text('x')\n"
        "def test_suffers(): assert not pathlib.Path('left.txt').exists()\n"
    )

    report = hunt(tmp_path)

    assert [cause.carriers[0].piece.path for cause in report.causes] == ["file 'left.txt'"]
    assert not (tmp_path / "left.txt").exists()


def test_the_same_is_found_without_overlays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRESHDB_HUNT_NO_OVERLAY", "1")
    plants = [one for one in PLANTS if one.name in ("file", "home", "row on disk", "global")]

    assert_all_found(tmp_path, seed=1, plants=plants, innocents=0)

    assert not list(tmp_path.glob("left*.txt"))
    assert not list(Path.home().glob(".shop*"))


def test_a_budget_is_kept_and_what_is_left_is_said(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_one(): pass\ndef test_two(): pass\n")
    lab = Lab([], str(tmp_path), jobs=1, budget=Budget(trials=1)).open()
    try:
        report = Hunter(lab, lambda doing: None).hunt()
    finally:
        lab.close()

    assert report.not_done
    assert report.trials == 1


SHARED = """\
import json
import socket

import pytest


class Kind(type):
    registry = {}

    def __init__(cls, name, bases, namespace):
        Kind.registry[name] = cls


class Box:
    size = 0


held = []


@pytest.fixture(scope="session")
def names():
    return []


@pytest.fixture(scope="session")
def box():
    return Box()


def listening():
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", PORT))
    one.listen()
    return one


def test_appends(names): names.append(1)


def test_grows(box): box.size = 1


def test_declares(): Kind("Extra", (), {})


def test_patches(): json.JSONDecoder.decode = json.dumps = lambda *words, **options: ""


def test_listens(): held.append(listening())


def test_no_names(names): assert not names


def test_no_size(box): assert box.size == 0


def test_no_extra(): assert "Extra" not in Kind.registry


def test_dumps(): assert json.dumps(1) == "1"


def test_port(): listening().close()
"""


def test_shared_fixtures_ports_and_what_trials_are_made_with(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "test_a.py").write_text(SHARED.replace("PORT", str(port)))
    pairs = {
        "test_no_names": ("test_appends", "fixture names[0]"),
        "test_no_size": ("test_grows", "fixture box.size"),
        "test_no_extra": ("test_declares", "Kind.registry['Extra']"),
        "test_dumps": ("test_patches", "json.dumps"),
        "test_port": ("test_listens", "held[0]"),
    }

    report = hunt(tmp_path, *(f"test_a.py::{name}" for name in pairs))

    for victim, (polluter, path) in pairs.items():
        ((cause, _),) = causes_of(report, f"test_a.py::{victim}")
        assert cause.is_proved, victim
        assert cause.culprits == ((f"test_a.py::{polluter}",),)
        assert [path in carrier.piece.path for carrier in cause.carriers] == [True], cause


def test_hooks_of_the_suite_may_read_how_a_test_failed(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.user_properties.append((report.longrepr.reprcrash.message, report.longreprtext))
    return report
"""
    )
    (tmp_path / "test_a.py").write_text(
        "import os\n"
        "def test_leaves(): os.environ['SHOP'] = '1'\n"
        "def test_suffers(): assert 'SHOP' not in os.environ\n"
    )
    (cause,) = hunt(tmp_path, "test_a.py::test_suffers").causes

    assert cause.is_proved
    assert cause.affected[0].together.message.startswith("assert 'SHOP' not in")
