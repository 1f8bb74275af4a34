"""Queries: SELECT and what it is made of, set operations, VALUES."""

from freshdb.emulation.rewrite.queries import (  # noqa: F401  # each declares what it writes
    combined,
    select,
)
from freshdb.emulation.rewrite.queries.model import Query, exact_query, write_query
from freshdb.emulation.rewrite.queries.order import offset_of

__all__ = ["Query", "exact_query", "offset_of", "write_query"]
