"""Data files of every format: what they hold, where it stands, and what is wrong with them."""

from __future__ import annotations

import textwrap
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from freshdb.datafiles.document import Document
from freshdb.datafiles.reading import read
from freshdb.errors import DataFileError


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def document(folder: Path, name: str, text: str) -> Document:
    return read(write(folder, name, text), folder)


YAML = """\
# The same in four formats.
seed: two.yaml
cases:
  - id: "a"
    input: {month: 2026-02, days: [1, 2]}
"""
TOML = """\
# The same in four formats.
seed = "two.yaml"
[[cases]]
id = "a"
input = {month = "2026-02", days = [1,
  2]}
"""
JSON = """\
{
  "seed": "two.yaml",
  "cases": [{"id": "a",
    "input": {"month": "2026-02", "days": [1, 2]}}]}
"""
VALUE = {"seed": "two.yaml", "cases": [{"id": "a", "input": {"month": "2026-02", "days": [1, 2]}}]}


@pytest.mark.parametrize(
    ("name", "text", "of_value", "of_key"),
    [
        ("a.yaml", YAML, (5, 39), (5, 29)),
        ("a.toml", TOML, (6, 3), (5, 29)),
        ("a.json", JSON, (4, 47), (4, 35)),
    ],
)
def test_every_value_and_key_has_a_place(
    tmp_path: Path, name: str, text: str, of_value: tuple[int, int], of_key: tuple[int, int]
) -> None:
    one = document(tmp_path, name, text)

    assert one.value == VALUE
    place = one.place(("cases", 0, "input", "days", 1))
    assert (place.line, place.column) == of_value
    place = one.place(("cases", 0, "input", "days"), of_key=True)
    assert (place.line, place.column) == of_key
    assert one.place(("cases", 0, "nothing")).line == one.place(("cases", 0)).line


def test_every_part_of_a_toml_file_has_a_place(tmp_path: Path) -> None:
    one = document(
        tmp_path,
        "a.toml",
        """\
        a.b = 1
        [t]
        "quoted.key" = '''
        ]x[''' # a comment
        after = 1979-05-27T07:32:00Z
        [[t.list]]
        x = 1
        [[t.list]]
        x = { y = "\\"]", z = [ { w = 1 } ] }
        [t.list.deep]
        v = 2
        """,
    )

    lines = {
        ("a", "b"): 1,
        ("t", "quoted.key"): 3,
        ("t", "after"): 5,
        ("t", "list", 0, "x"): 7,
        ("t", "list", 1, "x", "z", 0, "w"): 9,
        ("t", "list", 1, "deep", "v"): 11,
    }
    assert {keys: one.place(keys).line for keys in lines} == lines


def test_lines_of_jsonl_are_a_list(tmp_path: Path) -> None:
    one = document(tmp_path, "a.jsonl", '{"a": 1}\n\n{"a": [2, 3]}\n')

    assert one.value == [{"a": 1}, {"a": [2, 3]}]
    assert (one.place((1, "a", 1)).line, one.place((1, "a", 1)).column) == (3, 11)


def test_cells_of_csv_are_texts_and_empty_ones_are_missing(tmp_path: Path) -> None:
    one = document(tmp_path, "a.csv", 'id,name,n\n1,"a, ""b""",\n2,"two\nlines",3\n4,c,5\n')

    assert one.value == [
        {"id": "1", "name": 'a, "b"'},
        {"id": "2", "name": "two\nlines", "n": "3"},
        {"id": "4", "name": "c", "n": "5"},
    ]
    assert one.place((2,)).line == 5


TYPED: list[tuple[str, Any, Any]] = [
    ("!decimal 1.20", {"$decimal": "1.20"}, Decimal("1.20")),
    ("!uuid 8c2f3c1e-54b9-4b7e-9a51-6d1c0c4b6a10", None, UUID("8c2f3c1e54b94b7e9a516d1c0c4b6a10")),
    ("2026-02-01", {"$date": "2026-02-01"}, date(2026, 2, 1)),
    ("2026-02-01T10:00:00", {"$datetime": "2026-02-01T10:00:00"}, datetime(2026, 2, 1, 10)),
    ("2026-02-01T10:00:00Z", {"$datetime": "2026-02-01T10:00:00Z"}, datetime(2026, 2, 1, 10, tzinfo=UTC)),
    ("2026-02-01 10:00:00.25 +01:30", None, datetime(2026, 2, 1, 10, 0, 0, 250000, tzinfo=timezone(timedelta(hours=1, minutes=30)))),
    ("!datetime 2026-07-01T10:00:00 Europe/Berlin", {"$datetime": "2026-07-01T10:00:00 Europe/Berlin"}, datetime(2026, 7, 1, 10, tzinfo=ZoneInfo("Europe/Berlin"))),
    ("!time 10:30:00", {"$time": "10:30:00"}, time(10, 30)),
    ("!timedelta 90.5", {"$timedelta": 90.5}, timedelta(seconds=90.5)),
    ("!timedelta 1:30:00.5", {"$timedelta": "1:30:00.5"}, timedelta(hours=1, minutes=30, seconds=0.5)),
    ("!timedelta \"-1 day, 23:00:00\"", {"$timedelta": "-1 day, 23:00:00"}, timedelta(hours=-1)),
    ("!bytes aGk=", {"$bytes": "aGk="}, b"hi"),
    ("!!binary aGk=", None, b"hi"),
    ("!set [1, 2]", {"$set": [1, 2]}, {1, 2}),
    ("!!set {1, 2}", None, {1, 2}),
    ("!tuple [1, !decimal 2]", {"$tuple": [1, {"$decimal": "2"}]}, (1, Decimal(2))),
    ("!enum http:HTTPStatus.OK", {"$enum": "http:HTTPStatus.OK"}, 200),
    ("~", {"$null": ""}, None),
    (".inf", {"$float": "inf"}, float("inf")),
    ("0x1F", None, 31),
    ("yes", None, "yes"),
    ("{$$decimal: 1}", {"$$decimal": 1}, {"$decimal": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("yaml", "json_value", "expected"), TYPED)
def test_values_that_plain_files_cannot_hold(
    tmp_path: Path, yaml: str, json_value: Any, expected: Any
) -> None:
    import json

    found = document(tmp_path, "a.yaml", f"v: {yaml}\n").value["v"]

    assert (found, type(found)) == (expected, type(found))
    if json_value is not None:
        text = json.dumps({"v": json_value})
        assert document(tmp_path, "a.json", text).value["v"] == expected
        assert document(tmp_path, "b.yaml", text).value["v"] == expected


def test_files_and_the_environment_can_be_included(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGION", "eu")
    write(tmp_path, "parts/b.json", '{"x": [1,\n 2]}')
    write(tmp_path, "parts/page.html", "<p>hi</p>")

    one = document(
        tmp_path,
        "a.yaml",
        """\
        part: !include parts/b.json
        page: {$include: parts/page.html}
        region: !env REGION
        other: !env {name: MISSING, default: 3}
        """,
    )

    assert one.value == {"part": {"x": [1, 2]}, "page": "<p>hi</p>", "region": "eu", "other": 3}
    place = one.place(("part", "x", 1))
    assert (place.path.name, place.line) == ("b.json", 2)


def test_merge_keys_of_yaml(tmp_path: Path) -> None:
    one = document(tmp_path, "a.yaml", "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n")

    assert one.value["b"] == {"x": 1, "y": 3}


BAD = {
    "a.yaml": [
        ("", "1:1: the file is empty"),
        ("# only a comment\n", "1:1: the file is empty"),
        ("a: [1\n", "2:1: not valid YAML"),
        ("a: 1\n---\nb: 2\n", "not valid YAML: but found another document"),
        ("a: 1\nb: 2\na: 3\n", "3:1: the key `a` is there twice (first in line 1)"),
        ("a: !decmal 1\n", "1:4: there is no tag `decmal`\n\nhint: did you mean `decimal`?"),
        ("a: {b: !date tomorrow}\n", "1:8: `date` is given 'tomorrow', not a date"),
        ("a: !enum http:HTTPStatus.OKAY\n", "1:4: `enum` is given"),
        ("a: !include a.yaml\n", "1:4: a cycle of includes: "),
        ("a: !include ../../etc/passwd\n", "outside of the project's folder"),
        ("a: !include b.yml\n", "1:4: `include` names `b.yml`, and there is no such file"),
        ("a: &a [*a]\n", "an alias to the value that it stands in"),
        ("a: !env NOT_SET_ANYWHERE\n", "1:4: the environment has no variable"),
        ("a: 2026-13-45\n", "1:4: `2026-13-45` is no timestamp"),
    ],
    "a.toml": [
        ("a = \n", "1:5: not valid TOML"),
        ("[a\n", "not valid TOML"),
        ("a = 1\na = 2\n", "not valid TOML: Cannot overwrite a value"),
        ('a = {"$uuid" = "x"}\n', "1:5: `uuid` is given 'x', not a UUID"),
    ],
    "a.json": [
        ("{", "1:2: not valid JSON"),
        ('{"a": 1,\n "a": 2}', "2:2: the key `a` is there twice"),
        ("{}", "1:1: the file is empty"),
        ('[{"$bytes": "?"}]', "1:2: `bytes` is given '?', not base64"),
    ],
    "a.jsonl": [('{"a": 1}\n{"a": }\n', "2:7: not valid JSON")],
    "a.csv": [
        ("a,b\n1,2,3\n", "2:1: a row of 3 cells under 2 columns"),
        ("a,a\n1,2\n", "1:3: the column `a` is there twice"),
        ("a,,c\n1,2,3\n", "1:1: column 2 has no name"),
        ('a\n"x\n', "not valid CSV"),
    ],
    "a.ini": [("[a]\n", "`.ini` is no format of data files")],
}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [(name, text, message) for name, inputs in BAD.items() for text, message in inputs],
)
def test_bad_files_are_one_message_with_a_place(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(DataFileError) as caught:
        document(tmp_path, name, text)

    assert message in str(caught.value)
    assert name in str(caught.value)
    if name != "a.ini":
        assert caught.value.line is not None


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, "report.yaml", "a: 1")

    with pytest.raises(DataFileError, match=r"no such file\n\nhint: did you mean `report.yaml`"):
        read(tmp_path / "reports.yaml", tmp_path)


def test_a_cycle_of_includes_is_named_whole(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", "back: !include a.yaml")

    with pytest.raises(
        DataFileError, match=r"b.yaml:1:7: a cycle of includes: .*a.yaml > .*b.yaml"
    ):
        document(tmp_path, "a.yaml", "x: !include b.yaml")


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,\xff\n")

    with pytest.raises(DataFileError, match=r"a.csv:2:3: not UTF-8"):
        read(path, tmp_path)


def test_yaml_without_its_library_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ruamel.yaml", None)

    with pytest.raises(DataFileError, match=r"needs ruamel.yaml\n\nhint: pip install"):
        document(tmp_path, "a.yaml", "a: 1")
    assert document(tmp_path, "a.toml", "a = 1").value == {"a": 1}
