"""The summary at the end of a run, for the terminal."""

from __future__ import annotations

import statistics
from collections import Counter

from freshdb.model import RunFacts

MOST_LINES = 20


def summary_lines(facts: RunFacts) -> list[str]:
    """Return what there is to say about a run; nothing where freshdb had nothing to do."""
    lines = []
    if facts.branches:
        lines.append(_cost(facts))
    lines += _capped([str(leak) for leak in facts.leaks])
    lines += _capped([f"late work refused: {text}" for text in facts.late_work])
    lines += _capped(list(facts.notes))
    lines += _capped([f"kept the database of {kept.owner}: {kept.path}" for kept in facts.kept])
    return lines


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


def _capped(lines: list[str]) -> list[str]:
    """Return the lines, equal ones once with their number, cut where there are too many."""
    counted = [
        line if number == 1 else f"{line} ({number} times)"
        for line, number in Counter(lines).items()
    ]
    if len(counted) <= MOST_LINES:
        return counted
    return [*counted[:MOST_LINES], f"… and {len(counted) - MOST_LINES} more like this"]
