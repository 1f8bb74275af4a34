"""Names and texts as Postgres reads them in SQL."""

from __future__ import annotations


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as an SQL literal."""
    text = value.replace("'", "''")
    return f"E'{text}'".replace("\\", "\\\\") if "\\" in value else f"'{text}'"
