"""`freshdb sql`: a statement tried, explained, and a project's statements checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from freshdb.cli import main

SOURCE = """\
from sqlalchemy import text

fine = text("SELECT a.b, COUNT(*) FROM a JOIN c ON a.id = c.a_id WHERE a.x = :x GROUP BY a.b")
upsert = "INSERT INTO t (a) VALUES (%s) ON DUPLICATE KEY UPDATE a = VALUES(a)"
differs = "SELECT * FROM a WHERE " + "MATCH (q) AGAINST ('x')"
refused = "SELECT ST_X(p) FROM places"
broken = "SELECT * FROM"
built = f"SELECT * FROM {fine}"
"""


def test_a_statement_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT LAST_DAY('2024-02-01') AS day, 1/3; SELECT 2"]) == 0
    assert capsys.readouterr().out == "day\t1/3\n2024-02-29\t0.3333\n2\n2\n"


def test_explain_shows_what_sqlite_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--explain", "SELECT IF(1, 2, 3) LIMIT 4, 5"]) == 0
    shown = capsys.readouterr().out
    assert "CASE WHEN 1 THEN 2 ELSE 3 END" in shown
    assert "LIMIT 5 OFFSET 4" in shown


def test_an_error_is_the_servers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT FROM"]) == 1
    assert capsys.readouterr().err.startswith("ERROR 1064: You have an error in your SQL syntax")


def test_a_refusal_names_the_construct(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "SELECT 1 FOR UPDATE SKIP LOCKED"]) == 2
    assert "SKIP LOCKED is not supported" in capsys.readouterr().err


def test_check_tells_of_each_statement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "app.py"
    path.write_text(SOURCE)

    assert main(["sql", "check", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    told = [line.removeprefix(f"{path}:")[:11] for line in lines if line.startswith(str(path))]
    assert told == ["5: differs:", "6: refused:", "7: error: 1", "8: unknown:"]
    assert lines[-1] == "2 run, 1 differ, 1 refused, 1 wrong, 1 unknown"


def test_check_knows_the_tables_of_a_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema, path = tmp_path / "schema.sql", tmp_path / "app.py"
    schema.write_text("CREATE TABLE t (a INT);")
    path.write_text("sql = 'SELECT b FROM t'\n")

    assert main(["sql", "--schema", str(schema), "check", str(path)]) == 1
    assert "1054: Unknown column 'b' in 'field list'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["check", "nowhere.py"], ["--schema", "nowhere.sql", "SELECT 1"]]
)
def test_a_file_that_is_not_there_is_named(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", *words]) == 2
    assert "there is no file `nowhere." in capsys.readouterr().err


@pytest.mark.parametrize("words", [[""], ["check"]])
def test_nothing_to_run_or_to_check_is_said(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sql", *words]) == 2
    assert "hint: " in capsys.readouterr().err


@pytest.mark.parametrize("place", [1, 2, 3])
def test_options_stand_in_any_order(
    place: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "app.py"
    path.write_text("sql = 'SELECT 1::INTEGER FROM (SELECT 2 AS b) AS d'\n")
    words = ["sql", "check", str(path)]
    words[place:place] = ["--dialect", "postgres"]

    assert main(words) == 0
    assert capsys.readouterr().out == "1 run\n"


def test_a_database_that_is_none_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("milk, eggs, and quite some other things" * 40)

    assert main(["sql", "--database", str(path), "SELECT 1"]) == 2
    assert main(["sql", "--database", str(path / "x"), "SELECT 1"]) == 2
    assert capsys.readouterr().err.count("notes.txt") == 2


def test_a_schema_that_does_not_run_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = tmp_path / "schema.sql"
    schema.write_text("CREATE TABLE t (a INT); CREATE TABLE u (b")

    assert main(["sql", "--schema", str(schema), "SELECT 1"]) == 2
    assert "mend the statement `CREATE TABLE u (b`" in capsys.readouterr().err


def test_what_cannot_be_read_is_not_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, script = tmp_path / "broken.py", tmp_path / "script.sql"
    path.write_text("x = (")
    script.write_text("SELECT 1")

    assert main(["sql", "check", str(path)]) == 1
    assert main(["sql", "check", str(script)]) == 2
    told = capsys.readouterr()
    assert told.out.endswith("1 unread\n")
    assert "script.sql` is no Python file" in told.err
