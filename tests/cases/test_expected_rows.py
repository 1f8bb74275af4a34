"""`expected_rows`: after the test, the named tables hold exactly or at least these rows."""

from __future__ import annotations

import pytest

from tests.project import Project

TEST = """
    import freshdb, pytest
    from app import *

    @freshdb.cases("cases.yaml")
    def test_it(case):
        add(*case.input)
        if case.raises:
            raise ValueError
"""
SEEDED = '[tool.freshdb]\nschema = "app:Base"\nseed = "seed.yaml"\n'


def run(project: Project, rows: str, names: str = "[ada, bob]") -> str:
    project.app().files(
        pyproject__toml=SEEDED,
        conftest="",
        seed__yaml="users: {root: {id: 7, name: root}}\n",
        cases__yaml=f"cases:\n  - id: one\n    input: {names}\n    expected_rows: {rows}\n",
        test_it=TEST,
    )
    return project.run().output


@pytest.mark.parametrize(
    "rows",
    [
        "{users: [{name: bob}, {name: root, id: $root.id}, {name: ada}]}",
        "{users: {at_least: [{name: ada, id: 8}]}}",
        "{users: [{name: !regex ^a}, {id: !any int}, {name: bob, id: 9}]}",
        "{users: {at_least: []}}",
    ],
)
def test_rows_that_are_there(project: Project, rows: str) -> None:
    assert "1 passed" in run(project, rows)


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (
            "{users: [{name: ada}, {name: root, id: 1}]}",
            ["a row of `users` differs: {'id': 7, 'name': 'root'}   (line 4)", ".id: 7, expected 1",
             "not expected in `users`: {'id': 9, 'name': 'bob'}"],
        ),
        ("{users: {at_least: [{name: eve}]}}", ["missing from `users`: {'name': 'eve'}   (line 4)"]),
        ("{users: []}", ["not expected in `users`: {'id': 7, 'name': 'root'}"]),
    ],
)  # fmt: skip
def test_rows_that_differ_are_shown(project: Project, rows: str, lines: list[str]) -> None:
    output = run(project, rows)

    assert "1 failed" in output
    for line in ["the tables do not hold what case `one` expects (cases.yaml:2:5)", *lines]:
        assert line in output, output


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("{user: []}", "there is no table `user`\n\nhint: did you mean `users`?"),
        ("{users: [{nmae: x}]}", "cases.yaml:4:30: table `users` has no column `nmae`"),
        ("{users: [{id: x}]}", "cases.yaml:4:34: `users.id` is 'x', not a whole number"),
        ("{users: {most: []}}", "there is no key `most`\n\nhint: valid: `at_least`"),
        ("{users: 3}", "the rows of `users` are no list of rows"),
        ("3", "`expected_rows` is no mapping of tables"),
    ],
)
def test_rows_that_do_not_fit_stop_the_collection(
    project: Project, rows: str, message: str
) -> None:
    output = run(project, rows)

    assert "1 error" in output
    assert message in output.replace("\nE   ", "\n"), output


def test_a_test_that_never_connects_and_one_that_raises(project: Project) -> None:
    project.app().files(
        pyproject__toml='[tool.freshdb]\nschema = "app:Base"\n',
        conftest="",
        cases__yaml="""
        cases:
          - {id: raises, input: [ada], raises: ValueError, expected_rows: {users: [{name: ada}]}}
          - {id: never, input: [], expected_rows: {users: []}}
        """,
        test_it=TEST.replace("add(*case.input)", "case.input and add(*case.input)"),
    )

    outcome = project.run("-p", "no:randomly").failed(1, passed=1)

    assert "the test has connected to no database with a table `users`" in outcome.output
