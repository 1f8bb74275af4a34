"""How fast Postgres databases are cloned, and how long a test waits for a clone."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.numbers import quantile
from bench.report import Table
from bench.runs import measure
from bench.subjects import CLONE, DATABASE_ONLY, FRESHDB_OFF, POSTGRES, Variant
from freshdb.backends.postgres.backend import Postgres
from freshdb.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from freshdb.model import Image

TESTS = 100
CLONES = 200
TARGET_PER_SECOND = 100.0
TARGET_MS = 5.0
READING = (
    "On a private Postgres in memory, forty tables; medians of {rounds} rounds. The first rows are "
    f"of {CLONES} databases, each copied and dropped: by the server alone, for one session and for "
    "two, and by freshdb in one process, with nothing else to do. The others are what a test waits "
    "between asking for a connection and having it, with SQLAlchemy and psycopg. Tests do nothing "
    "for 30 ms before the next one begins, so that clones are ready; how fast they follow each "
    "other without that is in the table of costs."
)
_TABLE = """
CREATE TABLE table_{0} (id serial PRIMARY KEY, name varchar(80) NOT NULL, note varchar,
  amount numeric(10, 2) NOT NULL DEFAULT 0, made_at timestamp NOT NULL DEFAULT now(),
  parent_id int REFERENCES table_0);
CREATE INDEX ON table_{0} (name);
"""


@dataclass
class Measured:
    """What the rounds gave: clones a second, and waits in ms."""

    one_session: list[float] = field(default_factory=list)
    two_sessions: list[float] = field(default_factory=list)
    freshdb: list[float] = field(default_factory=list)
    without: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


def clone_costs(share: float, rounds: int, workshop: Path, tell: Callable[[str], None]) -> Table:
    """Measure what `READING` describes, with a `share` of the clones and tests."""
    clones, tests = int(CLONES * share), int(TESTS * share)
    measured = Measured()
    for number in range(rounds):
        tell(f"clones of Postgres, round {number + 1} of {rounds}")
        settings = Settings(server="private")
        with closing(Postgres(settings, "bench", str(Path(__file__)))) as backend:
            image = _image(backend)
            measured.one_session.append(_rate_of_server(image, clones, sessions=1))
            measured.two_sessions.append(_rate_of_server(image, clones, sessions=2))
            measured.freshdb.append(_rate_of_freshdb(backend, image, clones))
        measured.without += _waits(tests, workshop, *FRESHDB_OFF)
        measured.waits += _waits(tests, workshop, CLONE)
    return _table(measured, rounds)


def _image(backend: Postgres) -> Image:
    branch = backend.make_branch(backend.build_empty(), "built")
    with backend.connected(branch) as connection:
        connection.query("".join(_TABLE.format(number) for number in range(40)))
    return backend.take_image(branch)


def _rate_of_server(image: Image, clones: int, *, sessions: int) -> float:
    """Return how many clones a second the server makes and drops when nothing else is done."""
    server = image.place.server

    def work() -> None:
        with server.worker() as connection:
            for _ in range(clones // sessions):
                name = server.new_name("bench")
                server.clone(image.place.name, name, connection)
                connection.query(f"DROP DATABASE {name}")

    workers = [threading.Thread(target=work) for _ in range(sessions)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return clones / (time.perf_counter() - started)


def _rate_of_freshdb(backend: Postgres, image: Image, clones: int) -> float:
    """Return how many branches a second are taken and given back, the last drop included."""
    started = time.perf_counter()
    for _ in range(clones):
        backend.drop_branch(backend.make_branch(image, "test"))
    backend._workshop(image.place.server).close()
    return clones / (time.perf_counter() - started)


def _waits(tests: int, workshop: Path, *arguments: str) -> Sequence[float]:
    """Return what each test but the first few waited for its connection, in ms."""
    layers = (*POSTGRES, "postgres/connecting")
    variant = Variant(layers, arguments, environment=DATABASE_ONLY)
    return measure(Path(sys.executable), variant, tests, workshop).durations_ms[3:]


def _table(measured: Measured, rounds: int) -> Table:
    header = ("", "median", "p95", "target", "met")
    rate, wait = statistics.median(measured.freshdb), statistics.median(measured.waits)
    return Table(
        "Postgres: clones",
        READING.format(rounds=rounds),
        header,
        (
            _rate_row("clones a second, the server, one session", measured.one_session),
            _rate_row("clones a second, the server, two sessions", measured.two_sessions),
            (*_rate_row("clones a second, freshdb", measured.freshdb)[:3],
             f"{TARGET_PER_SECOND:g}", "yes" if rate >= TARGET_PER_SECOND else "no"),
            _wait_row("ms to connect, without freshdb", measured.without),
            (*_wait_row("ms to connect to a clone", measured.waits)[:3],
             f"{TARGET_MS:g}", "yes" if wait <= TARGET_MS else "no"),
        ),
    )  # fmt: skip


def _rate_row(label: str, rates: Sequence[float]) -> tuple[str, ...]:
    return label, f"{statistics.median(rates):.0f}", "", "", ""


def _wait_row(label: str, waits: Sequence[float]) -> tuple[str, ...]:
    return label, f"{statistics.median(waits):.2f}", f"{quantile(waits, 0.95):.2f}", "", ""
