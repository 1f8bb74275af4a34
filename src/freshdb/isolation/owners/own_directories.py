"""Which directories the running test has made: a database in one of them is its own business."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Any

from freshdb.isolation.patches import Patches


class OwnDirectories:
    """Notes directories as `os.mkdir` makes them, which `pathlib` and `tempfile` use too.

    Args:
        is_test_at_work: tells whether what is made now is made by a test.
    """

    def __init__(self, is_test_at_work: Callable[[], bool]) -> None:
        self._is_test_at_work = is_test_at_work
        self._made: set[str] = set()
        self._patches = Patches()

    def start(self) -> None:
        original = os.mkdir

        @wraps(original)
        def mkdir(path: Any, *args: Any, **kwargs: Any) -> None:
            original(path, *args, **kwargs)
            if self._is_test_at_work() and kwargs.get("dir_fd") is None:
                self._made.add(os.path.realpath(os.fsdecode(path)))

        self._patches.replace(os, "mkdir", mkdir)

    def stop(self) -> None:
        self._patches.undo()

    def forget(self) -> None:
        """Forget them all: the test has ended, and what it left is no longer its own."""
        self._made.clear()

    def holds(self, file: str) -> bool:
        """Tell whether a file lies right in a directory that the test has made."""
        return os.path.dirname(file) in self._made
