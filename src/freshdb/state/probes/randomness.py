"""The global random generators of `random` and numpy."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshdb.state import raw
from freshdb.state.change import Change, Finding, Verb
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

WORDS = 624
"""How many words of 32 bits the Mersenne Twister makes at a time."""

MOST_BLOCKS = 64
"""A test that draws more than so many times `WORDS` is taken for one that has seeded."""


@dataclass(frozen=True, eq=False)
class _States:
    generator: Any
    fingerprint: Any
    state: Any
    numpy: Any
    numpy_memory: _NumpyMemory | None


class _NumpyMemory:
    """What numpy's global generator has in memory: to read it takes a hundredth of `get_state`.

    It lacks the second number of a pair that ``normal`` has made, so `of` takes it only where there
    is none.
    """

    def __init__(self, generator: Any, read: Callable[[], bytes]) -> None:
        self._generator = generator
        self._read = read
        self._image = read()

    @classmethod
    def of(cls, state: Any) -> _NumpyMemory | None:
        """Return the memory as it is now, if it holds all that the state says."""
        if state is None or state[0] != "MT19937" or state[3]:
            return None
        generator = _numpy_generator()
        read = raw.numpy_memory(generator, WORDS + 1)
        wanted = state[1].tobytes() + int(state[2]).to_bytes(4, sys.byteorder)
        return cls(generator, read) if read is not None and read() == wanted else None

    def is_same(self) -> bool:
        """Tell whether the global generator is the same one, and has drawn nothing."""
        return self._read() == self._image and _numpy_generator() is self._generator


class RandomProbe(BaseProbe):
    """Watches the state of ``random`` and, where it is loaded, of ``numpy.random``."""

    name = "random"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> _States:
        generator = random._inst  # what random.random() draws from
        numpy_state = _numpy_state()
        state, memory = generator.getstate(), _NumpyMemory.of(numpy_state)
        return _States(generator, _fingerprint(generator), state, numpy_state, memory)

    def compare(self, baseline: _States) -> Sequence[Finding]:
        found = []
        if _fingerprint(baseline.generator) != baseline.fingerprint:
            undo = partial(baseline.generator.setstate, baseline.state)
            drawn = was_drawn_from(baseline.state, baseline.generator.getstate())
            found.append(self._moved("random.getstate()", undo, drawn=drawn))
        if not _is_numpy_same(baseline):
            undo = partial(_set_numpy_state, baseline.numpy)
            drawn = was_drawn_from(_as_python(baseline.numpy), _as_python(_numpy_state()))
            found.append(self._moved("numpy.random.get_state()", undo, drawn=drawn))
        return found

    def signs(self, baseline: _States) -> Signs:
        is_numpy_same = partial(_is_numpy_same, baseline)
        return Signs(values=_fingerprints(baseline.generator), checks=(is_numpy_same,))

    def _moved(self, path: str, undo: Any, *, drawn: bool) -> Finding:
        verb = Verb.DRAWN if drawn else Verb.CHANGED
        after = "" if drawn else "seeded, or set"
        return Finding(Change(self.name, path, "as it was", after, verb=verb), undo)


def was_drawn_from(before: Any, now: Any) -> bool:
    """Tell whether a state is what drawing numbers makes of another; a seed makes any state of it.

    The Mersenne Twister makes its next 624 words from the last ones, so one can go on from the
    state before and see whether it comes to the state now.

    Args:
        before: what `random.getstate` returned.
        now: what it returns now.
    """
    words = now[1][:WORDS]
    generator = random.Random()  # noqa: S311  # only its state is of interest
    generator.setstate(before)
    for _ in range(MOST_BLOCKS):
        if generator.getstate()[1][:WORDS] == words:
            return True
        generator.getrandbits(32 * WORDS)
    return False


def _fingerprint(generator: Any) -> Any:
    return [read() for read in _fingerprints(generator)]


def _fingerprints(generator: Any) -> tuple[Callable[[], Any], ...]:
    image = raw.random_image()
    if image is None:
        return (generator.getstate,)
    return partial(image, generator), partial(getattr, generator, "gauss_next")


def _numpy_state() -> Any:
    numpy_random = sys.modules.get("numpy.random")
    return None if numpy_random is None else numpy_random.get_state()


def _as_python(state: Any) -> Any:
    """Return numpy's state of the same generator in the form that `random` has it."""
    return 3, (*map(int, state[1]), int(state[2])), None


def _numpy_generator() -> Any:
    return sys.modules["numpy.random"].mtrand._rand._bit_generator


def _is_numpy_same(baseline: _States) -> bool:
    """Compare with the state now: a tuple of name, key (an array), and numbers."""
    wanted = baseline.numpy
    if wanted is None or (baseline.numpy_memory is not None and baseline.numpy_memory.is_same()):
        return True
    now = _numpy_state()
    if now[0] != wanted[0] or now[2:] != wanted[2:]:
        return False
    return bool(now[1].tobytes() == wanted[1].tobytes())


def _set_numpy_state(state: Any) -> None:
    sys.modules["numpy.random"].set_state(state)
