"""The summary at the end of a run, for the terminal."""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from freshdb.model import Action, Change, KeptDatabase, LeftState, RunFacts

MOST_LINES = 20
MOST_TESTS = 3
MOST_CHANGES = 6


def summary_lines(facts: RunFacts, rootdir: Path, ignore: Sequence[str] = ()) -> list[str]:
    """Return what there is to say about a run; nothing where freshdb had nothing to do.

    Args:
        facts: of all processes of the run.
        rootdir: paths below it are shown relative to it.
        ignore: patterns of state to let be that each should have matched something.
    """
    late = [
        (f"late work of `{late.worker}` refused{_at(late.where)}", late.owner)
        for late in facts.late_work
    ]
    lines = [_cost(facts)] if facts.branches else []
    lines += facts.servers
    lines += _clones(facts.cloned)
    lines += _of_state(facts)
    lines += _by_test((str(leak), leak.owner) for leak in facts.leaks)
    lines += _by_test(late)
    lines += _capped([_kept(kept) for kept in facts.kept])
    unmatched = [pattern for pattern in ignore if pattern not in facts.matched_ignores]
    lines += [
        f"`ignore` names `{pattern}`, which matches no state; remove or correct it"
        for pattern in unmatched
    ]
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
    return f"{branches} for {facts.tests} tests, {_per_test(facts.costs_s, facts.run_s)}"


def _per_test(costs_s: Sequence[float], run_s: float) -> str:
    costs_ms = sorted(cost * 1000 for cost in costs_s)
    p95_ms = costs_ms[min(len(costs_ms) - 1, int(len(costs_ms) * 0.95))]
    share = sum(costs_ms) / 10 / run_s if run_s else 0.0
    return (
        f"per test {statistics.median(costs_ms):.2f} ms (median), {p95_ms:.2f} ms (p95), "
        f"{share:.1f} % of the run"
    )


def _of_state(facts: RunFacts) -> list[str]:
    """Return what process state cost, who left which changed, and which caches were emptied."""
    leaks = [
        LeftState(left.owner, tuple(one for one in left.changes if one.is_leak))
        for left in facts.left
    ]
    lines = [f"{_named(list(tests))} left {_listed(same)}" for tests, same in _shared(leaks)]
    caches = dict.fromkeys(
        one.path for left in facts.left for one in left.changes if not one.is_leak
    )
    if not facts.branches and not lines:
        return []
    if not facts.state_costs_s:
        return _capped(lines)
    cost = f"process state: {_per_test(facts.state_costs_s, facts.run_s)}"
    return [cost, *_capped(lines), *_of_caches(list(caches))]


def _shared(leaks: Iterable[LeftState]) -> Iterable[tuple[tuple[str, ...], list[Change]]]:
    """Return the pieces of state that were left, those together that the same tests have left.

    Each piece is there once, so that one which many tests leave does not hide what one test does.
    """
    firsts: dict[tuple[object, ...], Change] = {}
    tests: dict[tuple[object, ...], dict[str, None]] = {}
    for left in leaks:
        for change in left.changes:
            piece: tuple[object, ...] = (change.path, change.verb, change.action, change.note)
            firsts.setdefault(piece, change)
            tests.setdefault(piece, {})[left.owner] = None
    together: dict[tuple[str, ...], list[Change]] = {}
    for known, owners in tests.items():
        together.setdefault(tuple(owners), []).append(firsts[known])
    return together.items()


def _listed(changes: Sequence[Change]) -> str:
    texts = list(dict.fromkeys(map(_shown, changes)))
    shown = ", ".join(texts[:MOST_CHANGES])
    rest = len(texts) - MOST_CHANGES
    return f"{shown} and {rest} more" if rest > 0 else shown


def _shown(change: Change) -> str:
    return f"{change} [still so]" if change.action is Action.REPORTED else str(change)


def _of_caches(paths: list[str]) -> list[str]:
    if not paths:
        return []
    rest = len(paths) - MOST_CHANGES
    more = f" and {rest} more" if rest > 0 else ""
    return [
        f"results that tests left in caches were dropped: {', '.join(paths[:MOST_CHANGES])}{more}"
    ]


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
