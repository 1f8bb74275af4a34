"""Operators: SQLite's own where it counts as MySQL does, a helper elsewhere."""

from freshdb.emulation.rewrite.operators import (  # noqa: F401  # each declares its operators
    arithmetic,
    bits,
    case,
    logic,
    patterns,
    predicates,
)
