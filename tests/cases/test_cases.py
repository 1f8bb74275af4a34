"""Tests that take their cases from a data file, as a stranger's suite would have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from freshdb.case.reading import read_cases
from freshdb.errors import DataFileError
from tests.project import Project

ADD = """
import freshdb
import pytest

def add(a, b=0):
    if a is None:
        raise ValueError("a number, please")
    return {"sum": a + b, "parts": [a, b]}

@freshdb.cases("data/add.NAME")
def test_add(case):
    assert add(**case.input) == case.expected
"""

FILES = {
    "yaml": """
        cases:
          - id: small
            input: {a: 1, b: 2}
            expected: {sum: 3, parts: [1, 2]}
          - id: large
            tags: [slow, nightly]
            input: {a: 1000}
            expected: {sum: !approx 1000, parts: !unordered [0, 1000]}
          - id: broken
            input: {a: null}
            raises: {type: ValueError, match: ^a number}
          - id: skipped
            skip: not now
            input: {}
          - id: known
            xfail: as we all know
            input: {a: 1}
            expected: 3
        """,
    "toml": """
        [[cases]]
        id = "small"
        input = {a = 1, b = 2}
        expected = {sum = 3, parts = [1, 2]}
        [[cases]]
        id = "large"
        tags = ["slow", "nightly"]
        input.a = 1000
        expected.sum = {"$approx" = 1000}
        expected.parts = {"$unordered" = [0, 1000]}
        [[cases]]
        id = "broken"
        input.a = {"$null" = ""}
        raises = {type = "ValueError", match = "^a number"}
        [[cases]]
        id = "skipped"
        skip = "not now"
        [[cases]]
        id = "known"
        xfail = "as we all know"
        input.a = 1
        expected = 3
        """,
    "json": """
        {"cases": [
          {"id": "small", "input": {"a": 1, "b": 2}, "expected": {"sum": 3, "parts": [1, 2]}},
          {"id": "large", "tags": ["slow", "nightly"], "input": {"a": 1000},
           "expected": {"sum": {"$approx": 1000}, "parts": {"$unordered": [0, 1000]}}},
          {"id": "broken", "input": {"a": null}, "raises": {"type": "ValueError", "match": "^a number"}},
          {"id": "skipped", "skip": "not now"},
          {"id": "known", "xfail": "as we all know", "input": {"a": 1}, "expected": 3}]}
        """,
    "jsonl": """
        {"id": "small", "input": {"a": 1, "b": 2}, "expected": {"sum": 3, "parts": [1, 2]}}
        {"id": "large", "tags": "slow nightly", "input": {"a": 1000}, "expected": {"$partial": {"sum": 1000}}}
        {"id": "broken", "input": {"a": null}, "raises": "ValueError"}
        {"id": "skipped", "skip": "not now"}
        {"id": "known", "xfail": "as we all know", "input": {"a": 1}, "expected": 3}
        """,
    "csv": """\
        id,tags,input.a,input.b,expected.sum,expected.parts,raises,skip,xfail
        small,,1,2,3,"[1, 2]",,,
        large,slow nightly,1000,,1000,"{""$length"": 2}",,,
        broken,,null,,,,ValueError,,
        skipped,,1,,,,,not now,
        known,,1,,4,"[]",,,as we all know
        """,
}


@pytest.fixture
def add(project: Project) -> Project:
    (project.path / "data").mkdir()
    return project


def write(project: Project, name: str, text: str) -> None:
    import textwrap

    path = project.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_each_format_has_the_same_cases(add: Project, name: str) -> None:
    write(add, f"data/add.{name}", FILES[name])
    add.files(test_it=ADD.replace("NAME", name))

    outcome = add.run("-v")

    assert "3 passed, 1 skipped, 1 xfailed" in outcome.output, outcome.output
    for words in ("[small] PASSED", "[skipped] SKIPPED (not now)", "[known] XFAIL (as we"):
        assert words in outcome.output
    assert add.run("-v", "-k", "nightly").passed(1)
    assert "[large] PASSED" in add.run("-v", "-k", "slow and not small").output


def test_a_folder_has_a_file_for_each_case(add: Project) -> None:
    write(add, "data/add/small.yaml", "input: {a: 1, b: 2}\nexpected: {sum: 3, parts: [1, 2]}\n")
    write(
        add, "data/add/large.json", '{"input": {"a": 9}, "expected": {"sum": 9, "parts": [9, 0]}}'
    )
    write(
        add, "data/add/more.jsonl", '{"id": "x", "input": {"a": 1}, "expected": {"$any": "dict"}}'
    )
    write(add, "data/add/README.md", "no case")
    add.files(test_it=ADD.replace("add.NAME", "add"))

    outcome = add.run("-v").passed(3)

    for name in ("[small]", "[large]", "[x]"):
        assert name in outcome.output


def test_a_failing_case_tells_its_line_and_what_differs(add: Project) -> None:
    write(
        add,
        "data/add.yaml",
        """\
        cases:
          - id: wrong
            input: {a: 1, b: 2}
            expected:
              sum: 4
              parts: [1, 2, 3]
              more: true
        """,
    )
    outcome = add.files(test_it=ADD.replace("NAME", "yaml")).run().failed(1)

    for line in (
        "what came out is not `expected` of case `wrong` (data/add.yaml:2:5)",
        ".sum: 3, expected 4   (line 5)",
        ".parts[2]: missing, expected 3   (line 6)",
        ".more: missing, expected True   (line 7)",
        "data/add.yaml:2:5: case `wrong`",
    ):
        assert line in outcome.output, outcome.output


def test_errors_that_do_not_come_or_are_others(add: Project) -> None:
    write(
        add,
        "data/add.yaml",
        """\
        cases:
          - {id: none, input: {a: 1}, raises: ValueError}
          - {id: text, input: {a: null}, raises: {type: ValueError, match: a letter}}
          - {id: kind, input: {a: null}, raises: KeyError}
          - {id: base, input: {a: null}, raises: Exception}
          - {id: none either, input: {a: 1}, raises: Exception}
        """,
    )
    outcome = add.files(test_it=ADD.replace("NAME", "yaml")).run().failed(4, passed=1)

    assert "did not raise Exception, which case `none either` expects" in outcome.output
    assert "no `expected`" not in outcome.output

    assert (
        "did not raise ValueError, which case `none` expects (data/add.yaml:2:5)" in outcome.output
    )
    assert (
        "raised ValueError with the text 'a number, please'; case `text` expects" in outcome.output
    )
    assert "ValueError: a number, please" in outcome.output


def test_stacked_classes_async_and_own_argument_names(add: Project) -> None:
    write(
        add,
        "data/two.yaml",
        "cases: [{id: x, input: {n: 1}, expected: 1}, {id: y, input: {n: 2}, expected: 2}]",
    )
    add.files(
        test_it="""
        import freshdb
        import pytest

        @freshdb.cases("data/two.yaml")
        class TestAll:
            @pytest.mark.parametrize("factor", [1, 10])
            def test_stacked(self, case, factor):
                assert "seen" not in case.input  # a case is a test's own
                case.input["seen"] = True

            @pytest.mark.asyncio
            async def test_async(self, case):
                assert case.input["n"] == case.expected

        @freshdb.cases("data/two.yaml", argument="one")
        @freshdb.cases("data/two.yaml", argument="other")
        @pytest.mark.anyio
        async def test_two_files(one, other):
            assert {one.id, other.id} <= {"x", "y"}

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
        """
    )

    add.run().passed(4 + 2 + 4)


def test_rows_objects_and_sessions_compare_by_their_columns(project: Project) -> None:
    project.app().files(
        cases__yaml="""
        seed: {users: [{name: ada}, {name: bob}]}
        cases:
          - id: one
            expected: {first: {id: 1, name: !regex ^a}, all: [{id: 1, name: ada}, {id: 2, name: bob}]}
        """,
        test_it="""
        import freshdb
        from app import *

        @freshdb.cases("cases.yaml")
        def test_all(case, db_session):
            first, all = case.expected["first"], case.expected["all"]
            query = select(User.id, User.name).order_by(User.id)
            users = db_session.scalars(select(User)).all()
            assert db_session.execute(query).all() == all
            assert db_session.execute(query).first() == first
            assert first == db_session.execute(query).first()
            assert db_session.execute(query).mappings().all() == all
            assert users == all
            assert users[0] == first
            assert {"first": users[0], "all": users} == case.expected
            db_session.commit()
            assert users == all  # what is expired is loaded again

        @freshdb.cases("cases.yaml")
        def test_session(case, db_session):
            users = db_session.scalars(select(User)).all()
            assert {"held": db_session} == type(case.expected)({"held": {"users": users}})

        @freshdb.cases("cases.yaml")
        def test_a_row_in_another_order(case, db_session):
            assert db_session.execute(select(User.name, User.id)).first() == case.expected["first"]

        @freshdb.cases("cases.yaml")
        def test_a_result(case, db_session):
            assert db_session.scalars(select(User)) == case.expected["all"]
        """,
    )

    outcome = project.run("-p", "no:randomly").failed(2, passed=2)

    assert "compares in the order of its columns; compare `row._mapping`" in outcome.output
    assert "a ScalarResult can be read only once; compare its `.all()`" in outcome.output


def test_a_tag_that_is_a_registered_marker_selects(add: Project) -> None:
    write(add, "data/add.yaml", FILES["yaml"])
    add.files(
        test_it=ADD.replace("NAME", "yaml"),
        pytest__ini="[pytest]\nmarkers =\n    slow: takes long\naddopts = --strict-markers\n",
    )

    add.run("-m", "slow").passed(1)


def test_workers_run_cases(add: Project) -> None:
    write(add, "data/add.yaml", FILES["yaml"].replace("sum: 3", "sum: 4"))
    add.files(test_it=ADD.replace("NAME", "yaml"))

    outcome = add.run_apart("-n", "2", "-q")

    assert "1 failed, 2 passed, 1 skipped, 1 xfailed" in outcome.output, outcome.output
    assert "data/add.yaml:3:5: case `small`" in outcome.output


@pytest.mark.parametrize("first", ["a", "z"], ids=["failure first", "failure last"])
def test_last_failed_runs_what_failed_and_what_has_changed(add: Project, first: str) -> None:
    write(add, "data/add.yaml", FILES["yaml"])
    write(add, "data/other.yaml", "cases: [{id: one, expected: !include part.txt}]")
    write(add, "data/part.txt", "hello")
    test = """
        import freshdb
        @freshdb.cases("data/other.yaml")
        def test_other(case): assert case.expected == "hello"
        class TestClass:
            @freshdb.cases("data/other.yaml")
            def test_other(self, case): assert case.expected == "hello"
        def test_passes(): ...
    """
    add.files(
        **{
            f"test_{first}": "def test_fails(): assert 0\ndef test_passes(): ...",
            "test_m": ADD.replace("NAME", "yaml") + "\ndef test_passes(): ...",
            "test_n": test,
        }
    )
    run = ("-p", "cacheprovider", "-p", "no:randomly", "-rA")
    add.run(*run)

    assert add.run(*run, "--lf").counts == {"failed": 1}
    write(
        add,
        "data/add.yaml",
        FILES["yaml"].rstrip() + "\n          - {id: new, input: {a: 1}, expected: 1}\n",
    )
    outcome = add.run(*run, "--lf")
    assert outcome.counts == {"failed": 2, "passed": 3, "skipped": 1, "xfailed": 1}, outcome.output
    assert "[new]" in outcome.output
    assert add.run(*run, "--lf").counts == {"failed": 2}
    write(add, "data/part.txt", "hello ")
    assert add.run(*run, "--lf").counts == {"failed": 4}


BAD = {
    "": "1:1: the file is empty",
    "cases: []\n": "1:8: there are no cases",
    "cases: 3\n": "1:8: there are no cases",
    "casses: []\n": "1:1: there is no key `casses`\n\nhint: did you mean `cases`?",
    "cases:\n  - 3\n": "2:5: a case is no mapping",
    "cases:\n  - {id: a, inputs: {}}\n": "2:13: there is no key `inputs`\n\nhint: did you mean `input`?",
    "cases:\n  - {id: a}\n  - {id: b}\n  - {id: a}\n": "4:10: two cases have the id `a` (the first is at data/add.yaml:2:5)",
    "cases:\n  - {id: a, raises: ValueErorr}\n": "2:21: `raises` is `ValueErorr`, and Python has no such exception\n\nhint: did you mean `ValueError`?",
    "cases:\n  - {id: a, raises: nowhere:Error}\n": "2:21: `raises` is `nowhere:Error`",
    "cases:\n  - {id: a, raises: {typ: ValueError}}\n": "2:22: there is no key `typ`",
    "cases:\n  - {id: a, raises: {type: ValueError, match: '('}}\n": "`match` is no regular expression",
    "cases:\n  - {id: a, raises: int}\n": "2:21: `raises` is `int`, which is no exception",
    "cases:\n  - {id: a, raises: ValueError, expected: 1}\n": "not both",
    "cases:\n  - {id: a, input: {x: !any }}\n": "2:24: `any` is a matcher, and `input` must be values",
    "cases:\n  - {id: a, expected: !regex '('}\n": "2:23: `regex` is given '(', not a regular expression",
    "cases:\n  - {id: a, skip: 3}\n": "2:19: `skip` is 3, not a reason",
    "cases:\n  - {id: a, tags: 3}\n": "2:19: `tags` is no list of words",
    "cases:\n  - {id: a, seed: 3}\n": "2:19: `seed` is no path",
    "cases:\n  - {id: [a]}\n": "2:10: `id` is ['a'], not a name",
    "cases:\n  - {id: }\n": "`id` is None, not a name",
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD.items(), ids=range(len(BAD)))
def test_a_bad_file_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data" / "add.yaml"
    path.parent.mkdir()
    path.write_text(text)

    with pytest.raises(DataFileError) as caught:
        read_cases(path, tmp_path)

    assert message in str(caught.value)
    assert caught.value.line is not None


def test_the_nearest_exception_is_all_that_a_hint_names(tmp_path: Path) -> None:
    path = tmp_path / "add.yaml"
    path.write_text("cases:\n  - {id: a, raises: ValueErorr}\n")

    with pytest.raises(DataFileError) as caught:
        read_cases(path, tmp_path)

    assert caught.value.hint == "did you mean `ValueError`?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (next(iter(BAD)), BAD[next(iter(BAD))]),
        (
            "cases:\n  - {id: a, seed: two.yaml}\n",
            "data/two.yaml: there is no such seed (named by data/add.yaml:2:19)",
        ),
    ],
)
def test_a_bad_file_stops_the_collection(add: Project, text: str, message: str) -> None:
    write(add, "data/add.yaml", text)
    add.files(test_it=ADD.replace("NAME", "yaml"), test_other="def test_never_run(): ...")

    outcome = add.run("-p", "no:randomly")

    assert outcome.counts == {"error": 1}, outcome.output
    assert message in outcome.output.replace("\nE   ", "\n"), outcome.output
    assert "Traceback" not in outcome.output


def test_a_missing_file_and_a_missing_argument(add: Project) -> None:
    write(add, "data/add.yaml", FILES["yaml"])
    add.files(
        test_file=ADD.replace("add.NAME", "ad.yaml"),
        test_argument=ADD.replace("NAME", "yaml").replace("(case)", "()"),
    )

    output = add.run("-p", "no:randomly").output

    assert "data/ad.yaml: there is no such file\n\nhint: did you mean `add.yaml`?" in output
    assert "takes its cases from `data/add.yaml` and has no argument `case`" in output
