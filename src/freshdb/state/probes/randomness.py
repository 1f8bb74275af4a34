"""The global random generators of `random` and numpy."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshdb.state import raw
from freshdb.state.change import Change, Finding
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings


@dataclass(frozen=True, eq=False)
class _States:
    generator: Any
    fingerprint: Any
    state: Any
    numpy: Any


class RandomProbe(BaseProbe):
    """Watches the state of ``random`` and, where it is loaded, of ``numpy.random``."""

    name = "random"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> _States:
        generator = random._inst  # what random.random() draws from
        return _States(generator, _fingerprint(generator), generator.getstate(), _numpy_state())

    def compare(self, baseline: _States) -> Sequence[Finding]:
        found = []
        if _fingerprint(baseline.generator) != baseline.fingerprint:
            undo = partial(baseline.generator.setstate, baseline.state)
            found.append(self._moved("random.getstate()", undo))
        if baseline.numpy is not None and not _is_numpy_state(baseline.numpy):
            undo = partial(_set_numpy_state, baseline.numpy)
            found.append(self._moved("numpy.random.get_state()", undo))
        return found

    def _moved(self, path: str, undo: Any) -> Finding:
        return Finding(Change(self.name, path), undo)


def _fingerprint(generator: Any) -> Any:
    image = raw.random_image()
    state = image(generator) if image is not None else generator.getstate()
    return state, generator.gauss_next


def _numpy_state() -> Any:
    numpy_random = sys.modules.get("numpy.random")
    return None if numpy_random is None else numpy_random.get_state()


def _is_numpy_state(wanted: Any) -> bool:
    """Compare with the state now: a tuple of name, key (an array), and numbers."""
    now = _numpy_state()
    if now[0] != wanted[0] or now[2:] != wanted[2:]:
        return False
    return bool(now[1].tobytes() == wanted[1].tobytes())


def _set_numpy_state(state: Any) -> None:
    sys.modules["numpy.random"].set_state(state)
