"""Calls of functions: most by their name, and the ones that need more than their arguments."""

from freshdb.emulation.rewrite.calls import (  # noqa: F401  # each declares its calls when imported
    aggregates,
    by_name,
    casts,
    choices,
    dates,
    numbers,
    session,
    texts,
    windows,
)
