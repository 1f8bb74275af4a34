"""What MySQL 8 refuses by ONLY_FULL_GROUP_BY, which is on by default there.

MariaDB's side of it is in statements/scripts/groups.sql, with a real server's answers; these follow
MySQL's manual ("MySQL Handling of GROUP BY" and "Detection of Functional Dependence").
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

import freshdb.emulation
from freshdb.errors import EmulationError

TABLES = (
    """CREATE TABLE people (
        id INT PRIMARY KEY, name VARCHAR(9), age INT, mail VARCHAR(9) NOT NULL, nick VARCHAR(9),
        UNIQUE (mail), UNIQUE (nick))""",
    "CREATE TABLE shops (id INT PRIMARY KEY, owner INT, total INT)",
)
JOINED = "FROM people JOIN shops ON shops.owner = people.id"


@pytest.fixture
def mysql() -> Iterator[Any]:
    with closing(freshdb.emulation.connect(flavor="mysql8", database="app")) as connection:
        for text in TABLES:
            connection.execute(text)
        yield connection


@pytest.mark.parametrize(
    "text",
    [
        "SELECT age, COUNT(*) FROM people GROUP BY age ORDER BY COUNT(*)",
        "SELECT id, name, COUNT(*) FROM people GROUP BY id ORDER BY name",
        "SELECT * FROM people GROUP BY id",
        "SELECT mail, name FROM people GROUP BY mail",
        f"SELECT people.name, SUM(total) {JOINED} GROUP BY people.id",
        f"SELECT people.name, SUM(total) {JOINED} GROUP BY shops.owner",
        "SELECT p.name, COUNT(*) FROM people p LEFT JOIN shops s ON s.owner = p.id GROUP BY p.id",
        "SELECT people.name FROM shops JOIN people USING (id) GROUP BY shops.id",
        "SELECT name, COUNT(*) FROM people WHERE name = 'Ada' GROUP BY age",
        "SELECT (age + 1) * 2 FROM people GROUP BY age + 1",
        "SELECT UPPER(name) AS u FROM people GROUP BY u",
        "SELECT ANY_VALUE(name), MAX(name) FROM people GROUP BY age",
        "SELECT age, SUM(COUNT(*)) OVER () FROM people GROUP BY 1",
        "SELECT DISTINCT name FROM people ORDER BY UPPER(name)",
    ],
)
def test_what_the_groups_determine_is_shown(mysql: Any, text: str) -> None:
    mysql.execute(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT name, COUNT(*) FROM people", 1140),
        ("SELECT name, COUNT(*) FROM people GROUP BY age", 1055),
        ("SELECT age, COUNT(*) FROM people GROUP BY age ORDER BY name", 1055),
        ("SELECT age FROM people GROUP BY age + 1", 1055),
        ("SELECT nick, name FROM people GROUP BY nick", 1055),
        (f"SELECT people.name, total {JOINED} GROUP BY people.id", 1055),
        ("SELECT p.id FROM people p LEFT JOIN shops s ON s.owner = p.id GROUP BY s.owner", 1055),
        ("SELECT age, (SELECT 1 FROM shops WHERE owner = people.id) FROM people GROUP BY 1", 1055),
        ("SELECT DISTINCT name FROM people ORDER BY age", 3065),
    ],
)
def test_what_they_do_not_determine_is_an_error(mysql: Any, text: str, code: int) -> None:
    with pytest.raises(sqlite3.OperationalError) as caught:
        mysql.execute(text)

    assert caught.value.args[0] == code


def test_the_message_names_the_place_and_the_column(mysql: Any) -> None:
    with pytest.raises(sqlite3.OperationalError, match=r"#2 of SELECT .*'app.people.name'"):
        mysql.execute("SELECT age, name FROM people GROUP BY age")


def test_columns_of_a_derived_table_are_refused_by_name(mysql: Any) -> None:
    with pytest.raises(EmulationError, match="columns of `d`"):
        mysql.execute("SELECT d.name FROM (SELECT name, age FROM people) d GROUP BY d.age")


def test_without_the_mode_any_row_of_the_group_will_do(mysql: Any) -> None:
    mysql.execute("SET sql_mode = 'STRICT_TRANS_TABLES'")

    mysql.execute("SELECT name, COUNT(*) FROM people GROUP BY age")
