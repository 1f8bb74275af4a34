"""`--freshdb-order`: reproducible, the same in every worker, and out of the way of its likes."""

from __future__ import annotations

import re

from tests.project import Project

TESTS = "import pytest\n" + "\n".join(f"def test_{number}(): pass" for number in range(12))


def _order(output: str) -> list[str]:
    return re.findall(r"test_it\.py::(test_\d+) PASSED", output)


def test_a_random_order_comes_again_with_its_seed(project: Project) -> None:
    project.files(test_it=TESTS)

    first = project.run("-v", "--freshdb-order=random")
    seed = re.search(r"--freshdb-order=(\d+)\)", first.output)
    assert seed is not None
    again = project.run("-v", f"--freshdb-order={seed[1]}")

    assert sorted(_order(first.output)) == sorted(f"test_{number}" for number in range(12))
    assert _order(first.output) == _order(again.output)
    assert _order(first.output) != [f"test_{number}" for number in range(12)]


def test_reversed(project: Project) -> None:
    project.files(test_it=TESTS)

    shown = _order(project.run("-v", "--freshdb-order=reverse").output)

    assert shown == [f"test_{number}" for number in reversed(range(12))]


def test_all_workers_have_the_same_order(project: Project) -> None:
    project.files(test_it=TESTS)

    outcome = project.run_apart("-n", "2", "--freshdb-order=random", "-p", "no:randomly")

    assert outcome.counts == {"passed": 12}, outcome.output  # xdist refuses different collections


def test_pytest_randomly_is_left_alone(project: Project) -> None:
    project.files(test_it=TESTS)

    output = project.run_installed("-p", "randomly", "--freshdb-order=reverse").output

    assert "freshdb order: left to pytest-randomly" in output


def test_an_order_that_is_none(project: Project) -> None:
    project.files(test_it=TESTS)

    assert "`random`, `reverse`, `file`" in project.run("--freshdb-order=sideways").output
