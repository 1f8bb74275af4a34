"""What a fixture wrote is carried to another database: as many rows as differ, and no others."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.backends.mariadb.admin import Address
from freshdb.backends.mariadb.merge import merge_rows
from freshdb.backends.mariadb.schema import read_definition
from tests.mariadb import Databases, connected, execute

SETUP = (
    (
        "CREATE TABLE keyed (id INT AUTO_INCREMENT PRIMARY KEY, x VARCHAR(9), f FLOAT, "
        "loud VARCHAR(9) AS (UPPER(x)))"
    ),
    "CREATE TABLE bag (x VARCHAR(9), f FLOAT)",
    "CREATE TRIGGER t BEFORE INSERT ON keyed FOR EACH ROW SET NEW.x = CONCAT(NEW.x, '!')",
)
# Texts that compare as equal, numbers that are not what they are written as, and nothing.
words = st.sampled_from(["a", "A", "b", None])
numbers = st.sampled_from([1.1, 0.1, None])
rows = st.lists(st.tuples(words, numbers), max_size=5)


@pytest.fixture(scope="module")
def template(databases: Databases, address: Address) -> str:
    def build(name: str) -> None:
        with connected(address, name) as connection:
            execute(connection, *SETUP)

    return databases.ensure_template("for merges", build)


def filled(databases: Databases, template: str, *tables: list[tuple[Any, Any]]) -> str:
    """Return a new database with these rows, by table; the first has a key."""
    name = databases.make_branch(template)
    with connected(databases.address, name) as connection, connection.cursor() as cursor:
        cursor.executemany("INSERT INTO keyed (x, f) VALUES (%s, %s)", tables[0])
        cursor.executemany("INSERT INTO bag VALUES (%s, %s)", tables[1])
    return name


def content(databases: Databases, name: str, table: str) -> Counter[Any]:
    columns = "id, x, f, loud" if table == "keyed" else "x, f"
    return Counter(databases.admin.rows(f"SELECT {columns} FROM {name}.{table}"))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(old=st.tuples(rows, rows), more=st.tuples(rows, rows), less=st.integers(0, 3))
def test_a_change_is_carried_to_what_it_started_from(
    databases: Databases,
    template: str,
    old: tuple[list[Any], list[Any]],
    more: tuple[list[Any], list[Any]],
    less: int,
) -> None:
    before = filled(databases, template, *old)
    after = filled(databases, template, old[0] + more[0], old[1][less:] + more[1])
    with connected(databases.address, after) as connection:
        execute(connection, f"DELETE FROM keyed WHERE id <= {less}")
        execute(connection, "UPDATE keyed SET x = UPPER(x) WHERE id = 4")
    target = filled(databases, template, *old)
    admin = databases.admin

    merge_rows(admin, *(read_definition(admin, name) for name in (target, before, after)))

    for table in ("keyed", "bag"):
        assert content(databases, target, table) == content(databases, after, table)
    definitions = [read_definition(admin, name) for name in (target, after)]
    assert definitions[0].triggers[0].create == definitions[1].triggers[0].create
    assert definitions[0].tables[1].next_id == definitions[1].tables[1].next_id
    for name in (before, after, target):
        databases.drop(name)


def test_what_the_target_has_besides_stays(databases: Databases, template: str) -> None:
    before = filled(databases, template, [], [("a", 1.1)])
    after = filled(databases, template, [("b", None)], [("a", 1.1), ("a", 1.1)])
    target = filled(databases, template, [], [("a", 1.1), ("z", None)])
    with connected(databases.address, target) as connection:
        execute(connection, "INSERT INTO keyed (id, x) VALUES (7, 'own')")
    admin = databases.admin

    merge_rows(admin, *(read_definition(admin, name) for name in (target, before, after)))

    assert content(databases, target, "bag") == Counter({("a", 1.1): 2, ("z", None): 1})
    assert {row[0] for row in content(databases, target, "keyed")} == {1, 7}
