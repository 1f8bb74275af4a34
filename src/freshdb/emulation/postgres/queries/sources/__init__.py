"""FROM: tables and joins, queries, lists of values, and functions that return rows."""

from freshdb.emulation.postgres.queries.sources.joins import from_clause
from freshdb.emulation.postgres.queries.sources.named import source

__all__ = ["from_clause", "source"]
