"""Functions that the interpreter calls: on uncaught exceptions, at display, at a breakpoint."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable

from freshdb.state.graph.namespaces import PartsKind
from freshdb.state.probes.graphs import GraphProbe, Root

_NAMES = ("excepthook", "unraisablehook", "displayhook", "breakpointhook")


class HooksProbe(GraphProbe):
    """Watches the exception hooks of `sys` and `threading`, and the display hooks."""

    name = "hooks"

    def roots(self) -> Iterable[Root]:
        yield sys, PartsKind(_NAMES), "sys"
        yield threading, PartsKind(("excepthook",)), "threading"
