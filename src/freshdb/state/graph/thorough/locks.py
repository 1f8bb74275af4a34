"""Locks that a test left held, or let go of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freshdb.state.change import Verb
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.record import Kind, Trip


class LockKind(Kind):
    """A `threading.Lock`."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return container.locked()

    def save(self, container: Any) -> Any:
        return container.locked()

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = container.locked()
        if now == saved:
            return ()
        return (Difference(None, saved, now, Verb.CHANGED, suffix=".locked()"),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if saved:
            container.acquire(blocking=False)
        else:
            container.release()


LOCK = LockKind()
