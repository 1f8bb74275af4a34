"""Files that are kept in memory: what is in them, and how far they were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freshdb.state.change import Verb
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.record import Kind, Trip
from freshdb.state.graph.thorough.referrers import put_in_place_of

_CLOSED = ("closed", 0)


class BufferKind(Kind):
    """An `io.StringIO` or `io.BytesIO`. In the place of one that was closed comes another."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return _CLOSED if container.closed else (container.getvalue(), container.tell())

    def save(self, container: Any) -> Any:
        return self.reading(container)

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        now = self.reading(container)
        if now == saved:
            return ()
        before, after = (saved[1], now[1]) if now[0] == saved[0] else (saved[0], now[0])
        suffix = ".tell()" if now[0] == saved[0] else ""
        return (Difference(None, before, after, Verb.CHANGED, suffix=suffix),)

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if saved is _CLOSED:
            container.close()
            return
        buffer = type(container)() if container.closed else container
        content, place = saved
        buffer.seek(0)
        buffer.truncate()
        buffer.write(content)
        buffer.seek(place)
        if buffer is not container:
            put_in_place_of(container, buffer)


BUFFER = BufferKind()
