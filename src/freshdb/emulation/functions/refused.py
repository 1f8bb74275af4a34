"""What is refused by name, with the nearest form that works."""

from __future__ import annotations

REFUSED: dict[str, str] = {}
