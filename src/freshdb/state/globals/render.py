"""The report on globals as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from freshdb.state.globals.model import GlobalsReport, GlobalState, Seen

MOST_SEEN = 3


def render_text(report: GlobalsReport, *, everything: bool = False) -> str:
    """Return a report to read; state that nothing was seen to change only on request."""
    shown = [one for one in report.states if one.is_changed or everything]
    blocks = [_block(one) for one in shown]
    quiet = len(report.states) - len(shown)
    files = len({one.file for one in shown})
    total = f"{len(shown)} globals that change, in {files} files"
    if quiet:
        total += f"; {quiet} more that nothing was seen to change"
    problems = [f"could not read {one.file}: {one.reason}" for one in report.unreadable]
    return "\n".join([*blocks, *problems, total]) + "\n"


def _block(one: GlobalState) -> str:
    lines = [f"{one.file}:{one.line}: {one.path} ({one.sort})"]
    lines += [f"    changed at {m.file}:{m.line} in {m.function}: {m.code}" for m in one.mutations]
    lines += [f"    left changed by {_tests(s)}: {s.change}" for s in one.seen[:MOST_SEEN]]
    if len(one.seen) > MOST_SEEN:
        lines.append(f"    and {len(one.seen) - MOST_SEEN} more changes that tests left")
    lines.append(f"    instead: {one.advice}")
    return "\n".join(lines)


def _tests(seen: Seen) -> str:
    return seen.tests[0] if seen.count == 1 else f"{seen.tests[0]} and {seen.count - 1} more"


def render_json(report: GlobalsReport) -> str:
    """Return the whole report as JSON."""
    return json.dumps(asdict(report), indent=2) + "\n"
