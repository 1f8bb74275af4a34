"""Whatever is written, by whatever statements, a reset leaves what a dump of the template says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pymysql
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.backends.mariadb.admin import Address
from freshdb.backends.mariadb.databases import Databases
from freshdb.backends.mariadb.dump import dump
from freshdb.backends.mariadb.reset import Outcome
from tests.mariadb import connect, connected, execute

SCHEMA = """
CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, n INT, b_id INT, KEY (n));
CREATE TABLE b (id INT AUTO_INCREMENT PRIMARY KEY, n INT, a_id INT,
    FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE ON UPDATE CASCADE);
ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id) ON DELETE SET NULL ON UPDATE CASCADE;
CREATE TABLE child (id INT AUTO_INCREMENT PRIMARY KEY, n INT, a_id INT,
    FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE);
CREATE TABLE tree (id INT PRIMARY KEY, n INT, parent INT,
    FOREIGN KEY (parent) REFERENCES tree (id) ON DELETE CASCADE);
CREATE TABLE computed (id INT AUTO_INCREMENT PRIMARY KEY, n INT, twice INT AS (n * 2) STORED,
    thrice INT AS (n * 3) VIRTUAL, KEY (thrice), CHECK (n < 1000));
CREATE TABLE parted (id INT AUTO_INCREMENT PRIMARY KEY, n INT) PARTITION BY HASH (id) PARTITIONS 3;
CREATE TABLE isam (id INT AUTO_INCREMENT PRIMARY KEY, n INT) ENGINE = MyISAM;
CREATE TABLE aria (id INT AUTO_INCREMENT PRIMARY KEY, n INT) ENGINE = Aria;
CREATE TABLE heap (id INT AUTO_INCREMENT PRIMARY KEY, n INT) ENGINE = MEMORY;
CREATE TABLE keyless (id INT, n INT);
CREATE TABLE document (id CHAR(8) PRIMARY KEY, n INT, body JSON, f FLOAT, d DATETIME(6),
    stamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, raw BLOB,
    s SET('x','y'));
CREATE TABLE watched (id INT AUTO_INCREMENT PRIMARY KEY, n INT);
CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, n INT, what VARCHAR(20));
CREATE TABLE many (id INT AUTO_INCREMENT PRIMARY KEY, n INT,
    t VARCHAR(20) COLLATE utf8mb4_general_ci);
CREATE SEQUENCE numbers START WITH 5;
CREATE TRIGGER watched_i AFTER INSERT ON watched FOR EACH ROW
    INSERT INTO log (n, what) VALUES (NEW.n, 'in');
CREATE TRIGGER watched_i2 AFTER INSERT ON watched FOR EACH ROW
    INSERT INTO log (n, what) VALUES (NEW.n, 'in2');
CREATE TRIGGER watched_d BEFORE DELETE ON watched FOR EACH ROW
    INSERT INTO log (n, what) VALUES (OLD.n, 'out');
CREATE TRIGGER log_d BEFORE DELETE ON log FOR EACH ROW
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a log';
CREATE VIEW positive AS SELECT id, n FROM a WHERE n > 0;
CREATE VIEW most AS SELECT * FROM positive WHERE n > 1;
CREATE PROCEDURE write_all(x INT)
    BEGIN INSERT INTO a (n) VALUES (x); INSERT INTO isam (n) VALUES (x); END;
CREATE FUNCTION next_number() RETURNS INT RETURN NEXTVAL(numbers);
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM aria;
INSERT INTO a (id, n) VALUES (0, 1), (3, 2), (7, 3);
INSERT INTO b (n, a_id) VALUES (1, 3), (2, 7);
UPDATE a SET b_id = 1 WHERE id = 3;
INSERT INTO child (n, a_id) VALUES (1, 3), (2, 3), (3, 7);
INSERT INTO tree VALUES (1, 1, NULL), (2, 1, 1), (3, 1, 2);
INSERT INTO computed (n) VALUES (1), (2);
INSERT INTO parted (n) VALUES (1), (2), (3), (4);
INSERT INTO isam (n) VALUES (1), (2);
INSERT INTO aria (n) VALUES (1), (2);
INSERT INTO heap (n) VALUES (1);
INSERT INTO keyless VALUES (1, 1), (1, 1), (2, NULL);
INSERT INTO document VALUES ('a', 1, '{"k": [1, 2]}', 0.1, '2020-01-02 03:04:05.678901',
    '2020-01-01 00:00:00', x'00ff27', 'x,y'),
    ('b', 2, NULL, NULL, NULL, '2021-01-01 00:00:00', NULL, '');
INSERT INTO watched (n) VALUES (1);
INSERT INTO many (n, t) SELECT seq, 'text' FROM seq_1_to_1500;
DELETE FROM many WHERE id > 1490;
SELECT NEXTVAL(numbers);
"""
# Statements end at a line's end: bodies of triggers hold semicolons of their own.
STATEMENTS = SCHEMA.strip().rstrip(";").split(";\n")

TABLES = ("a", "b", "child", "computed", "parted", "isam", "aria", "heap", "watched", "many", "log")
tables = st.sampled_from(TABLES)
UPSERT = "INSERT INTO {} (id, n) VALUES ({}, 1) ON DUPLICATE KEY UPDATE n = 5"
texts = st.sampled_from(["TEXT", "other"])
far_ids = st.integers(-5, 5000)
ids = st.integers(0, 9)
numbers = st.integers(-2, 5)

writes = st.one_of(
    st.builds("INSERT INTO {} (n) VALUES ({})".format, tables, numbers),
    st.builds("INSERT INTO {} (id, n) VALUES ({}, {})".format, tables, far_ids, numbers),
    st.builds("INSERT INTO {0} (n) SELECT n FROM {1} LIMIT 5".format, tables, tables),
    st.builds("REPLACE INTO {} (id, n) VALUES ({}, 9)".format, tables, ids),
    st.builds(UPSERT.format, tables, ids),
    st.builds("UPDATE {} SET n = {} WHERE id = {}".format, tables, numbers, ids),
    st.builds("UPDATE {} SET id = {} WHERE id = {}".format, tables, far_ids, ids),
    st.builds("DELETE FROM {} WHERE id = {}".format, tables, ids),
    st.builds("DELETE FROM {}".format, tables),
    st.builds("TRUNCATE TABLE {}".format, tables),
    st.builds("LOCK TABLES {} WRITE".format, tables),
    st.builds("SELECT * FROM {} FOR UPDATE".format, tables),
    st.builds("INSERT INTO b (a_id, n) VALUES ({}, 1)".format, ids),
    st.builds("UPDATE many SET t = '{}' WHERE id = {}".format, texts, ids),
    st.builds("INSERT INTO tree VALUES ({}, 1, {})".format, ids, ids),
    st.builds("DELETE FROM tree WHERE id = {}".format, ids),
    st.builds("UPDATE document SET {}".format, st.sampled_from(
        ["n = n + 1", "f = 0.10000001", "body = '[]'", "id = 'A' WHERE id = 'a'", "raw = x'00'"]
    )),
    st.sampled_from([
        "DELETE a, b FROM a JOIN b ON b.a_id = a.id",
        "UPDATE positive SET n = n + 1",
        "DELETE FROM keyless LIMIT 1",
        "INSERT INTO keyless SELECT * FROM keyless",
        "CALL write_all(4)",
        "SELECT next_number()",
        "SELECT NEXTVAL(numbers)",
        "SELECT SETVAL(numbers, 5000)",
        "ALTER TABLE parted TRUNCATE PARTITION p1",
        "SET foreign_key_checks = 0",
        "SET sql_mode = ''",
        "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET @mine = 1",
        "SELECT GET_LOCK('mine', 0)",
        "CREATE TEMPORARY TABLE a (id INT, n INT)",
        "CREATE TEMPORARY TABLE tmp (id INT) SELECT 1 AS id",
        "ANALYZE TABLE a, b",
        "FLUSH TABLES",
        "HANDLER a OPEN",
        "XA START 'x'",
        "XA END 'x'",
        "XA PREPARE 'x'",
        "UNLOCK TABLES",
    ]),
    st.sampled_from(["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "ROLLBACK TO SAVEPOINT s"]),
)  # fmt: skip
# On which of a test's connections, and what it runs there.
steps = st.tuples(st.integers(0, 2), writes)


class Branch:
    """A branch that lives from example to example, as it does from test to test."""

    def __init__(self, databases: Databases, address: Address, template: str) -> None:
        self.databases = databases
        self.address = address
        self.baseline = dump(databases.admin, template)
        self.name = databases.make_branch(template)
        self.resettable = databases.resettable(template, self.name)

    def run(self, program: list[tuple[int, str]]) -> None:
        """Run statements on three connections, and leave these as they are."""
        self.connections: list[Any] = [self._connect() for _ in range(3)]
        for number, statement in program:
            # What the server refuses is a write that has failed, half-way perhaps.
            with suppress(pymysql.err.MySQLError):
                execute(self.connections[number], statement)

    def _connect(self) -> Any:
        connection = connect(self.address, self.name)
        execute(connection, "SET SESSION innodb_lock_wait_timeout = 0, lock_wait_timeout = 0")
        return connection

    def close(self) -> None:
        for connection in self.connections:
            with suppress(pymysql.err.MySQLError):
                connection.close()


def make(databases: Databases, address: Address) -> Branch:
    def build(name: str) -> None:
        with connected(address, name) as connection:
            execute(connection, *STATEMENTS)

    template = databases.ensure_template(SCHEMA, build)
    return Branch(databases, address, template)


@pytest.fixture(scope="module")
def branch(databases: Databases, address: Address) -> Iterator[Branch]:
    branch = make(databases, address)
    yield branch
    databases.drop(branch.name)


def test_a_branch_is_as_its_template(branch: Branch) -> None:
    assert dump(branch.databases.admin, branch.name) == branch.baseline


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(program=st.lists(steps, max_size=8))
def test_after_any_program_a_reset_leaves_the_template(
    branch: Branch, program: list[tuple[int, str]]
) -> None:
    branch.run(program)
    try:
        outcome = branch.resettable.reset()

        assert outcome == Outcome(None, outcome.tables, outcome.ended_sessions)
        assert dump(branch.databases.admin, branch.name) == branch.baseline
        assert not any(_is_alive(connection) for connection in branch.connections)
    finally:
        branch.close()


def _is_alive(connection: Any) -> bool:
    try:
        execute(connection, "SELECT 1")
    except pymysql.err.MySQLError:
        return False
    return True
