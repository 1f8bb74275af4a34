"""Working directory, umask, recursion limit, and whether garbage is collected."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

from freshdb.state.change import MISSING
from freshdb.state.probes.readings import Reading, ReadingsProbe


class ProcessProbe(ReadingsProbe):
    """Watches what the operating system and the interpreter keep for the whole process."""

    name = "process"

    def readings(self) -> tuple[Reading, ...]:
        return (
            Reading("os.getcwd()", _cwd, _change_directory),
            Reading("os.umask()", _Umask().read, os.umask),
            Reading("sys.getrecursionlimit()", sys.getrecursionlimit, sys.setrecursionlimit),
            Reading("gc.isenabled()", gc.isenabled, _collect_garbage),
        )


def _collect_garbage(is_enabled: bool) -> None:
    if is_enabled:
        gc.enable()
    else:
        gc.disable()


def _cwd() -> Any:
    try:
        return os.getcwd()
    except FileNotFoundError:  # the test removed the directory it had changed to
        return MISSING


def _change_directory(path: Any) -> None:
    if path is not MISSING:
        os.chdir(path)


class _Umask:
    """Reads the umask, which cannot be read without being set."""

    def __init__(self) -> None:
        # The value most likely to be there is set, so that no other thread sees another one.
        self._usual = 0o077

    def read(self) -> int:
        found = os.umask(self._usual)
        if found != self._usual:
            os.umask(found)
            self._usual = found
        return found
