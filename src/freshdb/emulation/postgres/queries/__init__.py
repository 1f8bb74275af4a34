"""Queries: a SELECT, VALUES, and several of them combined."""

from freshdb.emulation.postgres.queries import (  # noqa: F401  # each declares what it writes
    combined,
    select,
    values,
)
