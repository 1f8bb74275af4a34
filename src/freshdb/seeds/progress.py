"""A bar that shows how far a load is, once it has taken a while and somebody can see it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TextIO

AFTER_S = 2.0
_WIDTH = 30
Screen = Callable[[], AbstractContextManager[TextIO]]


@contextmanager
def stderr() -> Iterator[TextIO]:
    """The stream that the bar is drawn on where nothing captures it."""
    yield sys.stderr


class Bar:
    """Told of each batch of rows, it draws on a terminal and nowhere else.

    Args:
        what: what is loaded.
        screen: opens the stream for each drawing; pytest captures it between them.
        clock: seconds.
    """

    def __init__(
        self, what: str, screen: Screen = stderr, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what = what
        self._screen = screen
        self._clock = clock
        self._started = clock()

    def __call__(self, done: int, of: int) -> None:
        """Draw that this many rows are there, of so many."""
        if self._clock() - self._started < AFTER_S:
            return
        with self._screen() as stream:
            if stream.isatty():
                filled = _WIDTH * done // max(of, 1)
                bar = "#" * filled + "-" * (_WIDTH - filled)
                end = "\n" if done >= of else ""
                text = f"\rfreshdb: {self._what} [{bar}] {done:,} of {of:,} rows{end}"
                print(text, end="", file=stream, flush=True)
