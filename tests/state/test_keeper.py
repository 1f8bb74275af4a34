"""Layers, modes, patterns, bad input, and probes of one's own."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import freshdb.state
from freshdb.errors import (
    IgnorePatternError,
    PackageNotFoundError,
    StateError,
    UnknownProbeError,
)
from freshdb.state import (
    PROBES,
    BaseProbe,
    Change,
    Finding,
    Signs,
    StateKeeper,
    StateSettings,
)


def texts(changes: Sequence[Change]) -> list[str]:
    return [str(change).partition(".")[2] for change in changes]


def test_a_layer_keeps_what_its_fixture_did_and_is_undone_at_its_end(
    project: Any, keep: Any
) -> None:
    m = project.load("m", "users = []\nbox = {}")
    keeper = keep()
    m.users.append("by the module's fixture")
    m.box["inner"] = {"n": 0}
    keeper.open("tests/test_m.py")
    m.users.append("by a test")
    m.box["inner"]["n"] = 1

    assert texts(keeper.restore()) == ["m.users[1] (added)", "m.box['inner']['n'] (0 → 1)"]
    assert (m.users, m.box) == (["by the module's fixture"], {"inner": {"n": 0}})
    assert keeper.owners == ("test", "tests/test_m.py")
    assert len(keeper.close()) == 2
    assert (m.users, m.box) == ([], {})
    assert keeper.check() == ()


def test_process_state_has_layers_too(keep: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = keep(packages=(), probes=("environment",))
    monkeypatch.setenv("LAYER", "module")
    with keeper.layer("module"):
        monkeypatch.setenv("LAYER", "test")
        keeper.restore()
        assert __import__("os").environ["LAYER"] == "module"

    assert "LAYER" not in __import__("os").environ


def test_accept_reports_a_change_once(project: Any, keep: Any) -> None:
    m = project.load("m", "users = []")
    keeper = keep()
    m.users.append({})

    assert len(keeper.check()) == 1
    keeper.accept()
    assert keeper.check() == ()
    m.users[0]["x"] = 1
    assert texts(keeper.restore()) == ["m.users[0]['x'] (added)"]


@pytest.mark.parametrize(
    "pattern", ["{}.m.cache", "{}.*.cache", "**.cache", "{}.m.cache['a']", "{}.m.cache[*]", "{}"]
)
def test_ignored_state_is_left_alone(pattern: str, project: Any, keep: Any) -> None:
    m = project.load("m", "cache = {}\nother = []")
    keeper = keep(ignore=(pattern.format(project.name),))
    m.cache["a"] = 1

    assert keeper.restore() == ()
    assert m.cache == {"a": 1}
    assert keeper.check() == ()
    assert keeper.matched_ignores() == keeper.settings.ignore


def test_ignoring_one_entry_leaves_the_others_restored(project: Any, keep: Any) -> None:
    m = project.load("m", "cache = {'a': 1}\nn = 0\nk = 0")
    keeper = keep(ignore=(f"{project.name}.m.cache['a']", f"{project.name}.m.n"))
    m.cache["a"] = m.cache["b"] = m.n = m.k = 2

    assert texts(keeper.restore()) == ["m.k (0 → 2)", "m.cache['b'] (added)"]
    assert (m.cache, m.n, m.k) == ({"a": 2}, 2, 0)
    assert keeper.check() == ()


def test_a_pattern_without_a_match_is_named(keep: Any, project: Any) -> None:
    keeper = keep(ignore=("nothing.here.*",))
    keeper.check()

    assert keeper.matched_ignores() == ()


def test_a_pattern_of_state_that_no_test_changed_has_a_match(project: Any, keep: Any) -> None:
    project.load("m", "flag = False\nbox = {'k': 1}")
    keeper = keep(ignore=(f"{project.name}.m.flag", f"{project.name}.m.box['k']"))

    assert keeper.matched_ignores() == keeper.settings.ignore


@pytest.mark.parametrize("pattern", ["", "a b", ".x", "x.", "a..b"])
def test_a_malformed_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(IgnorePatternError, match="hint: write a dotted path"):
        StateSettings(ignore=(pattern,))


def test_an_unknown_probe_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UnknownProbeError, match="did you mean `environment`"):
        StateKeeper(StateSettings(probes=("enviroment",)))


@pytest.mark.parametrize("package", ["no_such_package", "json.no_such_module", "json.decoder.x"])
def test_a_package_that_does_not_exist_is_refused(package: str) -> None:
    with pytest.raises(PackageNotFoundError, match=package):
        StateSettings(packages=(package,))


@pytest.mark.parametrize("verb", ["check", "restore", "accept", "close"])
def test_without_a_baseline_there_is_nothing_to_do(verb: str) -> None:
    with pytest.raises(StateError, match=verb):
        getattr(StateKeeper(), verb)()


def test_changes_cross_processes() -> None:
    change = Change("modules", "a.b", "1", "2")

    assert pickle.loads(pickle.dumps(change)) == change


class Thermostat(BaseProbe):
    """A third party's probe."""

    name = "thermostat"
    degrees = 20

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> int:
        return Thermostat.degrees

    def compare(self, baseline: int) -> Sequence[Finding]:
        if Thermostat.degrees == baseline:
            return ()
        change = Change(self.name, "thermostat", str(baseline), str(Thermostat.degrees))
        return (Finding(change, lambda: setattr(Thermostat, "degrees", baseline)),)


def test_a_probe_of_ones_own_joins_the_list() -> None:
    registry = PROBES.copy()
    registry.register("thermostat", Thermostat)
    keeper = StateKeeper(StateSettings(probes=("thermostat",)), registry=registry)
    keeper.open("test")
    Thermostat.degrees = 30

    assert [str(change) for change in keeper.close()] == ["thermostat (20 → 30)"]
    assert Thermostat.degrees == 20
    with pytest.raises(StateError, match="already registered"):
        registry.register("thermostat", Thermostat)


class Sensor(Thermostat):
    """Counts how often it is asked; a change shows by the degrees."""

    asked = 0
    readings: Sequence[Callable[[], object]] = ()

    def compare(self, baseline: int) -> Sequence[Finding]:
        Sensor.asked += 1
        return super().compare(baseline)

    def signs(self, baseline: int) -> Signs:
        return Signs(values=self.readings)


def broken_reading() -> object:
    raise OSError("no sensor")


@pytest.mark.parametrize(
    ("reading", "asked"), [(lambda: Thermostat.degrees, 2), (broken_reading, 4)]
)
def test_a_probe_that_has_signs_is_asked_when_they_have_changed(
    reading: Callable[[], object], asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sensor, "asked", 0)
    monkeypatch.setattr(Sensor, "readings", (reading,))
    registry = PROBES.copy()
    registry.register("thermostat", Sensor)
    keeper = StateKeeper(StateSettings(probes=("thermostat",)), registry=registry)
    keeper.open("test")

    assert [keeper.check(), keeper.check(), keeper.check()] == [(), (), ()]
    Thermostat.degrees = 30

    assert [str(change) for change in keeper.close()] == ["thermostat (20 → 30)"]
    assert Sensor.asked == asked + 1  # once more after it was put back


def test_a_probe_that_fails_is_told_and_the_others_go_on(project: Any) -> None:
    class Broken(Thermostat):
        def compare(self, baseline: int) -> Sequence[Finding]:
            raise OSError("no sensor")

    registry = PROBES.copy()
    registry.register("broken", Broken)
    m = project.load("m", "n = 0")
    settings = StateSettings(packages=(project.name,), probes=("modules", "broken"))
    keeper = StateKeeper(settings, registry=registry)
    keeper.open("test")
    m.n = 1

    changes = keeper.restore()
    keeper.stop()

    assert m.n == 0
    assert "no sensor" in changes[1].note


def test_the_root_directory_says_what_is_watched(project: Any, keep: Any) -> None:
    m = project.load("m", "n = 0")
    keeper = keep(packages=(), root=project.folder.parent)
    m.n = 1

    assert texts(keeper.restore()) == ["m.n (0 → 1)"]


def test_excluded_packages_are_not_watched(project: Any, keep: Any) -> None:
    m = project.load("m", "n = 0")
    keeper = keep(packages=(), root=project.folder.parent, exclude=(f"{project.name}.m",))
    m.n = 1

    assert [change for change in keeper.check() if change.kind == "modules"] == []


def test_importing_it_needs_no_third_party() -> None:
    source = Path(freshdb.state.__file__).parents[2]
    names = "('pytest', 'sqlalchemy', 'pydantic', 'numpy', 'ctypes')"
    program = (
        f"import sys; sys.path.insert(0, {str(source)!r}); import freshdb.state;"
        f"print([n for n in {names} if n in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.strip() == "[]", done.stderr
