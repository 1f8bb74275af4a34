"""A walk through the suite leads to the tests that decide about others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.searching.joint import joint_culprits
from freshdb.hunt.searching.seen import Suspect
from freshdb.hunt.searching.sweeping import sweep
from freshdb.hunt.trials import End, Outcome, Trial, TrialResult
from tests.hunt.hunting import hunted

GOOD, BAD = Outcome("passed"), Outcome("failed")


class Simulated:
    """A lab whose tests set a flag, clear it, end the process, or do nothing."""

    jobs = 2

    def __init__(self, deeds: str) -> None:
        self.suite = SimpleNamespace(tests=deeds)
        self.run_tests = 0

    def each(
        self, work: Callable[[Any], Any], things: Iterable[Any], at_once: int | None = None
    ) -> list[Any]:
        return [work(thing) for thing in things]

    def run(self, trial: Trial) -> TrialResult:
        assert trial.sweep is not None
        flag = False
        seen: tuple[Outcome | None, ...] = (None,)
        for number, place in enumerate(trial.tests, start=1):
            self.run_tests += 1
            deed = self.suite.tests[place]
            if deed == "x":
                return TrialResult((GOOD,) * number, seen, end=End.CRASHED)
            flag = {"s": True, "c": False}.get(deed, flag)
            if number % trial.sweep.every == 0 or number == len(trial.tests):
                seen = (BAD if flag else GOOD,)
                if flag:
                    return TrialResult((GOOD,) * number, seen)
        return TrialResult((GOOD,) * len(trial.tests), seen)


def swept(deeds: str) -> tuple[Simulated, Any]:
    lab = Simulated(deeds)
    return lab, sweep(cast(Lab, lab), [Suspect(0, GOOD)], most=len(deeds))


@given(
    st.text("..........s", max_size=120).map(lambda text: f"v{text}"),
)
def test_every_setter_is_in_a_group_and_every_group_has_one(deeds: str) -> None:
    _, found = swept(deeds)

    grouped = {place for tests, _ in found.groups for place in tests}
    assert {place for place, deed in enumerate(deeds) if deed == "s"} <= grouped
    assert all(any(deeds[place] == "s" for place in tests) for tests, _ in found.groups)
    assert not found.left


@given(st.text("......scx", max_size=120).map(lambda text: f"v{text}"))
def test_what_cleaners_hide_or_crashes_cut_off_is_hidden_or_left_never_invented(
    deeds: str,
) -> None:
    _, found = swept(deeds)

    for tests, _ in found.groups:
        assert "s" in [deeds[place] for place in tests]
    for place in range(1, len(deeds)):
        if deeds[place] == "x":
            assert any(place in left for left in found.left) or found.groups


def test_one_setter_among_thousands_takes_little_more_than_one_run_of_the_suite() -> None:
    lab, found = swept("v" + "." * 2000 + "s" + "." * 999)

    ((tests, _),) = found.groups
    assert 2001 in tests
    assert len(tests) < 20
    assert lab.run_tests < 3500


def test_all_culprits_of_one_test_of_a_large_suite_are_found(tmp_path: Path) -> None:
    lines = ["import os, threading"]
    for number in range(70):
        body = {
            9: "os.environ['SHOP'] = '1'",
            20: "os.environ.pop('SHOP', None)",
            30: "os.kill(os.getpid(), 9)",
            40: "os.environ['SHOP'] = '2'",
            60: "threading.Thread(target=threading.Event().wait, daemon=True).start()",
            65: "os.environ['SHOP'] = '3'",
        }.get(number, "pass")
        lines.append(f"def test_{number}(): {body}")
    lines.append("def test_suffers(): assert 'SHOP' not in os.environ")
    (tmp_path / "test_a.py").write_text("\n".join(lines))
    report = hunted(tmp_path, "test_a.py::test_suffers")

    (cause,) = report.causes
    assert cause.is_proved
    assert {tests[0].rpartition("_")[2] for tests in cause.culprits} == {"9", "40", "65"}


class Counting:
    """A lab whose test flips once these tests have run before it, and what is between is innocent.

    Args:
        total: how many tests there are.
        needed: which of them it takes.
    """

    def __init__(self, total: int, needed: set[int]) -> None:
        self._needed = needed
        self.suite = SimpleNamespace(
            tests=range(total + 1), classes=[("a.py", "")] * (total + 1), can_fork=True
        )
        self.run_tests = 0

    def run_all(self, trials: Iterable[Trial]) -> list[TrialResult]:
        return [self.run(one) for one in trials]

    def run(self, trial: Trial) -> TrialResult:
        walk = trial.sweep
        if walk is None:
            self.run_tests += len(trial.tests)
            return TrialResult((GOOD,) * len(trial.tests), (self._goes(trial.tests),))
        for number in range(1, len(trial.tests) + 1):
            self.run_tests += 1
            is_stop = walk.is_stop(number) or number == len(trial.tests)
            if is_stop and self._goes((*trial.tests[:number], *walk.first)).is_bad:
                return TrialResult((GOOD,) * number, (BAD,))
        return TrialResult((GOOD,) * len(trial.tests), (GOOD,))

    def _goes(self, tests: Iterable[int]) -> Outcome:
        return BAD if self._needed <= set(tests) else GOOD


@given(total=st.integers(2, 400), data=st.data())
def test_several_that_are_needed_together_are_found_on_two_walks_each(
    total: int, data: st.DataObject
) -> None:
    needed = data.draw(st.sets(st.integers(0, total - 1), min_size=1, max_size=3))
    lab = Counting(total, needed)

    found = joint_culprits(cast("Lab", lab), Suspect(total, GOOD, is_doubtful=False))

    assert found is not None
    assert found.tests == tuple(sorted(needed))
    assert lab.run_tests <= (2 * len(needed) + 2) * total + 40


def test_who_makes_it_more_likely_only_by_chance_is_not_named() -> None:
    class Wavering(Counting):
        """After the needed test it flips every other time."""

        def run(self, trial: Trial) -> TrialResult:
            has_luck = (
                self._needed & set(trial.tests) and trial.repeat % 2 == 0 and 7 not in (trial.tests)
            )
            return TrialResult((), (GOOD,)) if has_luck else super().run(trial)

    lab = Wavering(20, {3})

    found = joint_culprits(cast("Lab", lab), Suspect(20, GOOD), [tuple(range(20))])

    assert found is not None
    assert found.tests == (3,)
    assert found.confidence == 0.5


def test_of_many_named_tests_only_those_are_searched_that_went_both_ways(tmp_path: Path) -> None:
    lines = [f"def test_{number}(): pass" for number in range(50)]
    lines += ["import os", "def test_sets(): os.environ['SHOP'] = '1'"]
    lines += ["def test_suffers(): assert 'SHOP' not in os.environ"]
    (tmp_path / "test_a.py").write_text("\n".join(lines))
    names = [f"test_a.py::test_{one}" for one in (*range(50), "sets", "suffers")]
    report = hunted(tmp_path, *names, randoms=4)

    (cause,) = report.causes
    assert cause.culprits == (("test_a.py::test_sets",),)
    assert report.trials < 4 * 62


def test_many_victims_of_one_cause_are_asked_together(tmp_path: Path) -> None:
    lines = ["import os", "def test_sets(): os.environ['SHOP'] = '1'"]
    lines += ["def test_puts_right(): os.environ.pop('SHOP', None)"]
    lines += [f"def test_{number}(): assert 'SHOP' not in os.environ" for number in range(50)]
    (tmp_path / "test_a.py").write_text("\n".join(lines))
    report = hunted(tmp_path, randoms=6)

    (cause,) = report.causes
    assert cause.is_proved
    assert cause.culprits == (("test_a.py::test_sets",),)
    assert {one.test for one in cause.affected} == {
        f"test_a.py::test_{number}" for number in range(50)
    }
    in_orders_and_alone = 52 + 8 + 52  # by itself, in random orders, right behind each other
    # One by one they take more than fifteen trials each.
    assert report.trials < in_orders_and_alone + 50 * 4


def test_many_victims_of_one_cause_are_asked_together_also_where_no_guess_is_right(
    tmp_path: Path,
) -> None:
    """Most that leave the state different leave it harmless, so the orders single out nobody."""
    (tmp_path / "app.py").write_text("language = None")
    lines = ["import app", "def test_sets(): app.language = 'fr'"]
    lines += [f"def test_resets_{number}(): app.language = ''" for number in range(40)]
    lines += [f"def test_{number}(): assert app.language != 'fr'" for number in range(60)]
    (tmp_path / "test_a.py").write_text("\n".join(lines))
    report = hunted(tmp_path, randoms=6)

    assert {one for cause in report.causes for one in cause.culprits} == {("test_a.py::test_sets",)}
    affected = [one.test for cause in report.causes for one in cause.affected]
    assert len(affected) > 45
    in_orders_and_alone = 101 + 8 + 101
    assert report.trials < in_orders_and_alone + 3 * len(affected)


def test_a_pair_is_found_for_a_named_test_though_others_put_it_right(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("is_open = is_broken = False")
    lines = ["import app"]
    lines += [
        f"def test_resets_{number}(): app.is_open = app.is_broken = False" for number in range(8)
    ]
    lines[5:5] = [
        "def test_breaks(): app.is_broken = app.is_open",
        "def test_opens(): app.is_open = True",
        "def test_suffers(): assert not app.is_broken",
    ]
    (tmp_path / "test_a.py").write_text("\n".join(lines))
    report = hunted(tmp_path, "test_a.py::test_suffers")

    (cause,) = report.causes
    assert cause.culprits == (("test_a.py::test_opens", "test_a.py::test_breaks"),)
    assert cause.is_proved


class WithThreads(Counting):
    """Such a lab whose tests leave threads: on a walk through them nothing can be looked at.

    Args:
        total: how many tests there are.
        needed: which of them it takes, in this order.
    """

    def __init__(self, total: int, needed: list[int]) -> None:
        super().__init__(total, set(needed))
        self._in_order = needed
        self.jobs = 2
        self.budget = SimpleNamespace(spent_s=0.0, left_s=100.0)

    def each(self, work: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
        return [work(thing) for thing in things]

    def run(self, trial: Trial) -> TrialResult:
        if trial.sweep is None:
            return super().run(trial)
        return TrialResult((GOOD,) * len(trial.tests), (None,), threads=1)

    def _goes(self, tests: Iterable[int]) -> Outcome:
        found = [one for one in tests if one in self._needed]
        return BAD if found == self._in_order else GOOD


def test_several_are_found_in_random_orders_where_tests_leave_threads() -> None:
    lab = WithThreads(30, [11, 4, 20])  # neither in the order of the suite nor in the reverse

    found = joint_culprits(cast("Lab", lab), Suspect(30, GOOD, is_doubtful=False))

    assert found is not None
    assert found.tests == (11, 4, 20)
