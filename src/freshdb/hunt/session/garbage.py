"""What the garbage collector closes while a test runs is no failure of that test.

A file that an earlier test left open may be in a cycle. It is closed whenever the collector comes
by, and warns. Where warnings are errors, pytest fails the test that runs at that moment: another
one in each order, and never the one that left the file open.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_MOST = 3
_LONGEST = 120
_SELDOM = 200_000


@contextlib.contextmanager
def seldom_collected() -> Iterator[None]:
    """Let the collector come by seldom in the block, where much is imported.

    What is made there stays, and each time all of it would be looked through in vain.
    """
    usual = gc.get_threshold()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        if gc.get_threshold()[0] == _SELDOM:  # else the suite has set it to what it wants
            gc.set_threshold(*usual)


def of_imports(config: pytest.Config) -> str:
    """Take from pytest what went wrong when garbage of the suite's import was collected.

    It would fail the first test of every trial, whichever that is.

    Returns:
        The first of it, in the words of Python; nothing if there is none.
    """
    gc.collect()
    try:
        from _pytest.unraisableexception import unraisable_exceptions
    except ImportError:  # before pytest 8.4 it is told at once
        return ""
    left = config.stash.get(unraisable_exceptions, None)
    first = str(getattr(left[0], "exc_value", None) or left[0]) if left else ""
    if left:
        left.clear()
    return first[:_LONGEST]


class Garbage:
    """Keeps from pytest what goes wrong while garbage is collected, and writes it down."""

    def __init__(self) -> None:
        self._found: list[str] = []
        self._hook: Callable[[Any], object] | None = None
        gc.callbacks.append(self._listen)

    def collect(self) -> list[str]:
        """Collect what is left, and return what went wrong so far, in the words of Python."""
        gc.collect()
        return self._found

    def _listen(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._hook, sys.unraisablehook = sys.unraisablehook, self._note
        elif self._hook is not None:
            sys.unraisablehook, self._hook = self._hook, None

    def _note(self, unraisable: Any) -> None:
        if len(self._found) < _MOST:  # never its object: that would be alive again
            text = f"{unraisable.exc_type.__name__}: {unraisable.exc_value}"
            self._found.append(text[:_LONGEST])
