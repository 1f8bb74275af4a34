"""Whatever two tests do, in whatever order their late work comes, neither sees the other.

Hypothesis makes up two programs; each runs as a test of one run, and afterwards what it has left
running does some more. The oracle is the same program on a database of its own.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, exc, make_url, text

from freshdb import OwnerGoneError
from freshdb.backends import Backend
from freshdb.backends.mariadb.backend import MariaDB
from freshdb.backends.postgres.backend import Postgres
from freshdb.isolation.owners import owned_by
from freshdb.runtime import FreshDB
from freshdb.servers.mariadb.private import PrivateServer
from freshdb.settings import Settings
from tests.postgres import NEWEST, PROGRAMS

TABLES = ["a", "b"]
LOCK_WAIT_TIMEOUT = 1205  # MariaDB's number

Step = tuple[Any, ...]

steps = st.one_of(
    st.tuples(st.just("insert"), st.integers(0, 2), st.sampled_from(TABLES), st.integers(0, 9)),
    st.tuples(st.just("update"), st.integers(0, 2), st.sampled_from(TABLES), st.integers(0, 9)),
    st.tuples(st.just("delete"), st.integers(0, 2), st.sampled_from(TABLES), st.integers(0, 9)),
    st.tuples(st.just("create"), st.integers(0, 2), st.sampled_from(["c", "d"])),
    st.tuples(st.just("drop"), st.integers(0, 2), st.sampled_from(["a", "c"])),
    st.tuples(st.just("commit"), st.integers(0, 2)),
    st.tuples(st.just("rollback"), st.integers(0, 2)),
    st.tuples(st.just("close"), st.integers(0, 2)),
    st.tuples(st.just("look")),
)
programs = st.lists(steps, max_size=12)


class Program:
    """Runs steps on up to three connections of an engine, and notes all that it sees."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connections: dict[int, Any] = {}
        self.seen: list[object] = []

    def run(self, steps: list[Step]) -> None:
        for kind, *arguments in steps:
            try:
                self.seen.append(getattr(self, kind)(*arguments))
            except exc.SQLAlchemyError:
                # Which error it is may depend on whether a pooled connection has read the schema
                # before: one that has finds a lock first, one that has not a missing table.
                self.seen.append("refused")

    def insert(self, session: int, table: str, value: int) -> None:
        self._execute(session, f"INSERT INTO {table} (x) VALUES ({value})")

    def update(self, session: int, table: str, value: int) -> None:
        self._execute(session, f"UPDATE {table} SET x = x + 1 WHERE x = {value}")

    def delete(self, session: int, table: str, value: int) -> None:
        self._execute(session, f"DELETE FROM {table} WHERE x = {value}")

    def create(self, session: int, table: str) -> None:
        self._define(session, f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, x INTEGER)")

    def drop(self, session: int, table: str) -> None:
        self._define(session, f"DROP TABLE {table}")

    def commit(self, session: int) -> None:
        if session in self._connections:
            self._connections[session].commit()

    def rollback(self, session: int) -> None:
        if session in self._connections:
            self._connections[session].rollback()

    def close(self, session: int) -> None:
        if session in self._connections:
            self._connections.pop(session).close()

    def look(self) -> list[Any]:
        with self._engine.connect() as connection:
            return [
                (table, sorted(connection.execute(text(f"SELECT id, x FROM {table}")).all()))
                for table in sorted(connection.scalars(text(LIST[self._engine.dialect.name])))
            ]

    def end(self) -> None:
        for connection in self._connections.values():
            with suppress(exc.SQLAlchemyError):
                connection.close()

    def _define(self, session: int, sql: str) -> None:
        """Run DDL; where a lock refuses it, again.

        MariaDB's purge, which runs once in a second, locks the definition of each table that has
        deleted rows, and other tests on the server lock the dictionary: for a moment. A session of
        the program keeps its locks.
        """
        for _ in range(10):
            try:
                return self._execute(session, sql)
            except exc.OperationalError as error:
                if error.orig is None or error.orig.args[:1] != (LOCK_WAIT_TIMEOUT,):
                    raise
                time.sleep(0.005)
        return self._execute(session, sql)

    def _execute(self, session: int, sql: str) -> None:
        if session not in self._connections:
            self._connections[session] = self._engine.connect()
        self._connections[session].execute(text(sql))


@dataclass(frozen=True)
class Product:
    """A database product, and how a program gets one of its databases.

    Attributes:
        url: of the application.
        id_column: with ids that the database counts.
        arguments: a writer that waits for another one of the same program would wait in vain.
    """

    url: str
    id_column: str
    arguments: dict[str, Any]

    def engine(self, url: Any, **options: Any) -> Engine:
        # Last in, first out: which connection has read which schema must not depend on earlier
        # tests.
        return create_engine(url, connect_args=self.arguments, pool_use_lifo=True, **options)

    def alone(self, url: Any) -> Engine:
        """Return an engine that freshdb leaves alone."""
        return self.engine(url, execution_options={"freshdb": False})

    def fill(self, engine: Engine) -> None:
        """Make two tables, and a row.

        Not by the engine itself, which waits for no lock: other tests on the server define tables
        too, and a dictionary is locked by that.
        """
        patient = create_engine(engine.url, execution_options=engine.get_execution_options())
        with patient.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA journal_mode = wal")
            for table in TABLES:
                connection.execute(text(f"CREATE TABLE {table} ({self.id_column}, x INTEGER)"))
            connection.execute(text("INSERT INTO a (x) VALUES (1)"))
        patient.dispose()


PRODUCTS = {
    "sqlite": Product(
        "sqlite:///{directory}/app.db", "id INTEGER PRIMARY KEY AUTOINCREMENT", {"timeout": 0.0}
    ),
    "postgres": Product(
        "postgresql+psycopg://app@localhost:1/shop",
        "id serial PRIMARY KEY",
        {"options": "-c lock_timeout=5ms"},
    ),
    "mariadb": Product(
        "mysql+pymysql://app@localhost:1/shop",
        "id INTEGER PRIMARY KEY AUTO_INCREMENT",
        # What a reset has deleted is locked by scans until it is purged, but not at this level
        # (`docs/explanation/limitations.md`); a new table, which `Alone` has, never had it.
        {
            "init_command": "SET lock_wait_timeout = 0, innodb_lock_wait_timeout = 0, "
            "tx_isolation = 'READ-COMMITTED'"
        },
    ),
}
LIST = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = database()",
}
SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck))


class Alone:
    """Runs programs without freshdb's redirection, each on a database of its own: the oracle."""

    def __init__(self, product: Product, backend: Postgres | MariaDB | None) -> None:
        self._product = product
        self._backend: Backend | None = backend
        self._known: dict[str, list[object]] = {}

    def sees(self, steps: list[Step]) -> list[object]:
        """Return what a program sees."""
        if repr(steps) not in self._known:
            with self._database() as engine:
                program = Program(engine)
                program.run(steps)
                program.end()
            self._known[repr(steps)] = program.seen
        return self._known[repr(steps)]

    @contextmanager
    def _database(self) -> Iterator[Engine]:
        with tempfile.TemporaryDirectory() as directory:
            if self._backend is None:
                engine = self._product.alone(self._product.url.format(directory=directory))
                self._product.fill(engine)
                yield engine
                engine.dispose()
                return
            branch = self._backend.make_branch(self._backend.build_empty(), "alone")
            url = self._backend.url_of(branch, make_url(self._product.url))
            engine = self._product.alone(url)
            self._product.fill(engine)
            yield engine
            engine.dispose()
            self._backend.drop_branch(branch)


@pytest.mark.freshdb(enabled=False)
@settings(SETTINGS, max_examples=60)
@given(first=programs, second=programs, late=programs, times=st.integers(1, 3))
def test_two_tests_never_see_each_other(
    first: list[Step], second: list[Step], late: list[Step], times: int
) -> None:
    product = PRODUCTS["sqlite"]
    alone = Alone(product, None)
    with tempfile.TemporaryDirectory() as directory:
        url = product.url.format(directory=directory)
        own, engine = product.alone(url), product.engine(url)
        product.fill(own)
        own.dispose()
        before = (Path(directory) / "app.db").read_bytes()
        run = FreshDB(Settings(directory=directory), Path(directory))
        run.start()
        try:
            check(run, engine, alone, first, second, late, times)
        finally:
            run.stop()
            engine.dispose()
        assert (Path(directory) / "app.db").read_bytes() == before


# Of function scope, as SQLAlchemy is the run's that was started last. All programs of a test are in
# one run: what one of them left would be seen by those that follow.


@pytest.fixture
def on_postgres(postgres: Postgres) -> Iterator[tuple[FreshDB, Engine, Alone]]:
    product = PRODUCTS["postgres"]
    programs = str(PROGRAMS[NEWEST])
    run = FreshDB(Settings(server="private", server_programs=programs), Path(__file__).parent)
    run.start()
    engine = product.engine(product.url)
    product.fill(engine)
    yield run, engine, Alone(product, postgres)
    run.stop()
    engine.dispose()


@pytest.mark.freshdb(enabled=False)
@settings(SETTINGS, max_examples=15)
@given(first=programs, second=programs, late=programs, times=st.integers(1, 3))
def test_two_tests_never_see_each_other_on_postgres(
    on_postgres: tuple[FreshDB, Engine, Alone],
    first: list[Step],
    second: list[Step],
    late: list[Step],
    times: int,
) -> None:
    check(*on_postgres, first, second, late, times)


@pytest.mark.freshdb(enabled=False)
def test_process_state_knows_the_servers_in_use(
    on_postgres: tuple[FreshDB, Engine, Alone],
) -> None:
    """Sockets to them are pooled: no test has left them open."""
    run, engine, _ = on_postgres

    with engine.connect() as connection:
        directory = connection.scalar(text("SHOW unix_socket_directories"))

    assert list(run.state.keeper.settings.peers()) == [f"{directory}/.s.PGSQL.5432"]


@pytest.fixture
def on_mariadb(private_mariadb: PrivateServer) -> Iterator[tuple[FreshDB, Engine, Alone]]:
    product = PRODUCTS["mariadb"]
    run = FreshDB(Settings(server="private"), Path(__file__).parent)
    run.start()
    engine = product.engine(product.url)
    product.fill(engine)
    backend = MariaDB(run.settings, "alone", str(Path(__file__)))
    yield run, engine, Alone(product, backend)
    run.stop()
    engine.dispose()
    backend.close()


@pytest.mark.freshdb(enabled=False)
@settings(SETTINGS, max_examples=15)
@given(first=programs, second=programs, late=programs, times=st.integers(1, 3))
def test_two_tests_never_see_each_other_on_mariadb(
    on_mariadb: tuple[FreshDB, Engine, Alone],
    first: list[Step],
    second: list[Step],
    late: list[Step],
    times: int,
) -> None:
    check(*on_mariadb, first, second, late, times)


def check(
    run: FreshDB,
    engine: Engine,
    alone: Alone,
    first: list[Step],
    second: list[Step],
    late: list[Step],
    times: int,
) -> None:
    """Run two programs as tests in turn, and compare what they see with what they see alone."""
    for _ in range(times):
        old = Program(engine)
        earlier = run.begin_test("first", run.settings)
        old.run(first)
        earlier.end(failed=False)

        new = Program(engine)
        test = run.begin_test("second", run.settings)
        seen_late: list[Step] = []
        for step in second:
            # Between any two steps of the second test, the first one's late work tries.
            for late_step in late:
                with owned_by(earlier.owner), suppress(OwnerGoneError):
                    old.run([late_step])
                    seen_late.append(late_step)
            new.run([step])
        test.end(failed=False)
        old.end()
        new.end()

        assert old.seen[: len(first)] == alone.sees(first)
        assert new.seen == alone.sees(second)
        # Ending its transactions is all that late work can do.
        assert {step[0] for step in seen_late} <= {"commit", "rollback", "close"}
