"""Signal handlers."""

from __future__ import annotations

import importlib
import signal
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

from freshdb.state import raw
from freshdb.state.change import Finding, finding
from freshdb.state.exempt import is_of_test_tools
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs


def _getsignal() -> Any:
    """Return the C function: the one in `signal` makes an enum member of each answer."""
    try:
        return importlib.import_module("_signal").getsignal
    except ImportError:
        return signal.getsignal


def _watched() -> list[int]:
    first_real_time = getattr(signal, "SIGRTMIN", 65)
    return [int(number) for number in sorted(signal.valid_signals()) if number < first_real_time]


class SignalsProbe(BaseProbe):
    """Watches who handles which signal, real-time signals aside."""

    name = "signals"

    def __init__(self, settings: StateSettings) -> None:
        self._numbers = _watched()
        self._read = _getsignal()

    def snapshot(self) -> list[Any]:
        return list(map(self._read, self._numbers))

    def compare(self, baseline: Sequence[Any]) -> Sequence[Finding]:
        now = list(map(self._read, self._numbers))
        if raw.same_identities(now, baseline):
            return ()
        return [
            finding(
                self.name,
                f"signal.getsignal({signal.Signals(number).name})",
                before,
                after,
                partial(_put_back, number, before),
            )
            for number, before, after in zip(self._numbers, baseline, now, strict=True)
            if before is not after and not is_of_test_tools(before)
        ]

    def signs(self, baseline: Sequence[Any]) -> Signs:
        return Signs(objects=(self.snapshot,))


def _put_back(number: int, handler: Any) -> None:
    if handler is None:
        raise ValueError("the handler was not set from Python")
    if threading.current_thread() is not threading.main_thread():
        raise ValueError("signal handlers can be set in the main thread only")
    signal.signal(number, handler)
