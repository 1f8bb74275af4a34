"""freshdb beside other plugins of pytest, each as its users use it."""

from __future__ import annotations

import json
import random
import re

import pytest

from tests.project import ALONE, Project

RERUNS = ("-p", "pytest_rerunfailures")
FRESHDB = ("-p", "freshdb.pytest_plugin")


def test_a_rerun_starts_anew(project: Project) -> None:
    """pytest-rerunfailures runs a test again, with its fixtures, inside one protocol."""
    project.app().files(
        test_it="""
        import pytest
        from app import *

        tries = []
        settings = {"debug": False}

        @pytest.fixture
        def ada(tables):
            add("ada")

        @pytest.mark.flaky(reruns=2)
        def test_fails_at_first(ada):
            tries.append(1)
            assert names() == ["ada"]
            assert settings == {"debug": False}
            add("half")
            settings["debug"] = True
            assert len(tries) == 3

        def test_after():
            assert names() == []
        """
    )

    outcome = project.run(*RERUNS, "--freshdb-ignore=test_it.tries")

    assert outcome.counts == {"passed": 2}, outcome.output
    assert "2 rerun" in outcome.output


def test_a_worker_reruns_as_well(project: Project) -> None:
    """Under pytest-xdist the plugin has workers, which ask its server how often to try."""
    project.app().files(
        test_it="""
        import pytest
        from app import *

        tries = []

        @pytest.mark.parametrize("n", range(4))
        def test_fails_at_first(n):
            tries.append(n)
            assert names() == []
            add("ada")
            assert tries.count(n) == 2
        """
    )

    outcome = project.run_apart(*RERUNS, "-n", "1", "--reruns=1", "--freshdb-ignore=test_it.tries")

    assert outcome.counts == {"passed": 4}, outcome.output
    assert "4 rerun" in outcome.output
    assert "branches for 8 tests" in outcome.output
    assert project.left_behind() == []


def test_each_try_has_a_record_of_its_own(project: Project) -> None:
    """The plugin calls the outcome of a failed try `rerun`."""
    project.app().files(
        test_it="""
        import pytest
        from app import *

        tries = []

        @pytest.mark.flaky(reruns=1)
        def test_fails_at_first():
            tries.append(1)
            assert names() == []
            add("ada")
            assert len(tries) == 2
        """
    )

    outcome = project.run(*RERUNS, "--freshdb-ignore=test_it.tries", "--freshdb-record=run.jsonl")

    assert outcome.counts == {"passed": 1}, outcome.output
    lines = map(json.loads, (project.path / "run.jsonl").read_text().splitlines())
    tries = [line for line in lines if line["record"] == "test"]
    assert [one["outcome"] for one in tries] == ["failed", "passed"]
    assert tries[0]["message"].startswith("assert 1 == 2")


@pytest.mark.parametrize("kind", ["subtests", "unittest"])
def test_subtests_share_the_branch_of_their_test(project: Project, kind: str) -> None:
    """Subtests, since pytest 9 its own, are parts of one test."""
    project.app().files(
        test_it={
            "subtests": """
            from app import *

            def test_parts(subtests):
                for number, name in enumerate(["ada", "bob"]):
                    with subtests.test(name):
                        assert len(names()) == number
                        add(name)

            def test_after():
                assert names() == []
            """,
            "unittest": """
            import unittest
            from app import *

            class Tests(unittest.TestCase):
                def test_parts(self):
                    for number, name in enumerate(["ada", "bob"]):
                        with self.subTest(name):
                            self.assertEqual(len(names()), number)
                            add(name)

                def test_to_be_run_after(self):
                    self.assertEqual(names(), [])
            """,
        }[kind]
    )

    outcome = project.run()

    assert outcome.status == 0, outcome.output
    assert outcome.counts["passed"] == 2, outcome.output


def test_async_test_cases_of_unittest(project: Project) -> None:
    """Each has a loop of its own, which its setup, its test and its cleanup share."""
    project.async_app().files(
        test_it="""
        import asyncio
        import unittest
        from app import *

        def setUpModule():
            asyncio.run(create_tables())

        class Tests(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self):
                await add("ada")
                self.addAsyncCleanup(self.look)

            async def look(self):
                assert await names() == ["ada", "bob", "cy"]

            async def test_one(self):
                assert await names() == ["ada"]
                await asyncio.gather(add("bob"), add("cy"))

            test_two = test_one
        """
    ).run().passed(2)


def test_coverage_is_measured_as_without_freshdb(project: Project) -> None:
    """Of what requests, threads and tasks of the test run, too."""
    project.app().files(
        test_it="""
        import threading
        from app import *

        def test_in_a_thread():
            thread = threading.Thread(target=add, args=["ada"])
            thread.start()
            thread.join()
            assert names() == ["ada"]

        def test_after():
            assert names() == []
        """
    )

    covered = ("-p", "pytest_cov.plugin", "--cov=app", "--cov-branch", "--cov-report=term-missing")
    outcome = project.run_installed(*FRESHDB, *covered, **ALONE).passed(2)

    assert re.search(r"^app.py +\d+ +0 +\d+ +0 +100%$", outcome.output, re.MULTILINE)


def test_any_order_of_pytest_randomly(project: Project) -> None:
    """It seeds `random` for each test, and shuffles modules, classes and functions."""
    project.app().files(
        test_it="""
        import random
        import pytest
        from app import *

        @pytest.fixture(scope="class")
        def of_class(tables):
            add("of_class")

        @pytest.mark.parametrize("number", range(4))
        def test_function(number):
            assert names() == []
            add(str(random.random()))

        class TestClass:
            @pytest.mark.parametrize("number", range(4))
            def test_method(self, of_class, number):
                assert names() == ["of_class"]
                add(str(random.random()))
        """
    )
    before = random.getstate()
    outcome = project.run("-p", "pytest_randomly", "--randomly-seed=1").passed(8)
    random.setstate(before)

    assert " left " not in outcome.output
