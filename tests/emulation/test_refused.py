"""What has no rule that could be kept is refused by name: a wrong answer is never given."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import freshdb.emulation
from freshdb.errors import EmulationError

TABLE = """CREATE TABLE t (
    id INT PRIMARY KEY, e ENUM('b', 'a'), bits BIT(8), short FLOAT, KEY (short)
)"""
RECURSION = "WITH RECURSIVE n AS (SELECT 1 AS i UNION SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"


@pytest.fixture
def connection() -> Iterator[Any]:
    with closing(freshdb.emulation.connect(flavor="mariadb")) as found:
        found.execute(TABLE)
        found.execute("INSERT INTO t VALUES (1, 'a', 5, 0.6158)")
        found.execute("CREATE TABLE wide (x BIT(64))")
        found.execute(
            "CREATE TABLE c (id INT, FOREIGN KEY (id) REFERENCES t (id) ON DELETE CASCADE)"
        )
        yield found


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT MAX(e) + 1 FROM t", "MIN or MAX of an ENUM or SET as a number"),
        ("SELECT x + 1 FROM (SELECT MIN(e) AS x FROM t) AS d", "as a number"),
        ("SELECT MAX(bits) FROM t", "MAX of BIT"),
        ("SELECT COALESCE(bits, 'x') FROM t", "a choice of BIT values"),
        ("SELECT bits FROM t UNION SELECT 1", "BIT in a UNION"),
        ("SELECT MAX(short) FROM t WHERE short <= 0.6158", "MAX of a FLOAT"),
        ("""SELECT JSON_MERGE('{"a": 1, "a": 2}', '{"a": 3}')""", "a key twice"),
        ("""SELECT JSON_MERGE_PATCH('{"a": 1}', '{"a": 3, "a": 4}')""", "a key twice"),
        ("SELECT QUOTE(bits) FROM t", "QUOTE of BIT"),
        ("SELECT COALESCE(DATE('2024-01-31'), bits) FROM t", "a choice of BIT values"),
        ("SELECT JSON_OVERLAPS('12x', 12)", "JSON_OVERLAPS of what is no JSON|is broken"),
        ("SELECT JSON_SET('{}', '$.a', X'C3A4')", "bytes beyond ASCII in JSON"),
        ("SELECT MAX(JSON_ARRAY()) OVER () FROM t", "an empty JSON document in a window"),
        ("SELECT JSON_ARRAY() UNION ALL SELECT NULL", "JSON_ARRAY.. in a UNION"),
        ("SELECT (SELECT DATE(e) FROM t)", "a scalar subquery of what may be no date"),
        ("SELECT CONCAT(JSON_TYPE('1'), '|')", "CONCAT of JSON_TYPE"),
        ("SELECT JSON_VALID(JSON_PRETTY('1'))", r"JSON_VALID.JSON_PRETTY"),
        ("SELECT MIN(e) FROM t GROUP BY id ORDER BY 1", "ENUM or SET to sort"),
        ("DELETE t, c FROM t JOIN c ON c.id = t.id", "a DELETE from `t` and `c`, which ON DELETE"),
        ("UPDATE t SET short = 1 WHERE id = 'x'", "the key `id` compared with 'x'"),
        ("CREATE TABLE d (a INT, b INT DEFAULT (a + 1))", "the default of `b`"),
        ("INSERT INTO wide VALUES (b'1{}')".format("0" * 63), "BIT.64. whose first bit is set"),
        (RECURSION, "a recursive CTE with UNION and more than 1000 rows"),
    ],
)
def test_what_follows_no_rule_is_refused(connection: Any, statement: str, name: str) -> None:
    with pytest.raises(EmulationError, match=name):
        connection.execute(statement)


def test_what_a_change_of_a_join_has_found_is_refused(connection: Any) -> None:
    connection.execute("UPDATE t JOIN wide ON t.id = wide.x SET t.short = 1")

    with pytest.raises(EmulationError, match="FOUND_ROWS"):
        connection.execute("SELECT FOUND_ROWS()")


def test_a_compiled_sqlglot_is_refused_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its classes cannot be inherited from: every statement would be a syntax error."""
    package = tmp_path / "sqlglot"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "parser.cpython-311-x86_64-linux-gnu.so").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sqlglot", raising=False)

    with pytest.raises(EmulationError, match="pip uninstall sqlglotc"):
        freshdb.emulation.require_sqlglot.__wrapped__()


def test_mysql_fails_where_a_recursion_has_no_end() -> None:
    with closing(freshdb.emulation.connect(flavor="mysql8")) as connection:
        with pytest.raises(connection.Error, match="Recursive query aborted after 1001") as caught:
            connection.execute(f"{RECURSION.replace('UNION', 'UNION ALL')}")

        assert caught.value.args[0] == 3636
