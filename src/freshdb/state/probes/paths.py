"""Where Python looks for modules, and the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from freshdb.state.graph.namespaces import BusyPartsKind
from freshdb.state.probes.graphs import GraphProbe, Root

_NAMES = ("path", "argv", "meta_path", "path_hooks", "warnoptions")


class PathsProbe(GraphProbe):
    """Watches ``sys.path``, ``sys.argv`` and the import hooks: the lists and what they hold."""

    name = "paths"

    def roots(self) -> Iterable[Root]:
        return ((sys, BusyPartsKind(_NAMES), "sys"),)
