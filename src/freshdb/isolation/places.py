"""Places in code: which line of the project's own code led here."""

from __future__ import annotations

import os
import sys
import sysconfig
from functools import lru_cache
from types import FrameType

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = tuple(
    os.path.realpath(path) + os.sep
    for name, path in sysconfig.get_paths().items()
    if name in ("stdlib", "platstdlib", "purelib", "platlib")
)


def caller(frame: FrameType | None = None) -> str:
    """Return `file:line` of the nearest caller that is not in a library, or an empty text.

    SQLAlchemy runs the driver's half of async work in a greenlet of its own, whose stack does not
    reach the caller; the search goes on in the greenlet that is waiting for it.
    """
    found = _nearest(frame or sys._getframe(1))
    if found is None and "greenlet" in sys.modules:
        parent = sys.modules["greenlet"].getcurrent().parent
        found = _nearest(parent.gr_frame) if parent is not None else None
    return f"{found.f_code.co_filename}:{found.f_lineno}" if found is not None else ""


def _nearest(frame: FrameType | None) -> FrameType | None:
    while frame is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


@lru_cache(maxsize=4096)
def is_library(filename: str) -> bool:
    """Tell whether a source file belongs to Python, to an installed package or to freshdb."""
    if filename.startswith("<"):
        return True
    real = os.path.realpath(filename)
    return real.startswith(_OWN) or real.startswith(_LIBRARIES) or _is_installed(real)


def _is_installed(filename: str) -> bool:
    """Tell whether a file lies where packages are installed: the user's, the system's, any."""
    folders = filename.split(os.sep)
    return "site-packages" in folders or "dist-packages" in folders
