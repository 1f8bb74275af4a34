"""`--freshdb-update`: what came out is written in place, and nothing else is changed."""

from __future__ import annotations

import textwrap
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.case.compare import differences
from freshdb.case.reading import read_cases
from freshdb.case.recording import Recorder
from freshdb.case.updating import pack, recording, unpack, updates_of, write
from freshdb.datafiles import csv_writing, json_writing, toml_writing, yaml_writing
from freshdb.datafiles.values import encode
from freshdb.datafiles.writing import replace, with_keys
from tests.project import Project

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=True)
    | TEXTS
    | st.sampled_from(["2026-02-01", "null", "yes", "1.0", "$x", "$$", "- a", "a: b", "#", "", " ", "~", "'", '"', "a\nb", "\r\n", " \t", "\x85", "a\u2028b", "\x7f\x91", "\ufeff"])
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
    | st.dates()
    | st.datetimes()
    | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))]))
    | st.times()
    | st.uuids()
    | st.binary(max_size=8)
    | st.timedeltas(timedelta(0), timedelta(days=99))
    | st.frozensets(st.integers(0, 9), max_size=3).map(set)
)  # fmt: skip
KEYS = st.sampled_from(["a", "b", "total", "$odd", "two words", "x.y", "1"]) | TEXTS.filter(bool)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def written(name: str, expected: Any) -> str:
    """Return a file with one case before and one after that which is changed."""
    other = {"id": "before", "expected": [1, {"a": "b"}]}
    after = {"id": "after", "input": {"x": [1, 2]}, "expected": "same"}
    if name == "yaml":
        value = {
            "cases": [other, {"id": "x", "expected": encode(expected, yaml_writing.NATIVE)}, after]
        }
        return yaml_writing.dumped(value)
    if name == "toml":
        value = {
            "cases": [
                other,
                {"id": "x", "expected": with_keys(encode(expected, toml_writing.NATIVE))},
                after,
            ]
        }
        return toml_writing.dumped(value)
    one = {"id": "x", "expected": with_keys(encode(expected, json_writing.NATIVE))}
    if name == "json":
        return json_writing.dumped({"cases": [other, one, after]})
    if name == "jsonl":
        import json

        return "".join(json.dumps(part) + "\n" for part in (other, one, after))
    rows = [{"id": c["id"], "expected": c["expected"]} for c in (other, one, after)]
    return csv_writing.dumped(rows)


FORMATS = ("yaml", "toml", "json", "jsonl", "csv")


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=VALUES, after=VALUES)
def test_any_value_that_is_updated_is_equal_then(
    tmp_path: Path, name: str, before: Any, after: Any
) -> None:
    path = tmp_path / f"x.{name}"
    replace(path, written(name, before))
    case = read_cases(path, tmp_path)[1]
    assert not differences(before, case.expected), "the file itself is read as it was written"
    recorder = recording(case)

    assert recorder == after
    updates = unpack(pack(updates_of(case, recorder.edits)))
    write(updates)

    first, changed, last = read_cases(path, tmp_path)
    assert not differences(after, changed.expected), path.read_text()
    assert (first.expected, last.expected) == ([1, {"a": "b"}], "same")


STYLES = {
    "yaml": (
        """\
        # What the report says.
        seed:   ~
        cases:
        - id: 'one'   # the first
          input: {a: 1,   b: [1,2]}
          expected: {total: 1, when: 2026-02-01, old: 1, who: !any int}   # a note
        - id: two
          expected:
            total: 0x10
            # why
            names: [ada]
            note: "kept"
            price: !approx 1.5
        """,
        """\
        # What the report says.
        seed:   ~
        cases:
        - id: 'one'   # the first
          input: {a: 1,   b: [1,2]}
          expected: {total: 2, when: 2026-02-02, who: !any int, new: !decimal 1.20} # a note
        - id: two
          expected:
            total: 0x10
            # why
            names: [ada, bob]
            note: "kept"
            price: !approx 2.5
        """,
    ),
    "toml": (
        """\
        # What the report says.
        [[cases]]
        id = 'one'  # the first
        input = {a = 1,   b = [1,2]}
        expected = {total = 1, when = 2026-02-01, old = 1, who = {"$any" = "int"}}   # a note

        [[cases]]
        id = "two"
        [cases.expected]
        total = 0x10
        names = ["ada"] # who
        note = 'kept'
        price = {"$approx" = 1.5}
        """,
        """\
        # What the report says.
        [[cases]]
        id = 'one'  # the first
        input = {a = 1,   b = [1,2]}
        expected = {total = 2, when = 2026-02-02,  who = {"$any" = "int"}, new = {"$decimal" = "1.20"}}   # a note

        [[cases]]
        id = "two"
        [cases.expected]
        total = 0x10
        names = ["ada", "bob"] # who
        note = 'kept'
        price = {"$approx" = 2.5}
        """,
    ),
    "json": (
        """\
        {"cases": [
          {"id": "one",  "input": {"a":1},
           "expected": {"total": 1, "when": {"$date": "2026-02-01"}, "old": 1, "who": {"$any": "int"}}},
          {"id": "two", "expected": {
              "total": 16,
              "names": ["ada"],
              "note":   "kept",
              "price": {"$approx": 1.5}
          }}]}
        """,
        """\
        {"cases": [
          {"id": "one",  "input": {"a":1},
           "expected": {"total": 2, "when": {"$date": "2026-02-02"}, "who": {"$any": "int"}, "new": {"$decimal": "1.20"}}},
          {"id": "two", "expected": {
              "total": 16,
              "names": ["ada", "bob"],
              "note":   "kept",
              "price": {"$approx": 2.5}
          }}]}
        """,
    ),
    "jsonl": (
        """\
        {"id": "one",  "expected": {"total": 1, "when": {"$date": "2026-02-01"}, "old": 1, "who": {"$any": "int"}}}

        {"id": "two",  "expected": {"total": 16,  "names": ["ada"],   "note": "kept", "price": {"$approx": 1.5}}}
        """,
        """\
        {"id": "one",  "expected": {"total": 2, "when": {"$date": "2026-02-02"}, "who": {"$any": "int"}, "new": {"$decimal": "1.20"}}}

        {"id": "two",  "expected": {"total": 16,  "names": ["ada", "bob"],   "note": "kept", "price": {"$approx": 2.5}}}
        """,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STYLES)
def test_only_what_differs_is_changed(project: Project, name: str) -> None:
    before, after = (textwrap.dedent(text) for text in STYLES[name])
    path = project.path / f"cases.{name}"
    path.write_text(before)
    project.files(
        test_it=f"""
        import freshdb
        from datetime import date
        from decimal import Decimal

        RESULTS = {{
            "one": {{"total": 2, "when": date(2026, 2, 2), "who": 3, "new": Decimal("1.20")}},
            "two": {{"total": 16, "names": ["ada", "bob"], "note": "kept", "price": 2.5}},
        }}

        @freshdb.cases("cases.{name}")
        def test_it(case):
            assert RESULTS[case.id] == case.expected
        """
    )
    project.run().failed(2)

    outcome = project.run("--freshdb-update").passed(2)

    assert path.read_text() == after
    assert "case `one`: expected.total: 1 -> 2" in outcome.output
    assert f"updated cases.{name}:" in outcome.output
    project.run().passed(2)
    outcome = project.run("--freshdb-update").passed(2)
    assert "updated" not in outcome.output


def test_csv_gets_cells_and_columns(project: Project) -> None:
    project.files(
        cases__csv='id,input.n,expected.double,note\none,1,3,"a, b"\ntwo,2,4,x\n',
        test_it="""
        import freshdb

        @freshdb.cases("cases.csv")
        def test_it(case):
            n = case.input["n"]
            assert {"double": 2 * n} | ({"text": "1"} if n == 1 else {}) == case.expected
        """,
    ).run("--freshdb-update").passed(2)

    assert (project.path / "cases.csv").read_text() == (
        'id,input.n,expected.double,note,expected.text\none,1,2,"a, b","""1"""\ntwo,2,4,x,\n'
    )
    project.run().passed(2)


def test_a_missing_expected_is_written(project: Project) -> None:
    project.files(
        cases__yaml="cases:\n  - id: one\n    input: {n: 1}\n  - id: two\n    input: {n: 2}\n",
        more__json='{"cases": [\n  {"id": "one", "input": {"n": 1}},\n  {"id": "two", "input": {"n": 2}}\n]}\n',
        test_it="""
        import freshdb

        @freshdb.cases("cases.yaml")
        @freshdb.cases("more.json", argument="other")
        def test_it(case, other):
            assert [case.input["n"], {"x": None}] == case.expected
            assert other.input["n"] == other.expected
        """,
    )
    outcome = project.run()
    assert "no `expected` in case `one`; --freshdb-update writes it" in outcome.output

    project.run("--freshdb-update").passed(4)

    project.run().passed(4)


def test_ci_workers_failing_tests_and_disagreement(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "cases:\n  - {id: one, expected: 1}\n  - {id: two, expected: 1}\n  - {id: odd, raises: KeyError}\n"
    project.files(
        cases__yaml=text,
        test_it="""
        import freshdb, pytest

        @freshdb.cases("cases.yaml")
        @pytest.mark.parametrize("n", [1, 2])
        def test_it(case, n):
            if case.id == "odd":
                raise KeyError
            assert n + 1 == case.expected
            assert case.id == "one"
        """,
    )
    path = project.path / "cases.yaml"

    with monkeypatch.context() as patch:
        patch.setenv("CI", "true")
        refused = project.run("--freshdb-update")
    assert refused.status == 4, refused.output
    assert "this is CI" in refused.output
    assert path.read_text() == text
    outcome = project.run_apart("-n", "2", "--freshdb-update")

    assert outcome.counts == {"failed": 2, "passed": 4}, outcome.output
    assert "not updated, since another test had something else" in outcome.output
    assert path.read_text() in (
        text.replace("one, expected: 1", f"one, expected: {n}") for n in (2, 3)
    )


def test_included_files_are_updated_where_they_are(project: Project) -> None:
    project.files(
        cases__yaml="cases:\n  - {id: one, expected: {part: !include part.json, other: 1}}\n",
        part__json='{"x": [1, 2]}\n',
        test_it="""
        import freshdb

        @freshdb.cases("cases.yaml")
        def test_it(case):
            assert {"part": {"x": [1, 3]}, "other": 1} == case.expected
        """,
    ).run("--freshdb-update").passed(1)

    assert (project.path / "part.json").read_text() == '{"x": [1, 3]}\n'
    project.run().passed(1)


def test_what_no_file_can_hold_fails_the_test(project: Project) -> None:
    project.files(
        cases__yaml="cases:\n  - {id: one, expected: 1}\n",
        test_it="import freshdb\n@freshdb.cases('cases.yaml')\ndef test_it(case):\n    assert object() == case.expected\n",
    )

    outcome = project.run("--freshdb-update").failed(1)

    assert "no data file can hold a object" in outcome.output


def test_parts_of_what_is_expected_can_be_compared() -> None:
    recorder = Recorder({"a": [1, 2], "b": 3})

    assert recorder["a"][1] == 5
    assert recorder["c"] == "new"
    assert [str(edit) for edit in recorder.edits] == [
        "expected.a[1]: 2 -> 5",
        "expected.c: nothing -> 'new'",
    ]
