"""Probes for state that is one value, read by one function and set by another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshdb.state.change import Finding, finding
from freshdb.state.graph.compare import same
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs


@dataclass(frozen=True)
class Reading:
    """One value of the process.

    Attributes:
        path: how the value is called in a report.
        read: returns it.
        write: sets it.
    """

    path: str
    read: Callable[[], Any]
    write: Callable[[Any], object]


class ReadingsProbe(BaseProbe):
    """Watches a few values that are read in well under a microsecond each."""

    def __init__(self, settings: StateSettings) -> None:
        self._readings = self.readings()
        self._reads = tuple(reading.read for reading in self._readings)

    def readings(self) -> tuple[Reading, ...]:
        """Return the values to watch."""
        raise NotImplementedError

    def snapshot(self) -> list[Any]:
        """Return the values as they are now."""
        return [read() for read in self._reads]

    def compare(self, baseline: Sequence[Any]) -> Sequence[Finding]:
        """Return a finding for each value that is not the same."""
        for read, old in zip(self._reads, baseline, strict=True):
            now = read()
            if now is not old and not same(now, old):
                return self._differences(baseline, self.snapshot())
        return ()

    def signs(self, baseline: Sequence[Any]) -> Signs:
        return Signs(values=self._reads)

    def _differences(self, baseline: Sequence[Any], now: Sequence[Any]) -> list[Finding]:
        return [
            finding(self.name, reading.path, old, new, partial(reading.write, old))
            for reading, old, new in zip(self._readings, baseline, now, strict=True)
            if not same(old, new)
        ]
