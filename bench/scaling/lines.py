"""The measured lines: each a kind of database and strategy, over sizes that grow."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.environments import python_of
from bench.runs import measure, run_seconds
from bench.subjects import FRESHDB_OFF, POSTGRES, SYNC, Variant

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Tell = Callable[[str], None]

KIB_ROW = 1024
CLONE = "--freshdb-strategy=clone"
LEAST_MS = 0.01
"""What is drawn where the cost is lost in the noise: a logarithmic axis has no zero."""


@dataclass(frozen=True)
class Line:
    """A label, and a value for each size."""

    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Plot:
    """Lines over one kind of size, and what the axes say."""

    name: str
    title: str
    x: str
    y: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Extent:
    """The sizes that are measured, and with how many tests."""

    tests: tuple[int, ...]
    tables: tuple[int, ...]
    megabytes: tuple[int, ...]
    workers: tuple[int, ...]
    repeated: int
    copied: int


FULL = Extent((1, 10, 100, 1_000, 10_000), (1, 10, 40, 100, 200, 500), (1, 10, 100, 1_000),
              (1, 2, 3, 4), repeated=300, copied=10)  # fmt: skip
QUICK = Extent((1, 10, 100, 1_000), (1, 40, 200), (1, 10, 100), (1, 2, 4), repeated=100, copied=5)


def plots(extent: Extent, place: Path, tell: Tell) -> tuple[Plot, ...]:
    """Measure everything."""
    return (
        _over_tests(extent, place, tell),
        _over_tables(extent, place, tell),
        _over_megabytes(extent, place, tell),
        _over_workers(extent, place, tell),
    )


def _over_tests(extent: Extent, place: Path, tell: Tell) -> Plot:
    """Measure the cost of a test at the end of runs of growing length."""
    points = []
    for tests in extent.tests:
        tell(f"{tests:,} tests")
        times = [_last(_variant(SYNC, *words), tests, place) for words in (FRESHDB_OFF, ())]
        points.append((float(tests), max(LEAST_MS, times[1] - times[0])))
    line = Line("SQLite, reset", tuple(points))
    return Plot("tests", "Cost of a test, by the tests in the run", "tests", "ms per test", (line,))


def _over_tables(extent: Extent, place: Path, tell: Tell) -> Plot:
    kinds = (("SQLite, reset", SYNC), ("Postgres, reset", POSTGRES))
    lines = [
        _line(label, _variant(layers), "BENCH_TABLES", extent.tables, extent.repeated, place, tell)
        for label, layers in kinds
    ]
    title = "Cost of a test, by the tables of the schema"
    return Plot("tables", title, "tables", "ms per test", tuple(lines))


def _over_megabytes(extent: Extent, place: Path, tell: Tell) -> Plot:
    kinds = (
        ("SQLite, reset", SYNC, (), extent.repeated),
        ("SQLite, copied", SYNC, (CLONE,), extent.copied),
        ("Postgres, reset", POSTGRES, (), extent.repeated),
        ("Postgres, cloned", POSTGRES, (CLONE,), extent.copied),
    )
    lines = [
        _line(label, _variant(layers, *words), "BENCH_ROWS", extent.megabytes, tests, place, tell,
              times=KIB_ROW)
        for label, layers, words, tests in kinds
    ]  # fmt: skip
    title = "Cost of a test, by the size of the baseline"
    return Plot("baseline", title, "MB", "ms per test", tuple(lines))


def _over_workers(extent: Extent, place: Path, tell: Tell) -> Plot:
    """Measure tests per second, of two runs of different length, so that the start drops out."""
    kinds = (
        ("SQLite, reset", _variant(SYNC)),
        ("SQLite, without freshdb", _variant(SYNC, *FRESHDB_OFF)),
        ("Postgres, reset", _variant(POSTGRES)),
        ("Postgres, without freshdb", _variant(POSTGRES, *FRESHDB_OFF)),
    )
    lines = []
    for label, variant in kinds:
        points = []
        for workers in extent.workers:
            tell(f"{label}, {workers} workers")
            few, many = extent.repeated * workers, 5 * extent.repeated * workers
            took = [run_seconds(variant, tests, workers, place) for tests in (few, many)]
            points.append((float(workers), (many - few) / max(took[1] - took[0], 1e-3)))
        lines.append(Line(label, tuple(points)))
    title = "Tests per second, by the workers of pytest-xdist"
    return Plot("workers", title, "workers", "tests per second", tuple(lines))


def _line(
    label: str, variant: Variant, setting: str, sizes: Sequence[int], tests: int, place: Path,
    tell: Tell, times: int = 1,
) -> Line:  # fmt: skip
    """Measure a variant at each size; without freshdb, at the smallest, since it costs nothing."""
    smallest = (setting, str(sizes[0] * times))
    bare = replace(variant, arguments=FRESHDB_OFF, environment=(*variant.environment, smallest))
    without = _median(bare, max(tests, 100), place)
    points = []
    for size in sizes:
        tell(f"{label}, {setting} {size * times:,}")
        sized = replace(variant, environment=(*variant.environment, (setting, str(size * times))))
        points.append((float(size), max(LEAST_MS, _median(sized, tests, place) - without)))
    return Line(label, tuple(points))


def _variant(layers: tuple[str, ...], *arguments: str) -> Variant:
    return Variant(layers, arguments, environment=(("FRESHDB_STATE", "off"),))


def _median(variant: Variant, tests: int, place: Path) -> float:
    run = measure(python_of("freshdb"), variant, tests, place)
    return statistics.median(run.durations_ms[1:])


def _last(variant: Variant, tests: int, place: Path) -> float:
    """Return the median of the last tenth of a run; a short one is made thrice."""
    python = python_of("freshdb")
    runs = [measure(python, variant, tests, place) for _ in range(3 if tests <= 100 else 1)]
    tenth = max(1, tests // 10)
    return statistics.median(statistics.median(run.durations_ms[-tenth:]) for run in runs)
