"""Standard input and output."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from freshdb.state.graph.namespaces import BusyPartsKind
from freshdb.state.probes.graphs import GraphProbe, Root


class StreamsProbe(GraphProbe):
    """Watches which objects stand for the standard streams."""

    name = "streams"

    def roots(self) -> Iterable[Root]:
        return ((sys, BusyPartsKind(("stdin", "stdout", "stderr")), "sys"),)
