"""The event loop policy, and an event loop that was left as the current one."""

from __future__ import annotations

import sys
from typing import Any

from freshdb.state.probes.readings import Reading, ReadingsProbe


class AsyncioProbe(ReadingsProbe):
    """Watches asyncio's two globals. That the default policy is made at first use is no change."""

    name = "asyncio"

    def readings(self) -> tuple[Reading, ...]:
        return (
            Reading("asyncio.get_event_loop_policy()", _policy, _set_policy),
            Reading("asyncio.get_event_loop()", _current_loop, _set_current_loop),
        )


def _held_policy() -> Any:
    # Never `get_event_loop_policy()`: it makes one, and warns in newer Pythons.
    return getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None)


def _policy() -> Any:
    """Return the policy, or None as long as it is the one that Python would make by itself."""
    policy = _held_policy()
    if policy is None:
        return None
    kind = type(policy)
    is_default = kind.__module__.startswith("asyncio.") and kind.__name__.endswith("LoopPolicy")
    return None if is_default else policy


def _set_policy(policy: Any) -> None:
    sys.modules["asyncio.events"].__dict__["_event_loop_policy"] = policy


def _current_loop() -> Any:
    """Return the loop that is set and open, without making one."""
    policy = _held_policy()
    if policy is None:
        return None
    loop = getattr(getattr(policy, "_local", None), "_loop", None)
    return None if loop is None or loop.is_closed() else loop


def _set_current_loop(loop: Any) -> None:
    policy = _held_policy()
    if policy is not None:
        policy.set_event_loop(None if loop is None or loop.is_closed() else loop)
