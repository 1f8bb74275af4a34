"""Attributes replaced for a while, and put back exactly."""

from __future__ import annotations

from typing import Any

_MISSING = object()


class Patches:
    """Replaces attributes of classes and modules until `undo`."""

    def __init__(self) -> None:
        self._undo: list[tuple[Any, str, Any]] = []

    def replace(self, target: Any, name: str, value: Any) -> None:
        """Set `target.name`, and remember what the target itself had there."""
        self._undo.append((target, name, vars(target).get(name, _MISSING)))
        setattr(target, name, value)

    def undo(self) -> None:
        """Put everything back, newest first."""
        while self._undo:
            target, name, value = self._undo.pop()
            if value is _MISSING:
                delattr(target, name)
            else:
                setattr(target, name, value)
