"""The decimal context of this thread."""

from __future__ import annotations

import decimal
from collections.abc import Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from freshdb.state.change import Finding, finding
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

_NAMES = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
_values = attrgetter(*_NAMES)


class DecimalProbe(BaseProbe):
    """Watches precision, rounding, limits and traps; not the flags, which mere use sets."""

    name = "decimal"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> decimal.Context:
        return decimal.getcontext().copy()

    def compare(self, baseline: decimal.Context) -> Sequence[Finding]:
        if _values_now() == _values(baseline) and _traps_as_in(baseline.traps):
            return ()
        context = decimal.getcontext()
        undo = partial(_put_back, baseline)
        return [
            finding(self.name, f"decimal.getcontext().{name}", before, after, undo)
            for name, before, after in _pairs(baseline, context)
            if before != after
        ]

    def signs(self, baseline: decimal.Context) -> Signs:
        return Signs(values=(_values_now,), checks=(partial(_traps_as_in, baseline.traps),))


def _values_now() -> Any:
    return _values(decimal.getcontext())


def _traps_as_in(traps: Any) -> bool:
    return bool(decimal.getcontext().traps == traps)


def _pairs(baseline: decimal.Context, context: decimal.Context) -> list[tuple[str, Any, Any]]:
    values = zip(_NAMES, _values(baseline), _values(context), strict=True)
    traps = [
        (f"traps[{signal.__name__}]", on, context.traps[signal])
        for signal, on in baseline.traps.items()
    ]
    return [*values, *traps]


def _put_back(baseline: decimal.Context) -> None:
    context = decimal.getcontext()
    for name, value in zip(_NAMES, _values(baseline), strict=True):
        setattr(context, name, value)
    for signal, on in baseline.traps.items():
        context.traps[signal] = on
