"""The SQL for a value, which reads back as exactly that value."""

from __future__ import annotations

from typing import Any

_ESCAPES = str.maketrans({"'": "''", "\\": "\\\\", "\0": "\\0"})


def literal(value: Any) -> str:
    """Return the SQL for a value that the server has given."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return str(value) if isinstance(value, int) else f"'{value.translate(_ESCAPES)}'"
