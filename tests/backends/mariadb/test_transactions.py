"""Which statements end a transaction, and what a rollback leaves; the server is the judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pymysql
import pytest

from freshdb.backends.mariadb.admin import Address
from freshdb.backends.mariadb.dump import dump
from freshdb.backends.mariadb.reset import ResettableSchema
from freshdb.backends.mariadb.transactions import commits_implicitly
from tests.mariadb import Databases, connected, execute, word

SETUP = (
    "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, x TEXT)",
    "CREATE TABLE isam (id INT AUTO_INCREMENT PRIMARY KEY, x TEXT) ENGINE = MyISAM",
    "CREATE PROCEDURE sly() CREATE OR REPLACE TABLE made (id INT)",
    "INSERT INTO t (x) VALUES ('base')",
)


@pytest.fixture
def branch(databases: Databases, address: Address) -> Iterator[str]:
    def build(name: str) -> None:
        with connected(address, name) as connection:
            execute(connection, *SETUP)

    branch = databases.make_branch(databases.ensure_template("for rollback", build))
    yield branch
    databases.drop(branch)


@pytest.fixture
def connection(address: Address, branch: str) -> Iterator[Any]:
    with connected(address, branch, autocommit=False) as connection:
        yield connection


STATEMENTS = [
    "ALTER TABLE t ADD COLUMN y INT",
    "alter table t add column y int",
    "/* why */ ALTER TABLE t ADD y INT",
    "/*!40000 ALTER TABLE t ADD y INT */",
    "/*M!100000 ALTER TABLE t ADD y INT */",
    "-- a note\nTRUNCATE TABLE t",
    "# a note\nTRUNCATE t",
    "ANALYZE TABLE t",
    "CHECK TABLE t",
    "CREATE TABLE u (id INT)",
    "CREATE INDEX i ON t (x(3))",
    "CREATE OR REPLACE VIEW v AS SELECT 1",
    "CREATE TEMPORARY TABLE u (id INT)",
    "CREATE OR REPLACE TEMPORARY TABLE u (id INT)",
    "DROP TABLE IF EXISTS u",
    "DROP TEMPORARY TABLE IF EXISTS u",
    "DROP PROCEDURE IF EXISTS p",
    "FLUSH TABLES",
    "LOCK TABLES t WRITE",
    "OPTIMIZE TABLE t",
    "RENAME TABLE t TO u",
    "TRUNCATE TABLE t",
    "COMMIT",
    "COMMIT AND CHAIN",
    "ROLLBACK",
    "ROLLBACK WORK",
    "ROLLBACK TO SAVEPOINT here",
    "ROLLBACK WORK TO here",
    "BEGIN",
    "START TRANSACTION",
    "BEGIN NOT ATOMIC SELECT 1; END",
    "SET autocommit = 1",
    "SET SESSION autocommit=ON",
    "SET @x = 1",
    "SET sql_mode = ''",
    "SAVEPOINT another",
    "RELEASE SAVEPOINT here",
    "INSERT INTO t (x) VALUES ('ALTER TABLE t')",
    "UPDATE t SET x = 'TRUNCATE'",
    "DELETE FROM t",
    "SELECT * FROM t FOR UPDATE",
    "(SELECT 1)",
    "REPLACE INTO t (id, x) VALUES (1, 'x')",
    "INSERT INTO isam (x) VALUES ('a')",
    "SHOW TABLES",
    "EXPLAIN SELECT * FROM t",
    "DO 1",
    "HANDLER t OPEN",
    "PREPARE s FROM 'SELECT 1'",
    "CREATE USER IF NOT EXISTS nobody_here",
    "DROP USER IF EXISTS nobody_here",
    "GRANT SELECT ON *.* TO root@localhost",
    "SET PASSWORD FOR root@localhost = ''",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_words_say_what_the_server_does(connection: Any, statement: str) -> None:
    execute(connection, "START TRANSACTION", "SAVEPOINT here", "INSERT INTO t (x) VALUES ('a')")

    execute(connection, statement)

    has_ended = False
    try:
        execute(connection, "ROLLBACK TO SAVEPOINT here")
    except pymysql.err.OperationalError:
        has_ended = True
    # Releasing a savepoint ends it alone.
    expected = has_ended and not statement.startswith("RELEASE")
    assert commits_implicitly(statement) is expected


@pytest.fixture
def resettable(databases: Databases, branch: str) -> ResettableSchema:
    return databases.resettable(databases.ensure_template("for rollback", lambda _: None), branch)


def test_ids_and_other_engines_rows_are_put_back_after_a_rollback(
    databases: Databases, branch: str, resettable: ResettableSchema, connection: Any
) -> None:
    baseline = dump(databases.admin, branch)
    for _ in range(3):
        execute(connection, "INSERT INTO t (x) VALUES ('a')", "INSERT INTO isam (x) VALUES ('a')")
        connection.rollback()
        assert dump(databases.admin, branch) != baseline

        outcome = resettable.reset(keep=[connection.thread_id()], rolled_back=True)

        assert outcome.reason is None
        assert outcome.tables == ("isam", "t")
        assert not outcome.ended_sessions
        assert dump(databases.admin, branch) == baseline


class Branch(NamedTuple):
    databases: Databases
    name: str
    resettable: ResettableSchema

    def is_as(self, baseline: object) -> bool:
        return dump(self.databases.admin, self.name) == baseline


@pytest.fixture(params=[True, False], ids=["files", "statements"])
def all_with_ids(address: Address, request: pytest.FixtureRequest) -> Iterator[Branch]:
    """A branch, and whether the server's files may be looked at, or its counters have to do."""
    there = address if request.param else replace(address, data=None)
    databases = Databases(there, f"{word()}i")

    def build(name: str) -> None:
        with connected(address, name) as connection:
            execute(
                connection,
                "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, x TEXT)",
                "CREATE TABLE u (id INT AUTO_INCREMENT PRIMARY KEY, x TEXT)",
                "INSERT INTO t (x) VALUES ('base')",
            )

    template = databases.ensure_template("all with ids", build)
    branch = databases.make_branch(template)
    yield Branch(databases, branch, databases.resettable(template, branch))
    databases.drop(branch)
    databases.close()


def test_ids_that_are_likely_to_have_moved_are_set_back_at_once(
    address: Address, all_with_ids: Branch
) -> None:
    """Found by the look in the first test, and set back before any look in the others."""
    baseline = dump(all_with_ids.databases.admin, all_with_ids.name)
    found = []
    with connected(address, all_with_ids.name, autocommit=False) as connection:
        for table in ("t", "t", "t", "u", "t", "t"):
            execute(connection, f"INSERT INTO {table} (x) VALUES ('a')")
            connection.rollback()

            outcome = all_with_ids.resettable.reset(keep=[connection.thread_id()], rolled_back=True)

            assert outcome.reason is None
            assert all_with_ids.is_as(baseline)
            found.append(outcome.tables)
    assert found == [("t",), (), (), ("u",), (), ()]


def test_a_changed_definition_is_seen_though_ids_are_set_back_at_once(
    address: Address, all_with_ids: Branch
) -> None:
    with connected(address, all_with_ids.name, autocommit=False) as connection:
        for statement in ("SELECT 1", "ALTER TABLE t ADD COLUMN y INT"):
            execute(connection, "INSERT INTO t (x) VALUES ('a')")
            connection.rollback()
            execute(connection, statement)
            connection.rollback()
            outcome = all_with_ids.resettable.reset(keep=[connection.thread_id()], rolled_back=True)

    assert outcome.reason == "its schema was changed"


def test_a_table_that_somebody_uses_is_not_waited_for(
    address: Address, all_with_ids: Branch
) -> None:
    resettable = all_with_ids.resettable
    with (
        connected(address, all_with_ids.name, autocommit=False) as connection,
        connected(address, all_with_ids.name, autocommit=False) as other,
    ):
        execute(connection, "INSERT INTO t (x) VALUES ('a')")
        connection.rollback()
        keep = [connection.thread_id(), other.thread_id()]
        assert resettable.reset(keep=keep, rolled_back=True)
        execute(other, "SELECT * FROM t")

        outcome = resettable.reset(keep=keep[:1], rolled_back=True)

    assert outcome.reason is not None
    assert outcome.reason.startswith("what was written could not be seen")
