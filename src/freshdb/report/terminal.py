"""The summary at the end of a run, for the terminal."""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from freshdb.model import KeptDatabase, RunFacts

MOST_LINES = 20
MOST_TESTS = 3


def summary_lines(facts: RunFacts, rootdir: Path) -> list[str]:
    """Return what there is to say about a run; nothing where freshdb had nothing to do.

    Args:
        facts: of all processes of the run.
        rootdir: paths below it are shown relative to it.
    """
    late = [
        (f"late work of `{late.worker}` refused{_at(late.where)}", late.owner)
        for late in facts.late_work
    ]
    lines = [_cost(facts)] if facts.branches else []
    lines += facts.servers
    lines += _clones(facts.cloned)
    lines += _by_test((str(leak), leak.owner) for leak in facts.leaks)
    lines += _by_test(late)
    lines += _capped([_kept(kept) for kept in facts.kept])
    return [line.replace(f"{rootdir}{os.sep}", "") for line in lines]


def _clones(reasons: Iterable[str]) -> list[str]:
    """Return why branches were cloned anew instead of being reset, the most frequent first."""
    counted = Counter(reasons).most_common()
    return _capped([f"cloned anew {number} x, as {reason}" for reason, number in counted])


def _kept(kept: KeptDatabase) -> str:
    look = f"; look at it: {kept.look}" if kept.look else ""
    return f"kept the database of {kept.owner}: {kept.place}{look}"


def _cost(facts: RunFacts) -> str:
    branches = f"{facts.branches} branch{'' if facts.branches == 1 else 'es'}"
    if not facts.costs_s:
        return branches
    costs_ms = sorted(cost * 1000 for cost in facts.costs_s)
    p95_ms = costs_ms[min(len(costs_ms) - 1, int(len(costs_ms) * 0.95))]
    share = sum(costs_ms) / 10 / facts.run_s if facts.run_s else 0.0
    return (
        f"{branches} for {facts.tests} tests, per test {statistics.median(costs_ms):.2f} ms "
        f"(median), {p95_ms:.2f} ms (p95), {share:.1f} % of the run"
    )


def _at(where: str) -> str:
    return f", at {where}" if where else ""


def _by_test(found: Iterable[tuple[str, str]]) -> list[str]:
    """Return each fact once, with the tests that it is true of."""
    tests: dict[str, list[str]] = {}
    for fact, test in found:
        tests.setdefault(fact, []).append(test)
    return _capped([f"{fact}: {_named(names)}" for fact, names in tests.items()])


def _named(tests: list[str]) -> str:
    distinct = list(dict.fromkeys(tests))
    rest = len(distinct) - MOST_TESTS
    return ", ".join(distinct[:MOST_TESTS]) + (f" and {rest} more tests" if rest > 0 else "")


def _capped(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} more like this"]
