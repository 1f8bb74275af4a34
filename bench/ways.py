"""What isolation costs a test on MariaDB, 40 tables, PyMySQL: each way timed in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import (
    Column,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    create_engine,
    text,
)
from sqlalchemy.orm import Session

from bench.numbers import quantile
from bench.report import Table
from freshdb.backends.mariadb.admin import Address
from freshdb.backends.mariadb.databases import Databases
from freshdb.runtime import FreshDB
from freshdb.servers.mariadb.private import PrivateServer, ensure_server
from freshdb.settings import Settings, StateModes

TABLES = 40
TESTS = 30
BARE = "no isolation"
TARGETS_MS = {"freshdb reset": 5.0, "freshdb rollback": 1.5}
READING = (
    "On a private MariaDB in memory, forty tables, PyMySQL, without pytest. A test inserts one row "
    "and commits: {bare:.2f} ms without isolation. Each way of isolation is timed with the test "
    "inside, in turn, {rounds} rounds of {tests} tests; `cost` is the difference of the medians. "
    "Process state is left alone."
)
Step = Callable[[], None]


def metadata() -> MetaData:
    """Return 40 tables in a chain of foreign keys, two indexes each."""
    made = MetaData()
    for number in range(TABLES):
        parent: list[Column[int]] = (
            [Column("parent_id", ForeignKey(f"t{number - 1}.id"))] if number else []
        )
        sqlalchemy.Table(
            f"t{number}", made, Column("id", Integer, primary_key=True),
            Column("name", String(50), index=True), Column("n", Integer, index=True), *parent,
        )  # fmt: skip
    return made


class Place:
    """A branch of the template with an engine on it."""

    def __init__(self, server: PrivateServer, run: str) -> None:
        self.server = server
        self.metadata = metadata()
        self.databases = Databases(Address(server.socket, data=server.data), f"b{run}")
        self.template = self.databases.ensure_template("bench", self._build)
        self.name = self.databases.make_branch(self.template)
        self.engine = self.engine_on(self.name)
        self.run: FreshDB | None = None
        self.application: Engine | None = None

    def _build(self, name: str) -> None:
        engine = self.engine_on(name)
        self.fill(engine)
        engine.dispose()

    def fill(self, engine: Engine) -> None:
        """Make the tables, and 20 rows in each of five."""
        self.metadata.create_all(engine)
        with engine.begin() as connection:
            for number in range(5):
                rows = ", ".join(f"('row {row}', {row})" for row in range(20))
                connection.execute(text(f"INSERT INTO t{number} (name, n) VALUES {rows}"))

    def engine_on(self, name: str) -> Engine:
        # An engine of another way of isolation, which freshdb leaves alone.
        return create_engine(
            self.server.url(name),
            connect_args={"ssl_disabled": True},
            execution_options={"freshdb": False},
        )

    def close(self) -> None:
        if self.run is not None:
            self.run.stop()
        if self.application is not None:
            self.application.dispose()
        self.engine.dispose()
        self.databases.drop(self.name)
        self.databases.close()


def insert(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO t20 (name) VALUES ('a')"))


def nothing(place: Place) -> Step:
    return lambda: insert(place.engine)


def freshdb(strategy: str) -> Callable[[Place], Step]:
    """Return what isolates a test as the plugin does; process state is left alone."""

    def make(place: Place) -> Step:
        settings = Settings(server="private", strategy=strategy, state=StateModes("off"))
        run = place.run = FreshDB(settings, Path(__file__).parent)
        run.start()
        engine = place.application = create_engine("mysql+pymysql://app@localhost/shop")
        place.fill(engine)

        def step() -> None:
            test = run.begin_test("test", settings)
            insert(engine)
            end = test.end(failed=False)
            assert end.broken is None

        return step

    return make


def reset_with_new_connections(place: Place) -> Step:
    step = freshdb("reset")(place)

    def run() -> None:
        step()
        assert place.application is not None
        place.application.dispose()

    return run


def savepoint_recipe(place: Place) -> Step:
    def run() -> None:
        with place.engine.connect() as connection, connection.begin() as outer:
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                session.execute(text("INSERT INTO t20 (name) VALUES ('a')"))
                session.commit()
            outer.rollback()

    return run


def drop_and_create(place: Place) -> Step:
    def run() -> None:
        place.databases.create("freshdb_b_bench_created")
        engine = place.engine_on("freshdb_b_bench_created")
        place.metadata.create_all(engine)
        insert(engine)
        engine.dispose()
        place.databases.drop("freshdb_b_bench_created")

    return run


def drop_all_create_all(place: Place) -> Step:
    def run() -> None:
        place.metadata.create_all(place.engine)
        insert(place.engine)
        place.metadata.drop_all(place.engine)

    return run


def truncate_all(place: Place) -> Step:
    def run() -> None:
        insert(place.engine)
        with place.engine.begin() as connection:
            connection.execute(text("SET foreign_key_checks = 0"))
            for number in range(TABLES):
                connection.execute(text(f"TRUNCATE TABLE t{number}"))
            connection.execute(text("SET foreign_key_checks = 1"))

    return run


SUBJECTS: dict[str, Callable[[Place], Step]] = {
    BARE: nothing,
    "freshdb rollback": freshdb("rollback"),
    "freshdb reset": freshdb("reset"),
    "freshdb reset, new connections": reset_with_new_connections,
    "freshdb clone": freshdb("clone"),
    "savepoint recipe (ids go on)": savepoint_recipe,
    "TRUNCATE of all tables (no baseline)": truncate_all,
    "drop and create the database (no baseline)": drop_and_create,
    "metadata.drop_all and create_all (no baseline)": drop_all_create_all,
}


@contextmanager
def _place(number: int) -> Iterator[Place]:
    with ensure_server() as server:
        place = Place(server, f"bench{number}")
        yield place
        place.close()


def measure(rounds: int, tell: Callable[[str], None]) -> dict[str, list[float]]:
    """Return the times of tests, in ms, by way of isolation; rounds go through all in turn."""
    times: dict[str, list[float]] = {name: [] for name in SUBJECTS}
    for number in range(rounds):
        tell(f"MariaDB, round {number + 1} of {rounds}")
        for name, make in SUBJECTS.items():
            with _place(number) as place:
                step = make(place)
                if make is drop_all_create_all:
                    place.metadata.drop_all(place.engine)
                for test in range(TESTS):
                    started = time.perf_counter()
                    step()
                    if test > 2:
                        times[name].append((time.perf_counter() - started) * 1000)
    return times


def cost_table(times: Mapping[str, Sequence[float]]) -> Table:
    """Return what each way adds to a test, in milliseconds."""
    header = ("ms per test", "cost", "p95", "times `reset`", "target", "met")
    bare = statistics.median(times[BARE])
    cost = {name: statistics.median(spent) - bare for name, spent in times.items()}
    rows = []
    for name, spent in times.items():
        if name != BARE:
            target = TARGETS_MS.get(name)
            told = ("", "") if target is None else (f"{target:g}", _met(cost[name] <= target))
            p95 = quantile(spent, 0.95) - bare
            ratio = cost[name] / cost["freshdb reset"]
            rows.append((name, f"{cost[name]:.2f}", f"{p95:.2f}", f"{ratio:.1f}", *told))
    text = READING.format(bare=bare, rounds=len(times[BARE]) // (TESTS - 3), tests=TESTS)
    return Table("MariaDB: cost without pytest", text, header, tuple(rows))


def _met(answer: bool) -> str:
    return "yes" if answer else "no"
