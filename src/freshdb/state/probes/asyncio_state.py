"""The event loop policy, and an event loop that was left as the current one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshdb.state.change import Finding, Verb, finding
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs


@dataclass(frozen=True, eq=False)
class _Asyncio:
    policy: Any
    loop: Any


class AsyncioProbe(BaseProbe):
    """Watches asyncio's two globals. That the default policy is made at first use is no change."""

    name = "asyncio"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> _Asyncio:
        policy = _policy()
        return _Asyncio(policy, _current_loop(policy))

    def compare(self, baseline: _Asyncio) -> Sequence[Finding]:
        now = _policy()
        loop, old_loop = _current_loop(now), _if_open(baseline.loop)
        if now is baseline.policy and loop is old_loop:
            return ()
        undo = partial(_put_back, baseline.policy, old_loop)
        before, after = _unless_default(baseline.policy), _unless_default(now)
        found = []
        if before is not after:
            found.append(finding(self.name, "asyncio.get_event_loop_policy()", before, after, undo))
        if loop is not old_loop:
            verb = Verb.UNSET if loop is None else None
            path = "asyncio.get_event_loop()"
            found.append(finding(self.name, path, old_loop, loop, undo, verb=verb))
        return found

    def signs(self, baseline: _Asyncio) -> Signs:
        return Signs(objects=(_now,))


def _now() -> list[Any]:
    policy = _policy()
    return [policy, _current_loop(policy)]


def _policy() -> Any:
    # Never `get_event_loop_policy()`: it makes one, and warns in newer Pythons.
    return getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None)


def _unless_default(policy: Any) -> Any:
    """Return the policy, or None if it is the one that Python would make by itself."""
    kind = type(policy)
    is_default = kind.__module__.startswith("asyncio.") and kind.__name__.endswith("LoopPolicy")
    return None if is_default else policy


def _current_loop(policy: Any) -> Any:
    """Return the loop that is set and open, without making one."""
    return _if_open(getattr(getattr(policy, "_local", None), "_loop", None))


def _if_open(loop: Any) -> Any:
    return None if loop is None or loop.is_closed() else loop


def _put_back(policy: Any, loop: Any) -> None:
    # The policy holds the current loop, so the very same one has to come back.
    events = sys.modules["asyncio.events"].__dict__
    if policy is not None or _unless_default(events["_event_loop_policy"]) is not None:
        events["_event_loop_policy"] = policy
    held = events["_event_loop_policy"]
    if held is not None:
        held.set_event_loop(loop)
