"""A reset is right or refused: tables, sessions and definitions, on a server of either kind."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Event
from typing import Any

import pymysql
import pytest

from freshdb.backends.mariadb.admin import Address, Admin
from freshdb.backends.mariadb.dump import dump
from freshdb.backends.mariadb.reset import ResettableSchema
from freshdb.backends.mariadb.reset.counters import reason_not_to_trust_counters
from freshdb.backends.mariadb.reset.restore import SMALL_TABLE_ROWS
from freshdb.backends.mariadb.reset.schema_watch import FileWatch, StatementWatch
from freshdb.servers.mariadb.private import ensure_server
from tests.mariadb import Databases, address_of, connect, connected, execute, word

_TWO_COLUMNS = "(id INT AUTO_INCREMENT PRIMARY KEY, x VARCHAR(20))"
_MANY = f"SELECT seq AS id, 'text' AS x FROM seq_1_to_{SMALL_TABLE_ROWS + 1}"
SETUP = (
    f"CREATE TABLE t {_TWO_COLUMNS}",
    "CREATE TABLE child (id INT AUTO_INCREMENT PRIMARY KEY, t_id INT)",
    "ALTER TABLE child ADD FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE CASCADE",
    f"CREATE TABLE isam {_TWO_COLUMNS} ENGINE = MyISAM",
    f"CREATE TABLE guarded {_TWO_COLUMNS}",
    "CREATE TRIGGER guard BEFORE DELETE ON guarded FOR EACH ROW SIGNAL SQLSTATE '45000'",
    "CREATE TABLE versioned (id INT PRIMARY KEY) WITH SYSTEM VERSIONING",
    "CREATE VIEW v AS SELECT id FROM t",
    "CREATE PROCEDURE p() SELECT 1",
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM isam",
    f"CREATE TABLE large (id INT PRIMARY KEY, x VARCHAR(20)) {_MANY}",
    "INSERT INTO t (x) VALUES ('one'), ('two')",
    "INSERT INTO child (t_id) VALUES (1), (1), (2)",
    "INSERT INTO guarded (x) VALUES ('base')",
)


class Case:
    """A branch, with what resets it."""

    def __init__(self, databases: Databases, address: Address) -> None:
        def build(name: str) -> None:
            with connected(address, name) as connection:
                execute(connection, *SETUP)

        self.databases = databases
        self.address = address
        self.template = databases.ensure_template("for resets", build)
        self.renew()

    def renew(self) -> None:
        self.name = self.databases.make_branch(self.template)
        self.baseline = dump(self.databases.admin, self.name)
        self.resettable: ResettableSchema = self.databases.resettable(self.template, self.name)

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        with connected(self.address, self.name) as connection:
            return execute(connection, *statements)

    def is_as_it_was(self) -> bool:
        return dump(self.databases.admin, self.name) == self.baseline


@pytest.fixture(scope="module", params=["own server", "somebody's server"])
def case(request: pytest.FixtureRequest, address: Address) -> Iterator[Case]:
    """Once with a look at the server's files, and once with what any server tells."""
    if request.param != "own server":
        address = replace(address, data=None)
    databases = Databases(address, f"{word()}{request.param[0]}")
    yield Case(databases, address)
    databases.close()


def test_each_server_is_watched_as_it_can_be(case: Case) -> None:
    expected = FileWatch if case.address.data is not None else StatementWatch

    assert isinstance(case.resettable._watch, expected)


def always_restored(case: Case) -> set[str]:
    """Return what is written again each time, since its writes need not show."""
    return {"isam"} if case.address.data is None else set()


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT 1", set()),
        ("INSERT INTO t (x) VALUES ('a')", {"t"}),
        ("UPDATE t SET x = 'TWO' WHERE id = 2", {"t", "child"}),
        ("DELETE FROM t WHERE id = 1", {"t", "child"}),
        ("INSERT INTO isam (x) VALUES ('a')", {"isam"}),
        ("TRUNCATE isam", {"isam"}),
        ("DELETE FROM isam", {"isam"}),
        ("INSERT INTO guarded (x) VALUES ('a')", {"guarded"}),
        ("UPDATE large SET x = 'TEXT' WHERE id = 500", {"large"}),
        ("DELETE FROM large WHERE id < 10", {"large"}),
        ("INSERT INTO large VALUES (0, 'a')", {"large"}),
        ("UPDATE large SET id = -id", {"large"}),
    ],
)
def test_only_what_was_written_is_put_back(case: Case, statement: str, tables: set[str]) -> None:
    case.run(statement)

    outcome = case.resettable.reset()

    assert outcome
    # MariaDB counts a child as taken for writing where a cascade might reach it.
    assert set(outcome.tables) - always_restored(case) - {"child"} == tables - {"child"} - (
        always_restored(case)
    )
    assert case.is_as_it_was()


def test_ids_restart(case: Case) -> None:
    for _ in range(3):
        case.run("INSERT INTO t (x) VALUES ('a')", "INSERT INTO isam (x) VALUES ('a')")
        assert case.run("SELECT MAX(id) FROM t") == [(3,)]
        assert case.run("SELECT MAX(id) FROM isam") == [(1,)]
        assert case.resettable.reset()


def test_an_id_given_out_by_a_failed_or_undone_insert_is_given_out_again(case: Case) -> None:
    case.run("BEGIN", "INSERT INTO t (x) VALUES ('a')", "ROLLBACK")
    assert case.resettable.reset()
    case.run("INSERT INTO t (x) VALUES ('b')")

    assert case.run("SELECT MAX(id) FROM t") == [(3,)]
    assert case.resettable.reset()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE u (id INT)",
        "DROP TABLE large",
        "CREATE OR REPLACE TABLE large (id INT PRIMARY KEY, x VARCHAR(20))",
        "ALTER TABLE t ADD COLUMN y INT",
        "ALTER TABLE t COMMENT = 'a comment'",
        "ALTER TABLE t ALTER COLUMN x SET DEFAULT 'y'",
        "CREATE INDEX i ON t (x)",
        "RENAME TABLE t TO t2, t2 TO t",
        "CREATE TRIGGER another AFTER INSERT ON t FOR EACH ROW SET @x = 1",
        "DROP TRIGGER guard",
        "CREATE OR REPLACE VIEW v AS SELECT 1",
        "DROP VIEW v",
        "CREATE PROCEDURE q() SELECT 2",
        "CREATE OR REPLACE PROCEDURE p() SELECT 2",
        "DROP PROCEDURE p",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "ALTER EVENT e DISABLE",
        "DROP EVENT e",
        "CREATE EVENT e2 ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        "ALTER DATABASE CHARACTER SET latin1",
    ],
)
def test_a_changed_schema_is_refused(case: Case, statement: str) -> None:
    case.run(statement)

    outcome = case.resettable.reset()

    case.renew()
    assert outcome.reason in (
        "its schema was changed",
        "the server does not count all of its tables any more",
    )


def test_a_written_table_with_history_is_refused(case: Case) -> None:
    case.run("INSERT INTO versioned VALUES (1)")

    outcome = case.resettable.reset()

    case.renew()
    assert "history" in str(outcome.reason)


def test_sessions_of_a_test_end_with_it(case: Case) -> None:
    with connected(case.address, case.name) as connection:
        execute(
            connection,
            "SET @mine = 1",
            "SELECT GET_LOCK('mine', 0)",
            "CREATE TEMPORARY TABLE t (id INT)",
            "BEGIN",
            "INSERT INTO isam (x) VALUES ('a')",
        )

        outcome = case.resettable.reset()

        assert outcome.ended_sessions == {connection.thread_id()}
        with pytest.raises(pymysql.err.OperationalError):
            execute(connection, "SELECT 1")
    assert case.run("SELECT @mine, IS_FREE_LOCK('mine'), (SELECT COUNT(*) FROM t)") == [
        (None, 1, 2)
    ]


def test_a_session_that_is_vouched_for_lives_on(case: Case) -> None:
    with connected(case.address, case.name) as connection:
        execute(connection, "INSERT INTO t (x) VALUES ('a')")

        outcome = case.resettable.reset(keep=[connection.thread_id()])

        assert outcome
        # An earlier one, which its client has closed, may still be on its way out.
        assert connection.thread_id() not in outcome.ended_sessions
        assert execute(connection, "SELECT COUNT(*) FROM t") == [(2,)]


def test_freshdbs_own_connection_from_outside_lives_on(case: Case) -> None:
    """Another process of the run reads what the server knows of all databases, ours among them."""
    table = f"`{case.name}`.t"
    others, client = Admin(case.address), connected(case.address, "mysql")
    with closing(others), client as connection:
        others.run("BEGIN")
        others.rows(f"SELECT * FROM {table}")
        execute(connection, "BEGIN", f"SELECT * FROM {table}")

        outcome = case.resettable.reset()

        assert connection.thread_id() in outcome.ended_sessions
        assert others.session not in outcome.ended_sessions
        assert others.rows("SELECT 1") == ((1,),)
        others.run("ROLLBACK")


def test_who_reads_what_tables_there_are_from_outside_lives_on(case: Case) -> None:
    query = f"SELECT * FROM information_schema.columns WHERE table_schema = '{case.name}'"
    done = Event()

    def read(connection: Any) -> int:
        reads = 0
        while not done.is_set():
            execute(connection, query)
            reads += 1
        return reads

    with connected(case.address, "mysql") as connection, ThreadPoolExecutor(1) as pool:
        reads = pool.submit(read, connection)
        ended = [case.resettable.reset().ended_sessions for _ in range(40)]
        done.set()

        assert reads.result() > 1
        # An earlier one, which its client has closed, may still be on its way out.
        assert connection.thread_id() not in set().union(*ended)


@pytest.mark.parametrize(
    "statements",
    [
        ["SET @mine = 1"],
        ["SELECT @mine := 1"],
        ["SELECT GET_LOCK('mine', 0)"],
        ["BEGIN", "SELECT * FROM t"],
        ["BEGIN", "SELECT * FROM isam"],
        ["BEGIN", "UPDATE t SET x = 'a'"],
        ["LOCK TABLES t READ"],
        ["HANDLER t OPEN", "HANDLER t READ FIRST"],
        ["FLUSH TABLES WITH READ LOCK"],
    ],
)
def test_what_the_server_shows_outweighs_a_voucher(case: Case, statements: list[str]) -> None:
    with connected(case.address, case.name) as connection:
        execute(connection, *statements)

        outcome = case.resettable.reset(keep=[connection.thread_id()])

        # An earlier one, which its client has closed, may still be on its way out.
        assert connection.thread_id() in outcome.ended_sessions
        assert case.is_as_it_was()


def test_a_session_in_another_database_with_locks_in_the_branch_is_ended(case: Case) -> None:
    with connected(case.address) as connection:
        execute(connection, "BEGIN", f"UPDATE {case.name}.t SET x = 'a'")

        outcome = case.resettable.reset()

        assert outcome.ended_sessions == {connection.thread_id()}
        assert case.is_as_it_was()


def test_a_session_elsewhere_is_left_alone(case: Case) -> None:
    with connected(case.address, "mysql") as connection:
        execute(connection, "SET @mine = 1", "BEGIN", "SELECT COUNT(*) FROM user")

        assert case.resettable.reset()

        assert execute(connection, "SELECT @mine") == [(1,)]


def test_a_busy_session_is_ended_with_what_it_was_writing(case: Case) -> None:
    import threading

    connection = connect(case.address, case.name)
    number = connection.thread_id()
    insert = "INSERT INTO t (x) SELECT SLEEP(60) FROM seq_1_to_10"

    def write() -> None:
        with pytest.raises(pymysql.err.OperationalError):
            execute(connection, "BEGIN", "INSERT INTO child (t_id) VALUES (1)", insert)

    writer = threading.Thread(target=write)
    writer.start()
    with connected(case.address) as other:
        query = f"SELECT 1 FROM information_schema.processlist WHERE id = {number} AND info = "
        while not execute(other, f"{query}'{insert}'"):
            pass

    outcome = case.resettable.reset()

    writer.join()
    assert outcome
    assert outcome.ended_sessions == {number}
    assert case.is_as_it_was()


def test_a_prepared_transaction_without_a_session_does_not_block(case: Case) -> None:
    # Its name is the whole server's.
    name = case.name
    with connected(case.address, case.name) as connection:
        execute(connection, f"XA START '{name}'", "UPDATE t SET x = 'a'", f"XA END '{name}'")
        execute(connection, f"XA PREPARE '{name}'")

    assert case.resettable.reset()

    assert case.is_as_it_was()
    with connected(case.address) as connection:
        assert name not in str(execute(connection, "XA RECOVER"))


def test_counters_that_cannot_be_trusted_are_not() -> None:
    with ensure_server(apart=f"distrust-{word()}") as server:
        admin = Admin(address_of(server))
        assert reason_not_to_trust_counters(admin) is None
        admin.run(
            "UPDATE performance_schema.setup_instruments SET enabled = 'NO' "
            "WHERE name = 'wait/lock/table/sql/handler'"
        )

        assert "wait/lock/table" in str(reason_not_to_trust_counters(admin))
        admin.close()
