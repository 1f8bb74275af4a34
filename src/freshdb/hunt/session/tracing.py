"""Find the line that changes a piece of state, by counting the program's steps."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

from freshdb.hunt.trials import Step, Trace

_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class Tracer:
    """Counts lines, calls and returns in the project's files, and looks at the state at some.

    The same trial has the same steps each time; so the search for the step at which the state
    changes is a matter of a few trials, whatever kind of state it is.

    Args:
        trace: what is looked for, and where.
        rootdir: the project's.
        differs: tells whether the piece of state is different now.
    """

    def __init__(self, trace: Trace, rootdir: str, differs: Callable[[], bool]) -> None:
        self._trace = trace
        self._root = rootdir.rstrip(os.sep) + os.sep
        self._differs = differs
        self._is_own: dict[str, bool] = {}
        self._is_looking = False
        self._reached: set[tuple[str, int]] = set()
        self._last: tuple[tuple[str, str], ...] = ()
        stop = trace.stop or trace.start
        self._stride = max(1, -(-(stop - trace.start) // trace.looks))
        self.count = 0
        self.steps: list[Step] = []

    def __enter__(self) -> Self:
        threading.settrace(self._global)
        sys.settrace(self._global)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.settrace(None)
        threading.settrace(None)
        self.steps.append(Step(self.count, self._differs(), self._last))

    def _global(self, frame: FrameType, event: str, argument: Any) -> Any:
        file = frame.f_code.co_filename
        own = self._is_own.get(file)
        if own is None:
            own = self._is_own[file] = file.startswith(self._root) and not any(
                part in file for part in _INSTALLED
            )
        if not own or self._is_looking:
            return None
        self._step(frame)
        return self._local

    def _local(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not self._is_looking:
            self._step(frame)
        return self._local

    def _step(self, frame: FrameType) -> None:
        number, trace = self.count, self._trace
        self.count += 1
        if trace.only_new:
            self._look_if_new(frame)
            return
        if not trace.stop or not trace.start <= number <= trace.stop:
            return
        if (number - trace.start) % self._stride == 0 or number == trace.stop:
            self._look(number, self._stack(frame) if self._stride == 1 else ())

    def _look_if_new(self, frame: FrameType) -> None:
        line = frame.f_code.co_filename, frame.f_lineno
        if line not in self._reached and len(self.steps) < self._trace.looks:
            self._reached.add(line)
            self._look(self.count, self._stack(frame))

    def _look(self, number: int, stack: tuple[tuple[str, str], ...]) -> None:
        self._is_looking = True
        try:
            self.steps.append(Step(number, self._differs(), self._last))
            self._last = stack
        finally:
            self._is_looking = False

    def _stack(self, frame: FrameType | None) -> tuple[tuple[str, str], ...]:
        found = []
        while frame is not None:
            file = frame.f_code.co_filename
            if self._is_own.get(file):
                place = f"{file.removeprefix(self._root)}:{frame.f_lineno}"
                found.append((place, frame.f_code.co_qualname))
            frame = frame.f_back
        return tuple(found)
