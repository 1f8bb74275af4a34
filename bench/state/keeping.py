"""Measure a keeper of process state by itself, on a generated project; prints JSON.

It runs in a process of its own: ``python -m bench.state.keeping FOLDER TIMES``. What a test pays
for it is the check that finds nothing.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.numbers import quantile
from bench.state.generate import NAME, changed_by_tests, module_names
from freshdb.state import StateKeeper, StateSettings
from freshdb.state.graph.namespaces import MODULE
from freshdb.state.probes.modules import ModulesProbe

if TYPE_CHECKING:
    from collections.abc import Callable

    from freshdb.state.graph.baseline import GraphBaseline

CHANGES = (1, 10, 100)

Times = dict[str, tuple[float, float]]
"""By what was done: the median and the 95th percentile in milliseconds."""


def main() -> None:
    """Measure a project of this many times the real one's size; 0 stands for no project."""
    folder, times = Path(sys.argv[1]), int(sys.argv[2])
    if times == 0:
        print(json.dumps({"size": "no project", "times": nothing_to_protect()}))
        return
    sys.path.insert(0, str(folder))
    modules = [importlib.import_module(name) for name in module_names(times)]
    size, measured = all_of(modules)
    print(json.dumps({"size": size, "times": measured}))


def all_of(modules: list[Any]) -> tuple[str, Times]:
    """Return how much there is, and what keeping it costs."""
    settings = StateSettings(packages=(NAME,), foreign=False, probes=("modules",))
    probe = ModulesProbe(settings)
    gc.collect()
    measured = {"first snapshot": timed(probe.snapshot, rounds=5)}
    keeper = StateKeeper(settings)
    keeper.open("bench")
    graph = keeper.baselines(object)[0].graph
    size = f"{len(modules) + 1} modules, {described(graph)}"
    measured["compare each container with a copy"] = timed(by_comparing(graph), rounds=100)
    measured["check, nothing changed"] = timed(keeper.check, rounds=500)
    for changes in CHANGES:
        pollute = polluter(modules, changes)
        label = f"check and restore, {changes} changed"
        measured[label] = timed(keeper.restore, rounds=60, before=pollute)
    keeper.close()
    everything = StateKeeper(StateSettings(packages=(NAME,)))
    everything.open("bench")
    measured["check, nothing changed, all probes"] = timed(everything.check, rounds=500)
    everything.close()
    return size, measured


def nothing_to_protect() -> Times:
    """Measure a keeper that has no package to watch."""
    keeper = StateKeeper()
    keeper.open("bench")
    measured = {"check, nothing changed, all probes": timed(keeper.check, rounds=3000)}
    keeper.close()
    return measured


def timed(
    action: Callable[[], Any], *, rounds: int, before: Callable[[], None] | None = None
) -> tuple[float, float]:
    """Return the median and the 95th percentile of an action's time in milliseconds."""
    times = []
    for _ in range(rounds):
        if before is not None:
            before()
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    return median(times), quantile(times, 0.95)


def by_comparing(graph: GraphBaseline) -> Callable[[], bool]:
    """Return the plain way to check: a loop over everything, by the containers' own ``==``."""
    pairs = [(record.container, record.container.copy()) for record in _containers(graph)]

    def check() -> bool:
        return all(container == copy for container, copy in pairs)

    return check


def described(graph: GraphBaseline) -> str:
    """Return how much a baseline watches: globals, containers, elements."""
    names = sum(
        not name.startswith("__")
        for record in graph.records
        if record.kind is MODULE
        for name in record.saved
    )
    containers = _containers(graph)
    elements = sum(len(record.saved) for record in containers)
    return f"{names:,} globals, {len(containers):,} containers, {elements:,} elements"


def _containers(graph: GraphBaseline) -> list[Any]:
    return [
        record
        for record in graph.records
        if record.kind is not MODULE
        and isinstance(record.saved, dict | list | set)
        and hasattr(record.container, "copy")
    ]


def polluter(modules: list[Any], changes: int) -> Callable[[], None]:
    """Return a function that makes so many changes in different containers."""
    chosen = changed_by_tests(modules, changes)

    def pollute() -> None:
        for mapping in chosen:
            mapping["polluted"] = True

    return pollute


if __name__ == "__main__":
    main()
