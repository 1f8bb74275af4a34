"""Texts inside SQLAlchemy's own constructs: an expression at a time, compiled for SQLite.

`select(T).where(text("DATE_FORMAT(made, '%Y') = '2024'"))` is compiled by SQLAlchemy, all but the
text, which a speaker of the emulated dialect writes. `watching` finds the texts; `mysql` and
`freshdb.emulation.postgres.fragments` are the speakers.
"""

from freshdb.emulation.fragments.watching import watch_fragments

__all__ = ["watch_fragments"]
