"""Find the lines that write and read a piece of state, by counting the program's steps."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

from freshdb.hunt.trials import Step, Trace

_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class Steps:
    """Follows the lines, calls and returns in the project's files while a block runs.

    Args:
        rootdir: the project's.
        only_new: count only steps with which a line is reached for the first time.
        own_thread: count only steps of the thread in which this is made.
    """

    def __init__(self, rootdir: str, *, only_new: bool = False, own_thread: bool = False) -> None:
        self._only_new = only_new
        self._own_thread = own_thread
        self._reached: set[tuple[str, int]] = set()
        self._root = rootdir.rstrip(os.sep) + os.sep
        self._is_own: dict[str, bool] = {}
        self._is_looking = False
        self.count = 0

    def __enter__(self) -> Self:
        if not self._own_thread:
            threading.settrace(self._global)
        sys.settrace(self._global)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.settrace(None)
        threading.settrace(None)

    def step(self, number: int, frame: FrameType) -> None:
        """Do what is to be done before a step."""
        raise NotImplementedError

    def stack(self, frame: FrameType | None) -> tuple[tuple[str, str], ...]:
        """Return the project's frames, innermost first."""
        found = []
        while frame is not None:
            file = frame.f_code.co_filename
            if self._is_own.get(file):
                place = f"{file.removeprefix(self._root)}:{frame.f_lineno}"
                found.append((place, frame.f_code.co_qualname))
            frame = frame.f_back
        return tuple(found)

    def _global(self, frame: FrameType, event: str, argument: Any) -> Any:
        file = frame.f_code.co_filename
        own = self._is_own.get(file)
        if own is None:
            own = self._is_own[file] = file.startswith(self._root) and not any(
                part in file for part in _INSTALLED
            )
        return self._local(frame, event, argument) if own and not self._is_looking else None

    def _local(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not self._is_looking and self._counts(frame):
            self._is_looking = True
            try:
                self.count += 1
                self.step(self.count - 1, self._goes_on(frame) if event == "return" else frame)
            finally:
                self._is_looking = False
        return self._local

    def _counts(self, frame: FrameType) -> bool:
        if not self._only_new:
            return True
        line = frame.f_code.co_filename, frame.f_lineno
        is_new = line not in self._reached
        self._reached.add(line)
        return is_new

    def _goes_on(self, frame: FrameType) -> FrameType:
        """Return the project's frame in which the program goes on when one returns.

        What is done next, before any other step, is done by the line that called.
        """
        caller = frame.f_back
        while caller is not None and not self._is_own.get(caller.f_code.co_filename):
            caller = caller.f_back
        return caller or frame


class Tracer(Steps):
    """Looks at the state at some of the steps.

    The same trial has the same steps each time; so the search for the step at which the state
    changes is a matter of a few trials, whatever kind of state it is.

    Args:
        trace: what is looked for, and where.
        rootdir: the project's.
        differs: tells whether the piece of state is different now.
    """

    def __init__(self, trace: Trace, rootdir: str, differs: Callable[[], bool]) -> None:
        super().__init__(rootdir, only_new=trace.only_new)
        self._trace = trace
        self._differs = differs
        self._last: tuple[tuple[str, str], ...] = ()
        stop = trace.stop or trace.start
        self._stride = max(1, -(-(stop - trace.start) // trace.looks))
        self.steps: list[Step] = []

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self.steps.append(Step(self.count, self._differs(), self._last))

    def step(self, number: int, frame: FrameType) -> None:
        """Look at the state, if this is one of the steps at which to."""
        trace = self._trace
        if trace.only_new:
            if len(self.steps) < trace.looks:
                self._look(number, self.stack(frame))
            return
        if not trace.stop or not trace.start <= number <= trace.stop:
            return
        if (number - trace.start) % self._stride == 0 or number == trace.stop:
            self._look(number, self.stack(frame) if self._stride == 1 else ())

    def _look(self, number: int, stack: tuple[tuple[str, str], ...]) -> None:
        self.steps.append(Step(number, self._differs(), self._last))
        self._last = stack


class AtStep(Steps):
    """Does something just before one of the steps.

    Args:
        at: the number of the step.
        rootdir: the project's.
        act: does it, given the frame that is about to go on.
        only_new: count only steps with which a line is reached for the first time.
        own_thread: count only steps of the thread in which this is made.
    """

    def __init__(
        self,
        at: int,
        rootdir: str,
        act: Callable[[FrameType], object],
        *,
        only_new: bool = False,
        own_thread: bool = False,
    ) -> None:
        super().__init__(rootdir, only_new=only_new, own_thread=own_thread)
        self._at = at
        self._act = act
        self._stack: tuple[tuple[str, str], ...] = ()

    @property
    def reached(self) -> Step:
        """Return the step; the number of all steps, if there are not so many."""
        return Step(min(self._at, self.count), False, self._stack)

    def step(self, number: int, frame: FrameType) -> None:
        """Do it, if this is the step."""
        if number == self._at:
            self._stack = self.stack(frame)
            self._act(frame)


class CutShort(BaseException):
    """Raised inside a test to end it; no test takes it for a failure that it expects."""


def cut_short(frame: FrameType) -> None:
    """End the test that a frame belongs to."""
    raise CutShort
