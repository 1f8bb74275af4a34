"""The model's constants, measured: two runs of different length, so that the start drops out."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING

from bench.capacity.model import Constants
from bench.environments import python_of
from bench.postgres import postmaster, sizes
from bench.runs import Run, measure
from bench.subjects import FRESHDB_OFF, POSTGRES, SYNC, Variant

if TYPE_CHECKING:
    from collections.abc import Callable

    Tell = Callable[[str], None]

FEW, MANY = 200, 1_000
CLONES = (20, 80)
CLONE = ("--freshdb-strategy=clone",)
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
# The application's pool keeps one here; freshdb has one to the branch, and one to `postgres`.
CONNECTIONS = 3
SQLITE_MIB = 0.5


def measured(place: Path, tell: Tell) -> dict[str, Constants]:
    """Measure each way to isolate."""
    kinds = (
        ("SQLite, reset", SYNC, (), (FEW, MANY)),
        ("Postgres, reset", POSTGRES, (), (FEW, MANY)),
        ("Postgres, cloned", POSTGRES, CLONE, CLONES),
    )
    return {label: _constants(label, *kind, place, tell) for label, *kind in kinds}


def _constants(
    label: str, layers: tuple[str, ...], words: tuple[str, ...], tests: tuple[int, int],
    place: Path, tell: Tell,
) -> Constants:  # fmt: skip
    variant = Variant(layers, words)
    runs = []
    for number in tests:
        tell(f"{label}, {number:,} tests")
        runs.append(_run(variant, number, place))
    (few, client_few, server_few), (many, client_many, server_many) = runs
    more = tests[1] - tests[0]
    on_server = layers is POSTGRES
    backend_mib, branch_mib = _sizes(layers, place) if on_server else (0.0, SQLITE_MIB)
    return Constants(
        wall_s=(sum(many.durations_ms) - sum(few.durations_ms)) / 1000 / more,
        client_s=(client_many - client_few) / more,
        server_s=max(0.0, (server_many - server_few) / more) if on_server else 0.0,
        connections=CONNECTIONS if on_server else 0,
        backend_mib=backend_mib,
        worker_mib=many.after.memory_kib / 1024,
        branch_mib=branch_mib,
    )


def _sizes(layers: tuple[str, ...], place: Path) -> tuple[float, float]:
    """Measure at a database that a run without freshdb has left: a branch is as large."""
    _run(Variant(layers, FRESHDB_OFF), CLONES[0], place)
    return sizes()


def _run(variant: Variant, tests: int, place: Path) -> tuple[Run, float, float]:
    """Return a run, and the seconds that processors worked for it and for Postgres."""
    client, server = _children_s(), _postgres_s()
    run = measure(python_of("freshdb"), variant, tests, place)
    return run, _children_s() - client, _postgres_s() - server


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _postgres_s() -> float:
    """Return the processor's time of the server's processes, with those that have ended."""
    parent = postmaster()
    return TICK_S * sum(_ticks(stat, parent) for stat in Path("/proc").glob("[0-9]*/stat"))


def _ticks(stat: Path, parent: int) -> int:
    try:
        number, _, rest = stat.read_text(encoding="utf-8").rpartition(") ")
    except OSError:
        return 0
    words = rest.split()
    if parent not in (int(number.split()[0]), int(words[1])):
        return 0
    return sum(map(int, words[11:15]))  # utime, stime, and those of children that have ended
