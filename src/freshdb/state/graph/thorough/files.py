"""Open files: whether they are open still, and how far they were read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from freshdb.state.change import Verb
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.record import Kind, Trip
from freshdb.state.graph.thorough.referrers import put_in_place_of

FILES: tuple[type, ...] = (
    io.TextIOWrapper,
    io.BufferedReader,
    io.BufferedWriter,
    io.BufferedRandom,
    io.FileIO,
)
_CLOSED, _UNTOLD = -1, -2
"""In place of how far a file was read: it is closed; it is a pipe, or read by a loop."""


class FileKind(Kind):
    """An open file. In the place of one that was closed comes another, opened anew."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> int:
        if container.closed:
            return _CLOSED
        try:
            return int(container.tell())
        except (OSError, ValueError):
            return _UNTOLD

    def save(self, container: Any) -> int:
        return self.reading(container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = self.reading(container)
        if now == saved:
            return ()
        if _CLOSED in (saved, now):
            is_closed = saved == _CLOSED
            change = Difference(None, is_closed, not is_closed, Verb.CHANGED, suffix=".closed")
        else:
            change = Difference(None, saved, _shown(now), Verb.CHANGED, suffix=".tell()")
        return (change,)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if saved == _CLOSED:
            container.close()
            return
        file = _opened_anew(container) if container.closed else container
        if saved != _UNTOLD:
            file.seek(saved)
        if file is not container:
            put_in_place_of(container, file)


def _shown(place: int) -> Any:
    return "read by a loop" if place == _UNTOLD else place


def _opened_anew(closed: Any) -> Any:
    mode = closed.mode.replace("w", "r+").replace("x", "r+").replace("++", "+")
    if isinstance(closed, io.TextIOWrapper):
        return open(closed.name, mode, encoding=closed.encoding, errors=closed.errors)
    return open(closed.name, mode, buffering=0 if isinstance(closed, io.FileIO) else -1)


FILE = FileKind()
