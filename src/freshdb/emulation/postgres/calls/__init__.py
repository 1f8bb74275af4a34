"""Calls of functions, by the types of their arguments."""

from freshdb.emulation.postgres.calls import (  # noqa: F401  # each declares its calls when imported
    aggregates,
    arrays,
    by_name,
    choices,
    dates,
    json,
    numbers,
    session,
    texts,
    uuids,
    windows,
)
