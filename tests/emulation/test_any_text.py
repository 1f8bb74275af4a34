"""Any text runs or is refused, in bounded time; a script is never half a statement."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import freshdb.emulation
from freshdb.errors import EmulationError

_WORDS = (
    "SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET JOIN LEFT ON USING UNION ALL DISTINCT AS "
    "INSERT INTO VALUES IGNORE REPLACE UPDATE SET DELETE ON DUPLICATE KEY CREATE TABLE ALTER DROP "
    "INDEX SHOW TABLES COLUMNS DESCRIBE CASE WHEN THEN ELSE END IF IN IS NULL NOT AND OR XOR DIV "
    "MOD LIKE REGEXP BETWEEN EXISTS INTERVAL DAY MONTH CAST CONVERT CHAR SIGNED DATE WITH ROLLUP "
    "RECURSIVE OVER PARTITION ROWS BINARY COLLATE utf8mb4_bin MATCH AGAINST TRUE FALSE DEFAULT INT "
    "VARCHAR DECIMAL ENUM PRIMARY AUTO_INCREMENT UNSIGNED t u a b c x @v := @@sql_mode "
    "CONCAT COUNT SUM GROUP_CONCAT DATE_ADD NOW JSON_EXTRACT IFNULL SUBSTRING TRIM LEADING EXTRACT "
    "( ) ( ) ( ) , , . ; * + - / % = <=> <> < > || && ! ~ ^ | & << >> -> ->> ? %s :a "
    "0 1 2.5 1e3 0x41 b'1' 'a' 'it''s' \"q\" `a` `t`.`b` '$.a' '2024-01-31' -- # /* */ \\ ' \" `"
)
WORDS = _WORDS.split()
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=12).map(lambda words: "SELECT " + " ".join(words)),
)


def connected() -> Any:
    connection = freshdb.emulation.connect(isolation_level=None)
    connection.execute("CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(10), c DATETIME)")
    connection.execute("INSERT INTO t VALUES (1, 'x', '2024-01-31'), (2, NULL, NULL)")
    return connection


@settings(
    max_examples=300, deadline=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
@given(text=TEXTS)
@example(text="\r0")
@example(text="(" * 3000)
@example(text="SELECT " + "(" * 300 + "1" + ")" * 300)
@example(text="SELECT " + "NOT " * 2000 + "1")
@example(text="SELECT " + "-" * 1000 + "1")
@example(text="SELECT " + " + ".join("1" * 3000))
@example(text="SELECT 1 " + "UNION ALL SELECT 1 " * 600)
@example(text="SELECT " + "CASE WHEN 1 THEN " * 400 + "1" + " END" * 400)
@example(text="SELECT REPEAT('a', 4000000000)")
@example(text="SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' REGEXP '(a+)+$'")
@example(text="SELECT 1 IN (" + ",".join("1" * 5000) + ")")
@example(text="SELECT '\ud800'")
@example(text="SELECT 1e99999, 1" + "0" * 5000)
@example(text="SELECT 5 DIV 0, 5 % 0, 1 << 99999999, ~-1, LPAD('a', 2000000000, 'b')")
def test_any_text_runs_or_is_refused(text: str) -> None:
    with closing(connected()) as connection:
        with suppress(sqlite3.Error, EmulationError):
            connection.execute(text).fetchall()
        # Whatever it was, the connection goes on working.
        assert connection.execute("SELECT 1 + 1").fetchone() == (2,)


PARTS = st.sampled_from(
    [
        "UPDATE t SET b = 'y'",
        "INSERT INTO t VALUES (3, 'z', NULL)",
        "DELETE FROM t",
        "SELECT FROM",
        "INSERT INTO t VALUES (1, 'again', NULL)",
        "SELECT 1",
    ]
)


@given(parts=st.lists(PARTS, min_size=2, max_size=4))
@settings(max_examples=60, deadline=None)
def test_several_statements_in_one_text_do_nothing(parts: list[str]) -> None:
    """A driver of MySQL's takes one statement at a time; so nothing of them may be done."""
    with closing(connected()) as connection:
        before = connection.execute("SELECT * FROM t").fetchall()
        with pytest.raises(sqlite3.Error) as caught:
            connection.execute("; ".join(parts))
        assert caught.value.args[0] == 1064
        assert connection.execute("SELECT * FROM t").fetchall() == before


ROWS = st.lists(st.tuples(st.integers(1, 5), st.text("ab", max_size=12)), min_size=1, max_size=5)


@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_a_statement_is_done_as_a_whole_or_not_at_all(rows: list[tuple[int, str]]) -> None:
    """One row of an INSERT that is too long, or there already, leaves none of the others."""
    with closing(connected()) as connection:
        before = connection.execute("SELECT a FROM t").fetchall()
        values = ", ".join(f"({number + 1}, '{text}', NULL)" for number, text in rows)
        with suppress(sqlite3.Error):
            connection.execute(f"INSERT INTO t VALUES {values}")
            assert connection.execute("SELECT COUNT(*) FROM t").fetchone()[0] == 2 + len(rows)
            return
        assert connection.execute("SELECT a FROM t").fetchall() == before
