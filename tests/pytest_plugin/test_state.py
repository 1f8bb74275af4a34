"""Process state in a run: what one test changes, the next does not see, and the summary names."""

from __future__ import annotations

import textwrap

import pytest

from tests.project import Project

SHOP = """
import functools, os

settings = {"debug": False}
cache = {}
flag = False

class Limiter:
    limit = 3
    def __init__(self):
        self.window = []

limiter = Limiter()

@functools.lru_cache
def rates():
    return []
"""

POLLUTE = {
    "an entry": ("shop.cache['top'] = 1", "shop.cache['top'] (added)"),
    "a value": ("shop.settings['debug'] = True", "shop.settings['debug'] (False → True)"),
    "a global": ("shop.flag = True", "shop.flag (False → True)"),
    "an instance": ("shop.limiter.window.append(1)", "shop.limiter.window[0] (added)"),
    "a class": ("shop.Limiter.limit = 9", "shop.Limiter.limit (3 → 9)"),
    "a patch": ("json.dumps = print", "json.dumps ("),
    "the environment": ("os.environ['SHOP'] = 'x'", "os.environ['SHOP'] (added)"),
    "the directory": ("os.chdir('/')", "os.getcwd() ("),
    "a logger": ("logging.getLogger('shop').setLevel(10)", "logging.getLogger('shop').level ("),
    "a seed": ("random.seed(1)", "random.getstate() ("),
}
OBSERVE = (
    "(repr(shop.cache), repr(shop.settings), shop.flag, repr(shop.limiter.window),"
    " shop.Limiter.limit, json.dumps.__name__, os.environ.get('SHOP'), os.getcwd(),"
    " logging.getLogger('shop').level, hash(random.getstate()))"
)
HEAD = "import json, logging, os, random, pytest, shop\nlogging.getLogger('shop')\n"


def shop(project: Project, **sources: str) -> Project:
    return project.files(shop=SHOP, **sources)


@pytest.mark.parametrize("what", POLLUTE)
def test_the_next_test_does_not_see_it_and_the_summary_names_it(
    project: Project, what: str
) -> None:
    statement, told = POLLUTE[what]
    outcome = (
        shop(
            project,
            test_it=f"{HEAD}before = {OBSERVE}\n"
            f"def test_polluter():\n    {statement}\n    assert {OBSERVE} != before\n"
            f"def test_victim():\n    assert {OBSERVE} == before\n",
        )
        .run()
        .passed(2)
    )

    assert f"test_it.py::test_polluter left {told}" in outcome.output


def test_modes(project: Project) -> None:
    shop(
        project,
        test_it="""
        import pytest
        import shop

        @pytest.mark.freshdb(state="report")
        def test_reports():
            shop.cache["a"] = 1

        def test_sees_it():
            assert shop.cache == {"a": 1}

        @pytest.mark.freshdb(state="off")
        def test_off():
            shop.cache["b"] = 1

        def test_sees_that_too():
            assert shop.cache == {"a": 1, "b": 1}

        @pytest.mark.freshdb(state="fail")
        def test_fails():
            shop.cache["c"] = 1

        def test_does_not_see_it():
            assert shop.cache == {"a": 1, "b": 1}
        """,
    )

    outcome = project.run()

    assert outcome.counts == {"passed": 6, "error": 1}
    assert "test_it.py::test_reports left shop.cache['a'] (added) [still so]" in outcome.output
    assert "test_off left" not in outcome.output
    assert "left shop.cache['c'] (added)" in outcome.output
    assert "hint: let the test put it back" in outcome.output


def test_a_package_may_have_a_mode_of_its_own(project: Project) -> None:
    shop(
        project,
        test_it="""
        import shop

        def test_one():
            shop.cache["a"] = 1
            shop.flag = True

        def test_two():
            assert (shop.cache, shop.flag) == ({"a": 1}, False)
        """,
    )

    outcome = project.run("--freshdb-state=restore, shop.cache=report").passed(2)

    assert "shop.cache['a'] (added) [still so]" in outcome.output


def test_wider_fixtures_are_layers(project: Project) -> None:
    shop(
        project,
        conftest="""
        import pytest
        import shop

        @pytest.fixture(scope="session")
        def late():
            shop.settings["late"] = True

        @pytest.fixture(scope="module")
        def tidy():
            shop.settings["tidy"] = True
            yield
            del shop.settings["tidy"]

        @pytest.fixture(scope="module")
        def untidy():
            shop.settings["untidy"] = True
        """,
        test_a="""
        import shop

        def test_one(tidy, untidy):
            assert set(shop.settings) == {"debug", "tidy", "untidy"}
            shop.settings["mine"] = 1

        def test_two(tidy, late):
            assert set(shop.settings) == {"debug", "tidy", "untidy", "late"}
        """,
        test_b="""
        import shop

        def test_three():
            assert set(shop.settings) == {"debug", "late"}
        """,
    )

    outcome = project.run().passed(3)

    assert "fixture `untidy` (module) left shop.settings['untidy'] (added)" in outcome.output
    assert "fixture `tidy`" not in outcome.output


def test_what_a_fixture_assigns_to_the_class_or_module_it_is_for_is_no_leak(
    project: Project,
) -> None:
    """``setUpClass`` and the like do so as a habit; what else they leave is told."""
    shop(
        project,
        test_it="""
        import unittest
        import pytest
        import shop

        class TestUnit(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                cls.client = object()
                shop.flag = True

            def test_one(self):
                assert self.client

        class TestPlain:
            @pytest.fixture(scope="class", autouse=True)
            def client(self, request):
                request.cls.client = object()

            def test_two(self):
                assert self.client

        def setup_module(module):
            module.server = object()

        @pytest.mark.filterwarnings("ignore:a text")
        def test_three():
            assert server
        """,
    )

    output = project.run().passed(3).output

    left = [line for line in output.splitlines() if " left " in line]
    assert len(left) == 1, left
    assert left[0].endswith("(class) left shop.flag (False → True)")


def test_a_wide_fixture_that_is_asked_for_in_a_patched_test(project: Project) -> None:
    """What the test had changed by then is not the fixture's."""
    shop(
        project,
        conftest="""
        import pytest
        import shop

        @pytest.fixture(scope="module")
        def wide():
            shop.settings["wide"] = shop.flag
        """,
        test_it="""
        import shop

        def test_one(monkeypatch, request):
            monkeypatch.setattr(shop, "flag", True)
            shop.cache["mine"] = 1
            request.getfixturevalue("wide")
            assert (shop.flag, shop.settings["wide"], shop.cache) == (True, True, {"mine": 1})

        def test_two():
            assert (shop.flag, shop.settings["wide"], shop.cache) == (False, True, {})
        """,
    )

    outcome = project.run().passed(2)

    assert "test_it.py::test_one left shop.cache['mine'] (added)\n" in outcome.output


def test_fixtures_that_put_back_what_is_theirs_leave_nothing(project: Project) -> None:
    shop(
        project,
        test_it="""
        import logging
        import warnings
        from unittest import mock
        import pytest
        import shop

        def test_it(monkeypatch, caplog, capsys, tmp_path, recwarn):
            monkeypatch.setenv("SHOP", "x")
            monkeypatch.chdir(tmp_path)
            monkeypatch.setitem(shop.settings, "debug", True)
            caplog.set_level(logging.DEBUG)
            logging.getLogger("shop").warning("loud")
            warnings.warn("deprecated", stacklevel=1)
            print("seen")
            with mock.patch("shop.flag", True), mock.patch.dict(shop.cache, a=1):
                assert shop.flag

        @pytest.mark.filterwarnings("ignore")
        def test_filter():
            pass

        def test_last():
            assert (shop.flag, shop.settings, shop.cache) == (False, {"debug": False}, {})
        """,
    )

    assert " left " not in project.run("--freshdb-state=fail").passed(3).output


def test_a_filled_cache_is_emptied_and_is_no_fault(project: Project) -> None:
    shop(
        project,
        test_it="""
        import shop

        def test_one():
            shop.rates().append(1)

        def test_two():
            assert shop.rates() == []
        """,
    )

    outcome = project.run("--freshdb-state=fail").passed(2)

    assert " left " not in outcome.output.replace("tests left in caches", "")


def test_hooks_keep_their_books(project: Project) -> None:
    shop(
        project,
        conftest="""
        seen = []

        def pytest_runtest_logfinish(nodeid):
            seen.append(nodeid)

        def pytest_sessionfinish():
            print("seen:", len(seen))
        """,
        test_it="""
        def test_one(): pass
        def test_two(): pass
        """,
    )

    assert "seen: 2" in project.run("-s").passed(2).output


def test_workers_tell_what_their_tests_left(project: Project) -> None:
    shop(project, test_it="import shop\ndef test_one():\n    shop.cache['a'] = 1\n")
    outcome = project.run_apart("-n", "1")

    assert "test_it.py::test_one left shop.cache['a'] (added)" in outcome.output


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--freshdb-state=restor", "did you mean `restore`?"),
        ("--freshdb-probes=enviroment", "did you mean `environment`?"),
        ("--freshdb-packages=nowhere.at.all", "package `nowhere.at.all`"),
        ("--freshdb-ignore=a..b", "ignore pattern `a..b`"),
    ],
)
def test_a_bad_setting_is_one_clear_stop(project: Project, option: str, message: str) -> None:
    outcome = shop(project, test_it="def test_one(): pass").run(option)

    assert outcome.status == pytest.ExitCode.USAGE_ERROR
    assert message in outcome.output
    assert f"command line {option.partition('=')[0]}" in outcome.output


def test_a_pattern_that_matches_nothing_is_named(project: Project) -> None:
    shop(project, test_it="import shop\ndef test_one():\n    shop.cache['a'] = 1\n")

    outcome = project.run("--freshdb-ignore=shop.cache,shop.cash").passed(1)

    assert "`ignore` names `shop.cash`, which matches no state" in outcome.output
    assert "`shop.cache`" not in outcome.output
    assert "left shop.cache" not in outcome.output


def test_what_a_test_outside_of_classes_changes_is_not_its_class_fixtures(project: Project) -> None:
    """Where there is no class, pytest closes a class fixture with the test."""
    shop(
        project,
        test_it=HEAD
        + textwrap.dedent("""
            @pytest.fixture(scope="class", autouse=True)
            def around():
                yield

            def test_it():
                shop.cache["a"] = 1
            """),
    )

    outcome = project.run("--freshdb-state=fail")

    assert "test_it.py::test_it left shop.cache['a'] (added)" in outcome.output
    assert outcome.counts == {"passed": 1, "error": 1}
