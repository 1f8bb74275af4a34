"""Functions that the interpreter calls: on uncaught exceptions, at display, at a breakpoint."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from freshdb.state.exempt import is_of_test_tools
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.namespaces import BusyPartsKind
from freshdb.state.probes.graphs import GraphProbe, Root

_NAMES = ("excepthook", "unraisablehook", "displayhook", "breakpointhook")


class _HooksKind(BusyPartsKind):
    """Hooks. Those of pytest come and go with each phase of a test, and are its own business."""

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        found = super().differences(container, saved)
        return [
            one
            for one in found
            if not (is_of_test_tools(one.before) and is_of_test_tools(one.after))
        ]


class HooksProbe(GraphProbe):
    """Watches the exception hooks of `sys` and `threading`, and the display hooks."""

    name = "hooks"

    def roots(self) -> Iterable[Root]:
        yield sys, _HooksKind(_NAMES), "sys"
        yield threading, _HooksKind(("excepthook",)), "threading"

    def rebase(self, baseline: GraphBaseline) -> GraphBaseline:
        """Return the baseline of what is there now, with the hooks that pytest has set since."""
        return self.snapshot()
