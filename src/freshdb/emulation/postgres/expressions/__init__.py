"""Expressions: each is written with its type, and refused where that is not sure."""

from freshdb.emulation.postgres.expressions import (  # noqa: F401  # each declares what it writes
    arithmetic,
    arrays,
    comparisons,
    json,
    logic,
    moments,
    patterns,
    subqueries,
    values,
)
