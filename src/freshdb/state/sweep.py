"""See at one glance that nothing has changed, before any probe is asked.

Asking twenty probes one by one costs twice as much as all that they look at. So a probe may say by
which signs a change would show, and the keeper looks at the signs of all probes together.

Invariant: the signs were noted when no probe had found a difference, so as long as they are the
same, none would find one.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from freshdb.state import raw
from freshdb.state.graph.tripwire import Tripwire

_BOUNDARY = object()
"""Stands between two readings, so that an object cannot move over unnoticed."""


@dataclass(frozen=True)
class Signs:
    """By what a change would show.

    Attributes:
        wires: of the containers that are watched.
        objects: functions that return objects, which are compared by identity.
        values: functions that return values of built-in types, which are compared by ``==``.
        checks: functions that tell whether something is as it was in the baseline.
    """

    wires: Sequence[Tripwire] = ()
    objects: Sequence[Callable[[], Iterable[Any]]] = ()
    values: Sequence[Callable[[], object]] = ()
    checks: Sequence[Callable[[], bool]] = ()


class Sweep:
    """The signs of all probes that have some, as they were when it was made.

    Args:
        signs: those of each probe.

    Attributes:
        others: the places of the probes that have none.
    """

    def __init__(self, signs: Sequence[Signs | None]) -> None:
        every = [one for one in signs if one is not None]
        self.others = tuple(place for place, one in enumerate(signs) if one is None)
        wires = [wire for one in every for wire in one.wires]
        self._buffers = tuple(chain.from_iterable(wire.buffers for wire in wires))
        self._stream = tuple(chain.from_iterable(wire.stream for wire in wires))
        self._objects = (
            *_all(wire.readers for wire in wires),
            *_all(one.objects for one in every),
        )
        checks = (*_all(wire.checks for wire in wires), *_all(one.checks for one in every))
        values = _all(one.values for one in every)
        self._values = (*values, *checks)
        self._image = raw.identities()
        self._stamps = b"".join(self._buffers)
        # Kept, so that no address in the image can be used a second time.
        self._alive = self._seen()
        self._seen_then = self._image(self._alive)
        self._read_then = [read() for read in values] + [True] * len(checks)

    def is_untouched(self) -> bool:
        """Tell whether all signs are as they were; one that cannot be read any more is not."""
        try:
            return (
                b"".join(self._buffers) == self._stamps
                and [read() for read in self._values] == self._read_then
                and bool(self._image(self._seen()) == self._seen_then)
            )
        except Exception:
            return False

    def _seen(self) -> list[Any]:
        seen = gc.get_referents(*self._stream)
        for read in self._objects:
            seen += read()
            seen.append(_BOUNDARY)
        return seen


def _all(groups: Iterable[Sequence[Callable[[], Any]]]) -> tuple[Callable[[], Any], ...]:
    return tuple(chain.from_iterable(groups))
