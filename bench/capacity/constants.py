"""The model's constants, measured: two runs of different length, so that the start drops out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.capacity.model import Constants
from bench.environments import python_of
from bench.postgres import sizes
from bench.processors import children_s, postgres_s
from bench.runs import Run, measure
from bench.subjects import FRESHDB_OFF, POSTGRES, SYNC, Variant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tell = Callable[[str], None]

FEW, MANY = 200, 1_000
CLONES = (20, 80)
CLONE = ("--freshdb-strategy=clone",)
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
    client, server = children_s(), postgres_s()
    run = measure(python_of("freshdb"), variant, tests, place)
    return run, children_s() - client, postgres_s() - server
