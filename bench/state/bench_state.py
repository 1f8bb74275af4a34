"""Measure what keeping process state costs per test, on a generated project.

Run it with ``python bench/state/bench_state.py``; ``--times 1 10`` chooses the sizes. A check that
finds nothing is what nearly every test pays.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from generate import write_project

from freshdb.state import StateKeeper, StateSettings
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.namespaces import MODULE
from freshdb.state.probes.modules import ModulesProbe

Row = tuple[str, float, float]


def measure(label: str, action: Callable[[], Any], *, rounds: int, before: Any = None) -> Row:
    """Return the label, the median and the 95th percentile of an action's time in milliseconds."""
    times = []
    for _ in range(rounds):
        if before is not None:
            before()
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return label, median(times), times[int(len(times) * 0.95)]


def load(folder: Path, times: int) -> tuple[str, list[Any]]:
    """Generate and import a project; return its name and its modules."""
    name = f"generated{times}"
    count = write_project(folder, name, times=times)
    modules = [importlib.import_module(f"{name}.module_{index}") for index in range(count - 1)]
    return name, modules


def describe(graph: GraphBaseline) -> str:
    """Return how much a baseline watches: globals, containers, elements."""
    saved = [
        (record.kind, record.saved)
        for record in graph.records
        if isinstance(record.saved, dict | list | set)
    ]
    names = sum(len([n for n in held if n[:2] != "__"]) for kind, held in saved if kind is MODULE)
    elements = sum(len(held) for kind, held in saved if kind is not MODULE)
    return f"{names} globals, {len(saved)} containers, {elements} elements, {graph.size} records"


def polluter(modules: list[Any], changes: int) -> Callable[[], None]:
    """Return a function that makes so many changes in different containers."""
    dicts = [
        value
        for module in modules
        for name, value in vars(module).items()
        if name.startswith(("table_", "cache_"))
    ]
    chosen = dicts[:: max(1, len(dicts) // changes)][:changes]

    def pollute() -> None:
        for mapping in chosen:
            mapping["polluted"] = True

    return pollute


def rows_of(folder: Path, times: int) -> tuple[str, list[Row]]:
    """Measure one size of project."""
    name, modules = load(folder, times)
    settings = StateSettings(packages=(name,), foreign=False, probes=("modules",))
    probe = ModulesProbe(settings)
    gc.collect()
    rows = [measure("first snapshot", probe.snapshot, rounds=5)]
    keeper = StateKeeper(settings)
    keeper.open("bench")
    graph = keeper.baselines(object)[0].graph
    title = f"{len(modules) + 1} modules, {describe(graph)}"
    rows.append(measure("check, no change", keeper.check, rounds=500))
    for changes in (1, 10, 100):
        pollute = polluter(modules, changes)
        label = f"check and restore, {changes} changed"
        rows.append(measure(label, keeper.restore, rounds=60, before=pollute))
    keeper.close()
    everything = StateKeeper(StateSettings(packages=(name,)))
    everything.open("bench")
    rows.append(measure("check, no change, all probes", everything.check, rounds=500))
    rows.append(measure("open and close a layer, no change", lambda: _layer(everything), rounds=60))
    everything.close()
    return title, rows


def _layer(keeper: StateKeeper) -> None:
    keeper.open("layer")
    keeper.close()


def nothing_to_protect() -> list[Row]:
    """Measure a keeper that has no package to watch."""
    keeper = StateKeeper()
    keeper.open("bench")
    rows = [measure("check, nothing to protect", keeper.check, rounds=3000)]
    keeper.close()
    return rows


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10])
    options = parser.parse_args()
    print_table("no project", nothing_to_protect())
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        for times in options.times:
            print_table(*rows_of(Path(folder), times))


def print_table(title: str, rows: list[Row]) -> None:
    """Print one table."""
    print(f"\n{title}\n{'':36}{'median ms':>10}{'p95 ms':>10}")
    for label, middle, high in rows:
        print(f"{label:36}{middle:10.4f}{high:10.4f}")


if __name__ == "__main__":
    main()
